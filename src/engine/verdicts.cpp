// What the machine says where the kernel deviated.

#include <algorithm>
#include <cstdio>

#include <tcpcraft/engine/machine.hpp>

#include "times.hpp"

namespace tcpcraft::engine {

namespace {

std::string milliseconds(wire::Duration duration) {
  char text[40];
  std::snprintf(text, sizeof text, "%.3f ms", std::chrono::duration<double, std::milli>(duration).count());
  return text;
}

}  // namespace

wire::Time Machine::last_send_time(const Connection& connection) const {
  const auto entry = connection.last_send_entry;
  return entry ? std::get<PassedSegment>(result_.trace[*entry]).time : result_.started;
}

std::string Machine::since_last_send(wire::Time time) const {
  if (!here().last_send_entry) return "";
  const auto& sent = std::get<PassedSegment>(result_.trace[*here().last_send_entry]);
  return milliseconds(time - sent.time) + " after the " + wire::format_flags(sent.segment.flags);
}

Action Machine::fail(Mismatch mismatch) {
  if (longest_lag_ > tolerated_lag)
    return finish(Verdict::inconclusive, "the host was late by " + milliseconds(longest_lag_) +
                                             ", and the kernel's timers did not wait for it");
  mismatch.step = step_;
  mismatch.peer = here_;
  mismatch.cause = here().cause;
  result_.mismatch = std::move(mismatch);
  return finish(Verdict::fail);
}

/// The end of the last step of all.
const Anchor& Machine::latest_anchor() const {
  return std::max_element(
             connections_.begin(), connections_.end(),
             [](const Connection& a, const Connection& b) { return a.anchor.time < b.anchor.time; })
      ->anchor;
}

/// When the last segment passed; the start where none has.
wire::Time Machine::last_passage() const {
  for (auto entry = result_.trace.rbegin(); entry != result_.trace.rend(); ++entry)
    if (const auto* passed = std::get_if<PassedSegment>(&*entry)) return passed->time;
  return result_.started;
}

/// Whether a segment of the kernel's came long after everything before it although no step was waiting: the
/// host took the CPU from us, and meanwhile a timer of the kernel's fired, or the application answered after
/// a pause of its own. What `repeats` old numbers comes of a timer even in the midst of a call.
bool Machine::came_of_lateness(const transport::Arrival& arrival, bool repeats) const {
  if (waiting_since_ && arrival.time >= *waiting_since_) return false;
  wire::Time before = last_passage();
  for (const Connection& connection : connections_)
    if (connection.anchor.time <= arrival.time) before = std::max(before, connection.anchor.time);
  // Without a stamp it may have been there before the call.
  if (called_ && !repeats && arrival.time >= *called_ && arrival.kernel_time)
    before = std::max(before, *called_);
  return arrival.time - before > tolerated_lateness;
}

Action Machine::blame_lateness(const Unread& unread) {
  return finish(Verdict::inconclusive, "the host was late: the kernel's " +
                                           wire::format_flags(segment_of(unread).flags) +
                                           " came in a pause that no step made");
}

Action Machine::blame_crossing(const Unread& unread) {
  return finish(Verdict::inconclusive, "the kernel's " + wire::format_flags(segment_of(unread).flags) +
                                           " crossed the peer's segment: it cannot be told which came first");
}

/// What there is to say of a segment that is wrong, before it is said why.
Mismatch Machine::mismatch_of(const Unread& unread) const {
  Mismatch mismatch;
  mismatch.received = wire::format_segment(segment_of(unread), unread.expectation.names.origins);
  mismatch.timing = since_last_send(unread.time);
  mismatch.rule = std::get<PassedSegment>(result_.trace[unread.trace_entry]).rule;
  mismatch.trace_entry = unread.trace_entry;
  return mismatch;
}

/// A step claims something of the kernel that it says otherwise.
Action Machine::fail_claim(std::string summary, std::string label, std::string expected, std::string received,
                           std::optional<scenario::Span> span) {
  Mismatch mismatch;
  mismatch.summary = std::move(summary);
  mismatch.span = span.value_or(scenario_.steps[step_].value);
  mismatch.label = std::move(label);
  mismatch.expected = std::move(expected);
  mismatch.received = std::move(received);
  mismatch.rule = here().last_rule;
  return fail(std::move(mismatch));
}

Action Machine::fail_segment(const scenario::Expect& step, const Unread& unread,
                             std::vector<Difference> found) {
  Mismatch mismatch = mismatch_of(unread);
  const wire::Segment& segment = segment_of(unread);
  const wire::SegmentSpec& spec = step.segment.spec;
  const Difference& first = found.front();
  const model::Tcb& kernel = route(segment.source.port, segment.destination).kernel;
  mismatch.summary = summarize(found, spec, segment, unread.expectation, kernel);
  mismatch.span = step.segment.span_of(first.part);
  mismatch.label = "received " + first.received;
  mismatch.expected = describe_expected(spec, unread.expectation);
  if (first.rule || here().last_rule) mismatch.rule = first.rule ? first.rule : here().last_rule;
  if (first.model_agrees)
    mismatch.derived = first.received + ", as received: it is the scenario that says otherwise";
  mismatch.differences = std::move(found);
  return fail(std::move(mismatch));
}

Action Machine::fail_unexpected(const Unread& unread, std::string summary, scenario::Span span,
                                std::string expected) {
  Mismatch mismatch = mismatch_of(unread);
  mismatch.summary = std::move(summary);
  mismatch.span = span;
  mismatch.label = "received " + wire::format_flags(segment_of(unread).flags);
  mismatch.expected = std::move(expected);
  return fail(std::move(mismatch));
}

/// What would be expected of a segment of the kernel's with these flags if it left now.
Expectation Machine::expectation_now(wire::Flags flags) {
  wire::Segment shape;
  shape.flags = flags;
  return expectation(kernel_of(here()), shape, here().peer.iss);
}

/// Nothing came, not even late.
std::optional<Action> Machine::absent(const scenario::Expect& step) {
  if (step.optional) {
    advance();
    return {};
  }
  const wire::Flags flags = step.segment.spec.flags;
  return fail_claim(
      "no " + wire::format_flags(flags) + " came within " + wire::format_duration(time_for(step)),
      "received nothing", describe_expected(step.segment.spec, expectation_now(flags)), "nothing");
}

/// A segment that is the right one, at the wrong time? The kernel's timers never fire early; late is for the
/// kernel to answer for only where we were not late ourselves, and then `absent` has said so already.
std::optional<Action> Machine::judge_time(const scenario::Expect& step, const Unread& unread,
                                          wire::Time bound) {
  if (unread.time > bound)
    return finish(Verdict::inconclusive, "the host was late: a segment came " +
                                             milliseconds(unread.time - bound) +
                                             " past its time, and nobody was awake to say so");
  const auto& within = step.segment.spec.within;
  if (!within) return {};
  const Anchor& anchor = here().anchor;
  const wire::Duration elapsed = std::max(unread.time - anchor.time, wire::Duration{});
  const wire::Duration at_most = elapsed + anchor.slack;
  if (at_most >= within->min) {
    const bool fits = elapsed >= within->min && at_most <= within->max;
    if (fits || anchor.slack <= tolerated_lateness) return {};
    return finish(Verdict::inconclusive, "the host was late: a socket call came to its end in " +
                                             milliseconds(anchor.slack) + " that no step made");
  }
  if (!anchor.exact || !unread.kernel_time)
    return finish(Verdict::inconclusive, "a segment had no time stamp of the kernel's");
  // Its timer may run since an earlier step than the one before, and so since earlier than it was to.
  if (longest_lag_ > tolerated_lateness && at_most + longest_lag_ >= within->min)
    return finish(Verdict::inconclusive, "the host was late by " + milliseconds(longest_lag_) +
                                             ", and a segment came too early by less than that");
  Mismatch mismatch = mismatch_of(unread);
  mismatch.summary = "the kernel's " + wire::format_flags(segment_of(unread).flags) + " came too early";
  mismatch.span = step.segment.span_of(wire::Part::within);
  mismatch.label = "received after " + milliseconds(elapsed);
  mismatch.expected = describe_expected(step.segment.spec, unread.expectation) + " in " +
                      wire::format_duration(within->min) + ".." + wire::format_duration(within->max);
  return fail(std::move(mismatch));
}

std::optional<Action> Machine::play(const scenario::State& step, wire::Time) {
  if (!state_) return AskState{here_};
  const bool is_listening = state_->state == "CLOSED" && state_->listening;
  if (state_->state == step.name || (step.name == "LISTEN" && is_listening)) {
    advance();
    return {};
  }
  const std::string actual = is_listening ? "LISTEN" : state_->state;
  return fail_claim("the kernel's socket is in " + actual + ", not " + step.name, "sock_diag says " + actual,
                    step.name, actual);
}

std::optional<Action> Machine::play(const scenario::Counter& step, wire::Time) {
  if (!counters_) return AskCounters{};
  const auto now = counters_->find(step.name);
  if (now == counters_->end()) {
    std::vector<std::string_view> names;
    for (const auto& [name, value] : *counters_) names.push_back(name);
    const std::string near = wire::nearest(step.name, names);
    result_.place = scenario_.steps[step_].value;
    return finish(Verdict::error, "this kernel has no counter '" + step.name + "'" +
                                      (near.empty() ? "" : ": did you mean '" + near + "'?"));
  }
  const auto [mark, first] = counter_marks_.try_emplace(step.name, (*base_counters_)[step.name]);
  const std::int64_t moved = now->second - mark->second;
  mark->second = now->second;
  if (moved == step.increase) {
    advance();
    return {};
  }
  const std::string by = std::to_string(moved), wanted = std::to_string(step.increase);
  return fail_claim(step.name + " moved by " + by + ", not by " + wanted, "moved by " + by,
                    step.name + " += " + wanted, step.name + " += " + by);
}

void Machine::explain_failure(const kernel::SocketState& state, const kernel::Counters& counters) {
  if (!result_.mismatch) return;
  result_.mismatch->kernel = state;
  kernel::Counters base = base_counters_.value_or(kernel::Counters{});
  for (const auto& [name, value] : counters)
    if (value != base[name]) result_.mismatch->counters.emplace_back(name, value - base[name]);
}

}  // namespace tcpcraft::engine
