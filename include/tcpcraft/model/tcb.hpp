#pragma once

#include <cstdint>
#include <optional>

#include <tcpcraft/model/profile.hpp>
#include <tcpcraft/model/reassembly.hpp>
#include <tcpcraft/model/rule.hpp>
#include <tcpcraft/model/state.hpp>
#include <tcpcraft/wire/segment.hpp>

namespace tcpcraft::model {

/// What a SYN carried: the half of a negotiation.
struct Offer {
  std::optional<std::uint16_t> mss;
  std::optional<std::uint8_t> window_scale;
  bool sack_permitted = false;
  bool timestamps = false;
};

/// The last segment that arrived: what a reset or a duplicate acknowledgement answers to.
struct Arrival {
  wire::Flags flags;
  wire::SeqNum seq;
  wire::SeqNum ack;
  std::uint32_t seg_len = 0;
  State state = State::closed;               ///< of the receiver, when it arrived
  std::optional<wire::SackBlock> duplicate;  ///< the part of it that had been received before
  const Rule* rule = nullptr;                ///< what was decided about it
  bool ack_due = false;                      ///< it draws an ACK that was not seen yet
};

/// The transmission control block of one side of a connection (RFC 9293, section 3.3.1), as it can be known
/// from the outside: by the segments that arrived there and the segments it was seen to send.
struct Tcb {
  State state = State::closed;
  bool passive = false;  ///< opened by LISTEN: a reset in SYN-RECEIVED returns there
  /// The application has closed both directions, so that nobody is left to read (RFC 1122, section 4.2.2.13).
  bool orphaned = false;
  const Profile* profile = &rfc9293;  ///< how this TCP differs from the letter; never null

  // Send sequence variables. Valid once `iss` is known.
  std::optional<wire::SeqNum> iss;
  wire::SeqNum snd_una;
  wire::SeqNum snd_nxt;
  std::uint32_t snd_wnd = 0;      ///< bytes, scaled
  std::uint32_t max_snd_wnd = 0;  ///< the largest window the other side ever offered (RFC 5961, section 5.2)
  wire::SeqNum snd_wl1;
  wire::SeqNum snd_wl2;
  std::optional<wire::SeqNum> fin_sent;  ///< the number its FIN occupies

  // Receive sequence variables. Valid once `irs` is known.
  std::optional<wire::SeqNum> irs;
  wire::SeqNum rcv_nxt;
  /// RCV.NXT + RCV.WND: the right edge of the window last offered; it never moves left.
  wire::SeqNum rcv_edge;
  bool window_offered = false;  ///< `rcv_edge` was seen on the wire; until then it is assumed
  wire::SeqNum rcv_high;        ///< one past the furthest number that the other side was seen to send
  std::optional<wire::SeqNum> fin_seen;      ///< the number of the last FIN that arrived, in order or not
  std::optional<wire::SeqNum> fin_received;  ///< the number the other side's FIN occupies, once in order
  Reassembly queue;

  // Options (RFC 7323, RFC 2018): what was sent and received on SYNs; in force where both sides offered.
  Offer offered;
  Offer received;
  std::uint32_t ts_recent = 0;           ///< TS.Recent, echoed in TSecr
  std::optional<std::uint32_t> ts_sent;  ///< the last TSval it sent
  wire::SeqNum last_ack_sent;            ///< Last.ACK.sent

  std::optional<Arrival> last_arrival;

  std::uint32_t rcv_wnd() const { return static_cast<std::uint32_t>(rcv_edge - rcv_nxt); }
  bool timestamps() const { return offered.timestamps && received.timestamps; }
  bool sack() const { return offered.sack_permitted && received.sack_permitted; }
  bool scaling() const { return offered.window_scale && received.window_scale; }
};

/// A TCB in LISTEN.
Tcb listening();

/// Whether a segment is acceptable by its sequence numbers (RFC 9293, section 3.10.7.4, Table 6).
bool acceptable(const Tcb& tcb, const wire::Segment& segment);

}  // namespace tcpcraft::model
