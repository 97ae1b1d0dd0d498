#include <algorithm>
#include <cassert>

#include <tcpcraft/engine/machine.hpp>
#include <tcpcraft/model/peer.hpp>

#include "ip_header.hpp"
#include "times.hpp"

namespace tcpcraft::engine {
namespace {

using namespace std::chrono_literals;

constexpr wire::Duration grace = 50ms;

std::size_t datagram_size(const wire::Segment& segment) {
  const std::size_t options = (wire::options_size(segment.options) + 3) / 4 * 4;
  return ip_header_size(segment) + 20 + options + segment.payload.size();
}

bool has_counters(const scenario::Scenario& scenario) {
  return std::any_of(scenario.steps.begin(), scenario.steps.end(), [](const scenario::Step& step) {
    return std::holds_alternative<scenario::Counter>(step.action);
  });
}

}  // namespace

Machine::Machine(const scenario::Scenario& scenario, const Setup& setup, wire::Time start, Observer* observer)
    : scenario_(scenario),
      setup_(setup),
      observer_(observer),
      connections_(setup.peers.size()),
      listening_(scenario::listens_at_first(scenario)),
      takes_base_counters_(!setup.fresh_counters || has_counters(scenario)) {
  assert(setup.peers.size() == scenario.peers.size());
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    Connection& connection = connections_[i];
    connection.end = setup.peers[i].end;
    connection.iss = setup.peers[i].iss;
    connection.peer = model::peer_with(connection.iss);
    connection.anchor.time = start;
    connection.clock_base = setup.timestamp;
  }
  now_ = start;
  result_.started = start;
  result_.trace.reserve(2 * scenario.steps.size());
  result_.step_ends.reserve(scenario.steps.size());
  if (observer_) observer_->started(start);
}

const wire::Segment& Machine::segment_of(const Unread& unread) const {
  return std::get<PassedSegment>(result_.trace[unread.trace_entry]).segment;
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

Action Machine::next(wire::Time now, wire::Duration tick_lag) {
  longest_lag_ = std::max(longest_lag_, tick_lag);
  // Whatever is done but waiting takes no time, and the kernel handles a segment within the call that sends
  // it.
  if (!waiting_since_) longest_lag_ = std::max(longest_lag_, now - now_);
  waiting_since_.reset();
  now_ = now;
  if (!base_counters_ && takes_base_counters_) return AskCounters{};
  if (finished_) return Finished{};
  if (const auto resumed = resume_running()) return *resumed;
  while (!finished_) {
    auto action = proceed(now);
    if (!action) continue;
    if (auto* wait = std::get_if<WaitUntil>(&*action)) {
      waiting_since_ = now;
      await_running(*wait);
      waiting_until_ = wait->deadline;
    }
    return *action;
  }
  return Finished{};
}

std::optional<Action> Machine::proceed(wire::Time now) {
  if (step_ == scenario_.steps.size()) return play_end();
  here_ = scenario_.steps[step_].peer;
  if (!std::exchange(begun_, true)) longest_lag_ = std::max(longest_lag_, now - latest_anchor().time);
  return std::visit([&](const auto& step) { return play(step, now); }, scenario_.steps[step_].action);
}

void Machine::advance() {
  result_.step_ends.push_back({now_, result_.trace.size()});
  ++step_;
  begun_ = false;
  sent_ = false;
  barrier_.reset();
  grace_.reset();
  gathered_.clear();
  streamed_ = 0;
  stream_ended_ = false;
  state_.reset();
  counters_.reset();
  info_.reset();
  drops_.reset();
  call_.reset();
  call_deadline_.reset();
  tried_ = false;
}

/// The present step has taken the segment.
void Machine::note_taken(const Unread& unread) {
  std::get<PassedSegment>(result_.trace[unread.trace_entry]).step = step_;
}

/// Until the segment that was sent last has reached the kernel; nothing where it has.
std::optional<Action> Machine::await_passage(wire::Time now) {
  if (!pending_) return {};
  if (now < here().anchor.time + patience) return WaitUntil{here().anchor.time + patience};
  return finish(Verdict::inconclusive, "a crafted segment was not seen to reach the kernel");
}

std::optional<Action> Machine::play(const scenario::Send& step, wire::Time now) {
  if (!sent_) return transmit(step.segment.spec, step.segment.span, now);
  if (auto waiting = await_passage(now)) return waiting;
  if (setup_.note_rules && setup_.immediate) here().conduct.settled();
  advance();
  return {};
}

Action Machine::transmit(const wire::SegmentSpec& spec, scenario::Span span, wire::Time now) {
  Connection& connection = here();
  const auto elapsed = static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(connection.scripted).count());
  Crafted crafted = craft(spec, connection.peer, scenario_.peers[here_], connection.end, setup_.kernel,
                          connection.clock_base + elapsed, ++connection.id);
  if (const auto* written = wire::find<wire::Timestamps>(crafted.segment.options);
      written && crafted.segment.has(wire::Flag::syn) && !connection.peer.offered.timestamps)
    connection.clock_base = written->tsval - elapsed;
  if (const std::size_t size = datagram_size(crafted.segment); size > setup_.largest_datagram) {
    result_.place = span;
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
  if (setup_.observations) setup_.observations->taken.push_back({step_, 0, observed(unread)});
  note_taken(unread);
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
  record(PassedNote{now, step.text, step_});
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

/// The rules that were followed on any of the connections.
void Machine::note_followed() {
  for (Connection& connection : connections_)
    for (const model::Rule* rule : connection.conduct.take_rules())
      if (std::find(result_.followed.begin(), result_.followed.end(), rule) == result_.followed.end())
        result_.followed.push_back(rule);
}

Observed Machine::observed(const Unread& unread) const {
  const auto& passed = std::get<PassedSegment>(result_.trace[unread.trace_entry]);
  return {passed.segment, unread.expectation, unread.time - connections_[passed.peer].anchor.time,
          unread.trace_entry, passed.peer};
}

void Machine::observe_end() {
  for (const Unread& unread : gathered_) setup_.observations->unread.push_back(observed(unread));
  for (const Connection& connection : connections_)
    for (const Unread& unread : connection.unread) setup_.observations->unread.push_back(observed(unread));
}

Action Machine::finish(Verdict verdict, std::string reason) {
  if (!finished_) {
    result_.verdict = verdict;
    result_.reason = std::move(reason);
    if (setup_.note_rules) note_followed();
    finished_ = true;
    if (setup_.observations) observe_end();
  }
  return Finished{};
}

}  // namespace tcpcraft::engine
