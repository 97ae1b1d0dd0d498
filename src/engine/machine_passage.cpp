// What passes on the wire: whose connection it is, and what the model makes of it.

#include <algorithm>
#include <cassert>

#include <tcpcraft/engine/machine.hpp>
#include <tcpcraft/model/arrive.hpp>
#include <tcpcraft/model/peer.hpp>
#include <tcpcraft/model/rules.hpp>

#include "ip_header.hpp"

namespace tcpcraft::engine {
namespace {

using namespace std::chrono_literals;

/// How near to a segment of the peer's the kernel's own may have been under way already, sent by a timer.
constexpr wire::Duration crossing_window = 1ms;

/// Whether the kernel may send something without being provoked: an acknowledgement it delays, a
/// retransmission.
bool owes(const model::Tcb& kernel) {
  return kernel.iss && (kernel.last_ack_sent != kernel.rcv_nxt || kernel.snd_una != kernel.snd_nxt);
}

}  // namespace

/// The kernel's TCB of a connection at this port of its, before anything has passed.
model::Tcb Machine::new_kernel(std::uint16_t port) const {
  return port == setup_.kernel.port && listening_ ? model::listening() : model::Tcb{};
}

model::Tcb& Machine::kernel_of(Connection& connection) {
  if (!connection.kernel) connection.kernel = new_kernel(setup_.kernel.port);
  return *connection.kernel;
}

/// The connection of the peer that is there; null where none is.
Connection* Machine::connection_at(const wire::Endpoint& peer) {
  for (Connection& connection : connections_)
    if (connection.end == peer) return &connection;
  return nullptr;
}

/// What passes between these two is about one of the scenario's connections, or about what a step of one has
/// begun between other ports.
Machine::Route Machine::route(std::uint16_t kernel_port, const wire::Endpoint& peer) {
  Connection* const own = kernel_port == setup_.kernel.port ? connection_at(peer) : nullptr;
  if (own) return {*own, kernel_of(*own), true};
  for (Stranger& stranger : strangers_)
    if (stranger.kernel_port == kernel_port && stranger.end == peer)
      return {connections_[stranger.peer], stranger.kernel, false};
  strangers_.push_back({kernel_port, peer, here_, new_kernel(kernel_port)});
  return {here(), strangers_.back().kernel, false};
}

bool Machine::Pending::has_ends_of(const wire::Segment& segment) const {
  return segment.source == crafted.segment.source && segment.destination == crafted.segment.destination;
}

/// The IP header aside, in which the kernel fills in what it likes.
bool Machine::Pending::is_in(const wire::Bytes& datagram) const {
  const std::size_t size = packet.size() - ip_header_size(crafted.segment);
  return datagram.size() >= size && std::equal(packet.end() - static_cast<std::ptrdiff_t>(size), packet.end(),
                                               datagram.end() - static_cast<std::ptrdiff_t>(size));
}

std::optional<Party> Machine::passed(const transport::Arrival& arrival) {
  std::optional<wire::Segment> segment = wire::decode(arrival.packet);
  if (!segment) return {};
  const bool own = pending_ && pending_->has_ends_of(*segment);
  const bool to_kernel = own || segment->destination == setup_.kernel || connection_at(segment->source);
  if (!finished_ && to_kernel) passed_to_kernel(std::move(*segment), arrival);
  if (!finished_ && !to_kernel) passed_from_kernel(std::move(*segment), arrival);
  return to_kernel ? Party::peer : Party::kernel;
}

void Machine::passed_to_kernel(wire::Segment&& segment, const transport::Arrival& arrival) {
  const auto [connection, kernel, own] = route(segment.destination.port, segment.source);
  const wire::Origins origins{connection.peer.iss, connection.peer.irs};
  PassedSegment entry{arrival.time, Party::peer, std::move(segment),  origins,
                      nullptr,      {},          index_of(connection)};
  if (!pending_ || !pending_->is_in(arrival.packet)) {
    const std::string name = wire::format_flags(entry.segment.flags);
    record(std::move(entry));
    finish(Verdict::error,
           "the host's own TCP answered for the peer with " + name +
               ": the guard of the crafted port leaks, so this run says nothing about the kernel under test");
    return;
  }
  entry.step = pending_->step;
  longest_lag_ = std::max(longest_lag_, arrival.time - connection.anchor.time);
  const bool deformed = pending_->crafted.deformity.any();
  pending_.reset();
  connection.owed = false;
  connection.reaction.alternatives.clear();
  if (setup_.note_rules) connection.conduct.arrived_unfit();
  if (!deformed) {
    connection.owed = owes(kernel);
    connection.before = kernel;
    const model::Outcome outcome = model::follow(kernel, entry.segment);
    if (outcome.others && own) connection.reaction = model::arrive(connection.before, entry.segment);
    if (own && setup_.note_rules) connection.conduct.arrived(outcome, connection.reaction);
    entry.rule = outcome.rule;
    if (own && kernel.irs == entry.segment.seq && kernel.irs != connection.peer.iss)
      begin_anew(connection, entry);
  }
  if (own) entry.kernel_state = kernel.state;
  connection.last_rule = entry.rule;
  connection.cause = entry.step;
  connection.last_send_entry = result_.trace.size();
  connection.anchor = {arrival.time, {}, arrival.kernel_time};
  record(std::move(entry));
}

/// A SYN opened the connection another time, from TIME-WAIT or after a reset: numbers count from it now.
void Machine::begin_anew(Connection& connection, PassedSegment& syn) {
  connection.old_peer = std::exchange(connection.peer, model::peer_with(syn.segment.seq));
  model::peer_sent(connection.peer, syn.segment, false);
  syn.origins = {connection.peer.iss, {}};
}

/// Where the standard leaves a choice, the kernel's answer tells which way it went.
void Machine::settle(Connection& connection, const wire::Segment& segment) {
  auto ways = std::exchange(connection.reaction.alternatives, {});
  if (ways.empty()) return;
  const auto taken = std::find_if(
      ways.begin(), ways.end(), [&](const model::Outcome& way) { return model::agrees(way.reply, segment); });
  if (taken == ways.begin() || taken == ways.end()) return;
  model::Tcb& kernel = *connection.kernel;
  kernel = std::move(taken->after);
  connection.last_rule = taken->rule;
  if (kernel.irs != connection.old_peer.iss || !connection.last_send_entry) return;
  // It did not begin anew after all.
  model::Tcb& peer = connection.peer;
  peer = std::move(connection.old_peer);
  std::get<PassedSegment>(result_.trace[*connection.last_send_entry]).origins = {peer.iss, peer.irs};
}

/// The kernel opens the connection another time, after a refusal or the like: the peer begins anew too.
void Machine::open_anew(Connection& connection, const wire::Segment& segment) {
  model::Tcb& kernel = *connection.kernel;
  const bool is_open = kernel.state != model::State::closed && kernel.state != model::State::listen &&
                       kernel.state != model::State::time_wait;
  if (!segment.has(wire::Flag::syn) || segment.has(wire::Flag::ack) || !kernel.iss || is_open) return;
  kernel = {};
  connection.peer = model::peer_with(connection.iss);
}

void Machine::passed_from_kernel(wire::Segment&& segment, const transport::Arrival& arrival) {
  ++kernel_segments_;
  const auto [connection, kernel, own] = route(segment.source.port, segment.destination);
  if (own) {
    settle(connection, segment);
    open_anew(connection, segment);
  }
  const auto& iss = connection.peer.iss;
  Unread unread{arrival.time, arrival.kernel_time, expectation(kernel, segment, iss), false,
                {},           result_.trace.size()};
  if (connection.owed && own && arrival.time - last_send_time(connection) < crossing_window)
    unread.crossed = expectation(connection.before, segment, iss);
  const model::Rule* rule = model::transmitted(kernel, segment);
  unread.late = came_of_lateness(arrival, rule == &model::rules::retransmission);
  if (own) {
    if (setup_.note_rules) connection.conduct.sent(segment, unread.expectation, rule);
    model::peer_received(connection.peer, segment);
  }
  record(PassedSegment{arrival.time,
                       Party::kernel,
                       std::move(segment),
                       unread.expectation.names.origins,
                       rule,
                       {},
                       index_of(connection),
                       own ? std::optional(kernel.state) : std::nullopt});
  connection.unread.push_back(std::move(unread));
}

}  // namespace tcpcraft::engine
