#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <vector>

#include <tcpcraft/model/reaction.hpp>
#include <tcpcraft/model/tcb.hpp>
#include <tcpcraft/replay/comparison.hpp>
#include <tcpcraft/wire/segment.hpp>
#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::replay {

/// What a segment brought.
struct Brought {
  wire::Bytes text;  ///< in order
  bool fin = false;
  bool reset = false;  ///< it ended the connection
};

/// Our end of a live connection: the model's TCB with a retransmission queue (RFC 6298, 5681, 6582, 6675 in
/// short). It sends what it is told to, in the segments it is told to, as far as the other side's window and
/// the congestion window let it; and acknowledges what comes. No clock, no I/O: segments are left in `out`.
class LiveTcp {
 public:
  /// `iss` is ours.
  LiveTcp(wire::Endpoint ours, wire::Endpoint theirs, wire::SeqNum iss)
      : ours_(ours), theirs_(theirs), iss_(iss) {}

  /// Sends a SYN with these options and this window.
  void open(const wire::Segment& syn, wire::Time now);
  /// Answers the SYN that arrives next with a SYN-ACK like this one.
  void listen(const wire::Segment& syn_ack);

  Brought arrive(const wire::Segment& segment, wire::Time now);
  /// Queues one segment's worth of the stream: data, PSH, URG, FIN.
  void send(wire::Segment text);
  /// Sends a segment once, as it is but for its numbers, which are counted from both SYNs; in
  /// several where the other side takes none so long.
  void send_odd(const wire::Segment& segment, Offset seq, Offset ack, wire::Time now);
  /// Offers this window from now on, as it stands in the header, never less than what was offered.
  void set_window(std::uint16_t raw) { window_ = raw; }
  /// Does what is due: retransmissions, what the windows let pass, and an acknowledgement that waits.
  void pass(wire::Time now);
  void acknowledge() { ack_due_ = true; }
  /// The connection is over, and the other side knows.
  void end();
  /// Sends a RST where the connection is not over.
  void abort();

  std::optional<wire::Time> deadline() const { return timer_; }
  const model::Tcb& tcb() const { return tcb_; }
  /// How far the other side's stream has come in order, SYN and FIN counted.
  Offset received() const { return received_; }
  /// How far ours has been acknowledged; has been sent.
  Offset acknowledged() const { return acknowledged_; }
  bool all_sent() const { return waiting_.empty() && is_open(); }
  bool all_acknowledged() const { return waiting_.empty() && sent_.empty(); }
  std::size_t unacknowledged() const;
  std::size_t queued() const { return waiting_.size(); }
  unsigned timeouts() const { return timeouts_; }
  bool is_closed() const { return opened_ && tcb_.state == model::State::closed; }

  std::vector<wire::Segment> out;  ///< to be sent, in order; for the caller to clear

 private:
  /// A segment of the stream.
  struct Piece {
    wire::SeqNum seq;
    wire::Bytes data;
    bool push = false, fin = false;
    std::uint16_t urgent = 0;  ///< 0: not urgent
    bool sacked = false, lost = false, again = false;
    wire::Time sent_at;

    std::uint32_t size() const { return static_cast<std::uint32_t>(data.size()) + (fin ? 1 : 0); }
    wire::SeqNum end() const { return seq + size(); }
  };

  bool is_open() const;
  void prepare(const wire::Segment& captured);
  wire::Segment make(wire::Flags flags, wire::SeqNum seq, const wire::Bytes& payload);
  void emit(wire::Segment segment);
  void emit_syn(wire::Time now);
  void emit_piece(Piece& piece, wire::Time now);
  void answer(const model::Reply& reply, wire::Time now);
  void take_ack(const wire::Segment& segment, wire::SeqNum una, std::uint32_t window, wire::Time now);
  void take_new_ack(wire::SeqNum una, wire::Time now);
  void take_sack(const wire::Segment& segment);
  void detect_loss(bool duplicate);
  void enter_recovery();
  void measure(wire::Duration sample);
  void on_timeout(wire::Time now);
  void probe(wire::Time now);
  void resend(wire::Time now);
  void send_new(wire::Time now);
  void set_timer(wire::Time now);
  std::uint32_t flight() const;
  std::uint32_t mss() const;
  std::uint32_t window_in_bytes() const;
  std::size_t sack_room(std::size_t data) const;
  void send_odd_part(const wire::Segment& segment, Offset seq, Offset ack, wire::Time now);

  wire::Endpoint ours_, theirs_;
  wire::SeqNum iss_;
  model::Tcb tcb_;
  wire::Segment syn_;  ///< SYN or SYN-ACK, as it is sent
  bool opened_ = false;
  std::uint16_t window_ = 65535;
  bool ack_due_ = false;
  std::uint32_t clock_ = 0;  ///< TSval, in milliseconds
  Offset received_ = 0, acknowledged_ = 0;

  std::list<Piece> sent_;     ///< not acknowledged
  std::list<Piece> waiting_;  ///< not sent
  std::optional<wire::Time> timer_;
  wire::Duration srtt_{}, rttvar_{};
  wire::Duration rto_ = std::chrono::seconds(1);
  std::optional<wire::Time> syn_sent_at_;
  unsigned backoff_ = 0, timeouts_ = 0;
  std::uint32_t cwnd_ = 0, ssthresh_ = 0x7fffffff;
  unsigned duplicates_ = 0;
  std::optional<wire::SeqNum> recover_;  ///< SND.NXT when the recovery began that goes on
};

}  // namespace tcpcraft::replay
