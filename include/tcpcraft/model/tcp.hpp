#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <tcpcraft/model/reaction.hpp>
#include <tcpcraft/model/tcb.hpp>
#include <tcpcraft/wire/segment.hpp>

namespace tcpcraft::model {

/// How a user call may end (RFC 9293, section 3.10; the words are its own).
enum class CallError {
  none,
  already_exists,      ///< connection already exists
  does_not_exist,      ///< connection does not exist
  remote_unspecified,  ///< remote socket unspecified
  closing,             ///< connection closing
};

/// What a call, a timeout or an arriving segment makes a TCP do.
struct Activity {
  const Rule* rule = nullptr;  ///< why; never null
  CallError error = CallError::none;
  std::vector<wire::Segment> sent;
};

/// What a TCP offers on its SYN, and how much it buffers.
struct TcpOptions {
  std::uint16_t mss = 1460;
  std::optional<std::uint8_t> window_scale;
  bool sack = false;
  bool timestamps = false;
  std::uint32_t receive_buffer = 65535;  ///< bytes
};

/// A whole TCP, user calls, timeouts and all (RFC 9293, section 3.10): a Tcb with the queues behind it. It
/// has no clock and sends nothing itself: time is what the caller says it is, and segments are handed back.
/// Addresses and ports are left blank.
class Tcp {
 public:
  explicit Tcp(wire::SeqNum iss, TcpOptions options = {}) : iss_(iss), options_(options) {}

  const Tcb& tcb() const { return tcb_; }
  /// TSval of what is sent from now on, in ticks (RFC 7323, section 5.4). It must not go back.
  void set_clock(std::uint32_t ticks) { clock_ = ticks; }

  // The user calls.
  Activity open_passively();                ///< 3.10.1
  Activity open_actively();                 ///< 3.10.1
  Activity send(const wire::Bytes& bytes);  ///< 3.10.2
  /// 3.10.3: takes up to `most` bytes that have come in order; a window that opens by it is announced.
  Activity receive(std::size_t most, wire::Bytes& into);
  Activity close();  ///< 3.10.4
  Activity abort();  ///< 3.10.5

  /// SEGMENT ARRIVES, 3.10.7.
  Activity arrive(const wire::Segment& segment);

  // The timeouts, 3.10.8.
  Activity user_timeout();
  Activity retransmission_timeout();
  Activity time_wait_timeout();
  /// Sends the acknowledgement that may wait (3.8.6.3), if there is one.
  Activity delayed_ack_timeout();

  bool end_of_file() const { return end_of_file_; }
  /// All that was given to SEND, and the FIN where there was a CLOSE, has been acknowledged.
  bool all_acknowledged() const;

 private:
  wire::Segment make(wire::Flags flags, wire::SeqNum seq, wire::Bytes payload);
  void emit(Activity& activity, wire::Flags flags, wire::SeqNum seq, wire::Bytes payload = {});
  void emit_reply(Activity& activity, const Reply& reply);
  void push(Activity& activity);
  void push_fin(Activity& activity);
  void drop_acknowledged();
  void begin_anew(wire::SeqNum last);
  void reset_queues();
  wire::Bytes queued(wire::SeqNum from, std::size_t size) const;
  wire::SeqNum end_of_queue() const { return first_ + static_cast<std::int64_t>(queue_.size()); }
  std::uint32_t window() const;

  wire::SeqNum iss_;
  TcpOptions options_;
  Tcb tcb_;
  std::uint32_t clock_ = 0;
  wire::SeqNum first_;    ///< the number of the queue's first byte
  wire::Bytes queue_;     ///< from SEND, not yet acknowledged
  wire::Bytes unread_;    ///< in order, not yet taken by RECEIVE
  bool closing_ = false;  ///< CLOSE was called
  bool end_of_file_ = false;
  bool ack_waits_ = false;
};

}  // namespace tcpcraft::model
