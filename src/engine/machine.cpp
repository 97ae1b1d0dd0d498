#include <algorithm>
#include <cassert>

#include <tcpcraft/engine/machine.hpp>
#include <tcpcraft/model/arrive.hpp>
#include <tcpcraft/model/peer.hpp>

#include "times.hpp"

namespace tcpcraft::engine {
namespace {

using namespace std::chrono_literals;

constexpr wire::Duration grace = 50ms;

std::size_t ip_header_size(const wire::Segment& segment) {
  return segment.source.address.is_v6() ? 40 : 20;
}

std::size_t datagram_size(const wire::Segment& segment) {
  const std::size_t options = (wire::options_size(segment.options) + 3) / 4 * 4;
  return ip_header_size(segment) + 20 + options + segment.payload.size();
}

/// How near to a segment of the peer's the kernel's own may have been under way already, sent by a timer.
constexpr wire::Duration crossing_window = 1ms;

bool has_counters(const scenario::Scenario& scenario) {
  return std::any_of(scenario.steps.begin(), scenario.steps.end(), [](const scenario::Step& step) {
    return std::holds_alternative<scenario::Counter>(step.action);
  });
}

/// Whether the kernel may send something without being provoked: an acknowledgement it delays, a
/// retransmission.
bool owes(const model::Tcb& kernel) {
  return kernel.iss && (kernel.last_ack_sent != kernel.rcv_nxt || kernel.snd_una != kernel.snd_nxt);
}

}  // namespace

Machine::Machine(const scenario::Scenario& scenario, const Setup& setup, wire::Time start, Observer* observer)
    : scenario_(scenario),
      setup_(setup),
      observer_(observer),
      connections_(setup.peers.size()),
      listening_(scenario::listens_at_first(scenario)) {
  assert(setup.peers.size() == scenario.peers.size());
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    Connection& connection = connections_[i];
    connection.end = setup.peers[i].end;
    connection.iss = setup.peers[i].iss;
    connection.peer = model::peer_with(connection.iss);
    connection.anchor.time = start;
    connection.clock_base = setup.timestamp;
  }
  result_.started = start;
  result_.trace.reserve(2 * scenario.steps.size());
  if (observer_) observer_->started(start);
}

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

const wire::Segment& Machine::segment_of(const Unread& unread) const {
  return std::get<PassedSegment>(result_.trace[unread.trace_entry]).segment;
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
  const bool deformed = pending_->crafted.deformity.any();
  pending_.reset();
  connection.before.reset();
  connection.reaction.alternatives.clear();
  if (!deformed) {
    if (owes(kernel)) connection.before = kernel;
    const model::Tcb before = kernel;
    const model::Outcome outcome = model::follow(kernel, entry.segment);
    if (outcome.others && own) connection.reaction = model::arrive(before, entry.segment);
    entry.rule = outcome.rule;
    if (own && kernel.irs == entry.segment.seq && kernel.irs != connection.peer.iss)
      begin_anew(connection, entry);
  }
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
  Unread unread{
      arrival.time, arrival.kernel_time, expectation(kernel, segment, iss), came_of_lateness(arrival),
      {},           result_.trace.size()};
  if (connection.before && own && arrival.time - last_send_time(connection) < crossing_window)
    unread.crossed = expectation(*connection.before, segment, iss);
  const model::Rule* rule = model::transmitted(kernel, segment);
  if (own) model::peer_received(connection.peer, segment);
  record(PassedSegment{arrival.time,
                       Party::kernel,
                       std::move(segment),
                       unread.expectation.names.origins,
                       rule,
                       {},
                       index_of(connection)});
  connection.unread.push_back(std::move(unread));
}

void Machine::barrier(transport::Barrier outcome) {
  barrier_ = outcome;
}

void Machine::state(const kernel::SocketState& state) {
  state_ = state;
}

void Machine::counters(const kernel::Counters& counters) {
  if (!base_counters_)
    base_counters_ = counters;
  else
    counters_ = counters;
}

