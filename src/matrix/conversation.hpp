#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <tcpcraft/matrix/observation.hpp>
#include <tcpcraft/model/tcb.hpp>
#include <tcpcraft/transport/link.hpp>
#include <tcpcraft/wire/codec.hpp>
#include <tcpcraft/wire/endpoint.hpp>

namespace tcpcraft::matrix {

/// The segments of one connection after another, as they pass on the link: crafts the peer's, hears the
/// kernel's, and keeps the kernel's TCB by both.
class Conversation {
 public:
  Conversation(transport::Link& link, const wire::Endpoint& kernel, const wire::Endpoint& peer)
      : link_(link), kernel_(kernel), peer_(peer) {}

  /// Forgets everything; what still came of the connection before is thrown away.
  void begin(bool timestamps);

  /// Sends a segment of the peer's with the numbers given, and Timestamps where they are negotiated.
  void send(wire::Flags flags, wire::SeqNum seq, wire::SeqNum ack, std::size_t size = 0);
  /// Sends the peer's first segment.
  void send_syn();
  /// Sends what has been crafted; the endpoints are put in.
  void inject(wire::Segment& segment, const wire::Deformity& deformity);

  /// Takes in what has passed, and has the TCB follow. How many segments came from the kernel, what a timer
  /// sent left out.
  std::size_t hear();
  /// Takes in what has passed while the TCB stays as it is, and appends the kernel's segments.
  void overhear(std::vector<wire::Segment>& from_kernel);

  /// The kernel's side, as heard.
  model::Tcb tcb;
  /// The peer's initial sequence number.
  wire::SeqNum peer_iss() const { return peer_iss_; }
  std::size_t trace_size() const { return trace_.size(); }
  std::vector<Passed> take_trace() { return std::move(trace_); }

 private:
  /// Appends to the trace; from where on it is new.
  std::size_t take_in();
  wire::Options options(wire::Flags flags);

  transport::Link& link_;
  wire::Endpoint kernel_;
  wire::Endpoint peer_;
  wire::SeqNum peer_iss_;
  bool timestamps_ = false;
  std::uint32_t peer_clock_ = 0;  ///< the peer's last TSval
  std::vector<Passed> trace_;
};

}  // namespace tcpcraft::matrix
