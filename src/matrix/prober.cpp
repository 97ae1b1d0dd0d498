#include <algorithm>

#include <tcpcraft/matrix/prober.hpp>
#include <tcpcraft/os/system_error.hpp>

#include "stage.hpp"

namespace tcpcraft::matrix {

using model::State;

namespace {

std::int64_t difference(std::uint64_t after, std::uint64_t before) {
  return static_cast<std::int64_t>(after - before);
}

/// Nothing where the connection had no full socket, or has none any more.
std::optional<Effects> effects(const std::optional<kernel::TcpVariables>& before,
                               const std::optional<kernel::TcpVariables>& after) {
  if (!before || !after) return {};
  return Effects{difference(after->segs_in, before->segs_in),
                 difference(after->bytes_acked, before->bytes_acked),
                 difference(after->bytes_received, before->bytes_received),
                 difference(after->rcv_ooopack, before->rcv_ooopack), after->snd_wnd};
}

/// An ACK that says nothing but that the application has read.
bool is_window_update(const wire::Segment& segment, wire::SeqNum acknowledged) {
  return segment.flags == wire::Flags{wire::Flag::ack} && segment.payload.empty() &&
         segment.ack == acknowledged;
}

}  // namespace

struct Prober::Impl {
  Impl(transport::Link& wire, const wire::Endpoint& kernel_end, const wire::Endpoint& peer_end)
      : link(wire), kernel(kernel_end), peer(peer_end), stage(wire, kernel_end, peer_end) {}

  void play(const Cell& cell, Observation& observation) {
    observation.inconclusive = stage.set_up(*cell.state, cell.segment->on_timestamps);
    if (!observation.inconclusive.empty()) return;
    observation.before = snapshot();
    left = observation.before.state == State::time_wait;
    std::optional<kernel::TcpVariables> before;
    const State found = query(before);
    // A listening socket has no connection to be found.
    if (found != cell.state->state && cell.state->state != State::listen) {
      observation.inconclusive = "set-up: by sock_diag the kernel is in " + std::string(to_string(found));
      return;
    }
    if (!inject(cell, observation)) {
      observation.inconclusive = "the barrier was lost";
      return;
    }
    std::optional<kernel::TcpVariables> after;
    observation.state = connection = query(after);
    observation.effects = effects(before, after);
    look_at_application(observation);
  }

  /// Where the kernel has not heard of the peer, RCV.NXT is what it will be after the peer's usual SYN.
  model::Tcb snapshot() const {
    model::Tcb tcb = stage.conversation.tcb;
    if (tcb.irs) return tcb;
    const std::uint32_t window = tcb.window_offered ? tcb.rcv_wnd() : 65535;
    tcb.rcv_nxt = stage.conversation.peer_iss() + 1;
    tcb.rcv_edge = tcb.rcv_nxt + window;
    return tcb;
  }

  State query(std::optional<kernel::TcpVariables>& variables) {
    return *model::parse_state(diag.query(kernel, peer, variables).state);
  }

  /// Whether the barrier held.
  bool inject(const Cell& cell, Observation& observation) {
    auto [segment, deformity] = instantiate(*cell.segment, observation.before);
    observation.injected_at = stage.conversation.trace_size();
    observation.act_ends = stage.act_ends;
    stage.conversation.inject(segment, deformity);
    observation.injected = std::move(segment);
    observation.deformity = deformity;
    const bool proven = link.barrier() == transport::Barrier::proven;
    stage.conversation.overhear(observation.at_once);
    return proven;
  }

  void look_at_application(Observation& observation) {
    Application& application = stage.application;
    // Whatever state it is in: the kernel may offer a connection that is not ESTABLISHED yet, or no more.
    if (observation.before.state == State::syn_received && observation.before.passive) application.accept();
    if (!application.connected()) return;

    // Before the first read, which would take the error away.
    observation.socket_error = application.take_error();
    // In ESTABLISHED and CLOSE-WAIT a delayed ACK is sent when that is asked for after the last read; in
    // other states the read sends it if that was asked for before.
    application.flush_ack();
    const bool at_end = application.read(observation.delivered);
    const bool was_at_end = observation.before.fin_received.has_value() || observation.socket_error != 0;
    observation.end_of_file = at_end && !was_at_end;
    const auto unread = static_cast<std::ptrdiff_t>(std::min(stage.unread, observation.delivered.size()));
    observation.delivered.erase(observation.delivered.begin(), observation.delivered.begin() + unread);
    application.flush_ack();
    overhear_flushed(observation);
  }

  void overhear_flushed(Observation& observation) {
    wire::SeqNum acknowledged = observation.before.last_ack_sent;
    if (!observation.at_once.empty()) acknowledged = observation.at_once.back().ack;
    stage.conversation.overhear(observation.flushed);
    std::erase_if(observation.flushed,
                  [&](const wire::Segment& segment) { return is_window_update(segment, acknowledged); });
  }

  /// What the application holds goes with its socket; mini-sockets and orphans stay for themselves.
  void tear_down(bool in_doubt) {
    const bool held = stage.application.connected() && !left && connection != State::time_wait;
    stage.application.abort();
    if (in_doubt) stage.application.stop_listening();
    if (in_doubt || (!held && connection != State::closed)) diag.destroy(kernel, peer);
  }

  transport::Link& link;
  wire::Endpoint kernel;
  wire::Endpoint peer;
  Stage stage;
  kernel::SockDiag diag;
  State connection = State::closed;  ///< as last found
  bool left = false;                 ///< the application's socket had no part in it any more
};

Prober::Prober(transport::Link& link, const wire::Endpoint& kernel, const wire::Endpoint& peer)
    : impl_(std::make_unique<Impl>(link, kernel, peer)) {}
Prober::~Prober() = default;

Observation Prober::play(const Cell& cell) {
  Observation observation;
  try {
    impl_->play(cell, observation);
  } catch (const os::SystemError& error) {
    observation.inconclusive = error.what();
  }
  impl_->tear_down(!observation.inconclusive.empty());
  observation.trace = impl_->stage.conversation.take_trace();
  return observation;
}

}  // namespace tcpcraft::matrix