Action Machine::next(wire::Time now) {
  waiting_since_.reset();
  if (!base_counters_ && (!setup_.fresh_counters || has_counters(scenario_))) return AskCounters{};
  if (finished_) return Finished{};
  if (const auto resumed = resume_running()) return *resumed;
  while (!finished_) {
    auto action = proceed(now);
    if (!action) continue;
    if (auto* wait = std::get_if<WaitUntil>(&*action)) {
      waiting_since_ = now;
      await_running(*wait);
    }
    return *action;
  }
  return Finished{};
}

std::optional<Action> Machine::proceed(wire::Time now) {
  if (step_ == scenario_.steps.size()) return play_end();
  here_ = scenario_.steps[step_].peer;
  return std::visit([&](const auto& step) { return play(step, now); }, scenario_.steps[step_].action);
}

void Machine::advance() {
  ++step_;
  sent_ = false;
  barrier_.reset();
  grace_.reset();
  gathered_.clear();
  state_.reset();
  counters_.reset();
  info_.reset();
  drops_.reset();
  call_.reset();
  call_deadline_.reset();
  tried_ = false;
}

std::optional<Action> Machine::play(const scenario::Send& step, wire::Time now) {
  if (sent_) {
    if (!pending_) {
      advance();
      return {};
    }
    if (now < here().anchor.time + patience) return WaitUntil{here().anchor.time + patience};
    return finish(Verdict::inconclusive, "a crafted segment was not seen to reach the kernel");
  }
  Connection& connection = here();
  const auto elapsed = static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(connection.scripted).count());
  Crafted crafted = craft(step.segment.spec, connection.peer, scenario_.peers[here_], connection.end,
                          setup_.kernel, connection.clock_base + elapsed, ++connection.id);
  if (const auto* written = wire::find<wire::Timestamps>(crafted.segment.options);
      written && crafted.segment.has(wire::Flag::syn) && !connection.peer.offered.timestamps)
    connection.clock_base = written->tsval - elapsed;
  if (const std::size_t size = datagram_size(crafted.segment); size > setup_.largest_datagram) {
    result_.place = step.segment.span;
    const bool mtu = size <= 65535;
    return finish(Verdict::error, std::string("the segment does not fit into ") +
                                      (mtu ? "the link's MTU: " : "an IP datagram: ") + std::to_string(size) +
                                      " bytes");
  }
  model::peer_sent(connection.peer, crafted.segment, crafted.broken);
  wire::Bytes packet = wire::encode(crafted.segment, crafted.deformity);
  pending_ = Pending{std::move(crafted), std::move(packet), step_};
  sent_ = true;
  connection.anchor.time = now;
  return Transmit{pending_->packet, here_};
}

std::optional<Action> Machine::play(const scenario::Expect& step, wire::Time now) {
  const bool timed = step.segment.spec.within.has_value();
  const wire::Time bound = bound_of(step);
  if (!here().unread.empty()) return take(step, bound);
  if (step.optional && !timed && !next_step_decides()) {
    if (auto unproven = prove_silence()) return unproven;
    advance();
    return {};
  }
  if (auto waiting = await(bound, timed, now)) return waiting;
  return absent(step);
}

/// Waits for a segment that is to come by `bound`, and some grace longer where that was stated and we woke up
/// late; nothing when all that is over.
std::optional<Action> Machine::await(wire::Time bound, bool timed, wire::Time now) {
  if (now < bound) return WaitUntil{bound};
  if (!grace_ && timed && now - bound > tolerated_lateness) grace_ = now + grace;
  if (grace_ && now < *grace_) return WaitUntil{*grace_};
  return {};
}

/// Whether the step behind an `optional` waits for a segment itself, so that the next one to come decides.
bool Machine::next_step_decides() const {
  for (std::size_t i = step_ + 1; i < scenario_.steps.size(); ++i) {
    if (scenario_.steps[i].peer != here_) return false;
    if (std::holds_alternative<scenario::Note>(scenario_.steps[i].action)) continue;
    return std::holds_alternative<scenario::Expect>(scenario_.steps[i].action) ||
           std::holds_alternative<scenario::AnyOrder>(scenario_.steps[i].action);
  }
  return false;
}

/// The oldest unread segment, against an `expect` or `optional`.
std::optional<Action> Machine::take(const scenario::Expect& step, wire::Time bound) {
  const Unread& unread = here().unread.front();
  const wire::SegmentSpec& spec = step.segment.spec;
  std::vector<Difference> found = differences(spec, segment_of(unread), unread.expectation);
  if (!found.empty()) {
    if (unread.crossed && differences(spec, segment_of(unread), *unread.crossed).empty())
      return blame_crossing(unread);
    if (step.optional) {
      advance();
      return {};
    }
    if (unread.late) return blame_lateness(unread);
    return fail_segment(step, unread, std::move(found));
  }
  const auto& within = spec.within;
  const wire::Time earliest = here().anchor.time - here().anchor.slack;
  if (step.optional && within && (unread.time > bound || unread.time < earliest + within->min)) {
    advance();
    return {};
  }
  if (auto untimely = judge_time(step, unread, bound)) return untimely;
  here().anchor = {unread.time, {}, unread.kernel_time};
  here().unread.pop_front();
  advance();
  return {};
}

/// Silence of the immediate kind: whatever is unread breaks it; nothing unread, and a barrier, proves it.
std::optional<Action> Machine::play(const scenario::Silence& step, wire::Time now) {
  const scenario::Span span = scenario_.steps[step_].value;
  const std::list<Unread>& unread = here().unread;
  const auto broken = [&](const Unread& first) -> Action {
    if (first.late) return blame_lateness(first);
    return fail_unexpected(
        first, "the kernel was to be silent, but sent " + wire::format_flags(segment_of(first).flags), span,
        "nothing");
  };
  if (!step.duration) {
    if (!unread.empty()) return broken(unread.front());
    if (auto unproven = prove_silence()) return unproven;
    advance();
    return {};
  }
  Anchor& anchor = here().anchor;
  const wire::Time end = anchor.time + *step.duration;
  if (!unread.empty() && unread.front().time <= end - anchor.slack) return broken(unread.front());
  if (!unread.empty() && unread.front().time <= end && anchor.slack > tolerated_lateness)
    return blame_lateness(unread.front());
  if (now < end) return WaitUntil{end};
  here().scripted += *step.duration;
  anchor.time = end;
  advance();
  return {};
}

std::optional<Action> Machine::play(const scenario::Wait& step, wire::Time now) {
  Anchor end = latest_anchor();
  end.time += step.duration;
  if (now < end.time) return WaitUntil{end.time};
  for (Connection& connection : connections_) {
    connection.scripted += step.duration;
    connection.anchor = end;
  }
  advance();
  return {};
}

std::optional<Action> Machine::play(const scenario::Note& step, wire::Time now) {
  record(PassedNote{now, step.text});
  advance();
  return {};
}

/// What is still to be done before it is known that the kernel has nothing to say; nothing once a barrier
/// proves it.
std::optional<Action> Machine::prove_silence() {
  if (!barrier_) return RunBarrier{};
  if (*barrier_ == transport::Barrier::lost) return finish(Verdict::inconclusive, "a barrier was lost");
  return {};
}

std::optional<Action> Machine::play_end() {
  const Unread* first = nullptr;
  for (const Connection& connection : connections_) {
    if (connection.unread.empty()) continue;
    const Unread& unread = connection.unread.front();
    if (first && first->trace_entry < unread.trace_entry) continue;
    first = &unread;
    here_ = index_of(connection);
  }
  if (first) {
    if (first->late) return blame_lateness(*first);
    const std::string name = wire::format_flags(segment_of(*first).flags);
    const scenario::Step& last = scenario_.steps.back();
    const scenario::Span span = last.inside.empty() ? last.value : last.inside.front().place;
    return fail_unexpected(*first, "the kernel sent one more segment, " + name + ", that no step expects",
                           {span.end, span.end}, "nothing more");
  }
  if (setup_.immediate) return finish(Verdict::pass);
  if (auto unproven = prove_silence()) return unproven;
  return finish(Verdict::pass);
}

Action Machine::finish(Verdict verdict, std::string reason) {
  if (!finished_) {
    result_.verdict = verdict;
    result_.reason = std::move(reason);
    finished_ = true;
  }
  return Finished{};
}

}  // namespace tcpcraft::engine
