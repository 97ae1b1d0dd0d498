#include <algorithm>
#include <cassert>

#include <tcpcraft/engine/machine.hpp>
#include <tcpcraft/model/arrive.hpp>
#include <tcpcraft/model/peer.hpp>
#include <tcpcraft/model/rules.hpp>

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
      peer_(model::peer_with(setup.iss)),
      listening_(scenario::listens_at_first(scenario)),
      anchor_(start),
      clock_base_(setup.timestamp) {
  result_.started = start;
  result_.trace.reserve(2 * scenario.steps.size());
  if (observer_) observer_->started(start);
}

model::Tcb& Machine::connection(Ports ports) {
  const auto [found, created] = connections_.try_emplace(ports);
  const bool served = ports.first == setup_.kernel.port && listening_;
  if (created && served) found->second = model::listening();
  return found->second;
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
  const bool to_kernel = own || segment->source == setup_.peer || segment->destination == setup_.kernel;
  if (!finished_ && to_kernel) passed_to_kernel(std::move(*segment), arrival);
  if (!finished_ && !to_kernel) passed_from_kernel(std::move(*segment), arrival);
  return to_kernel ? Party::peer : Party::kernel;
}

void Machine::passed_to_kernel(wire::Segment&& segment, const transport::Arrival& arrival) {
  PassedSegment entry{arrival.time, Party::peer, std::move(segment), {peer_.iss, peer_.irs}, nullptr, {}};
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
  const Ports ports{entry.segment.destination.port, entry.segment.source.port};
  const bool own_connection = ports == Ports{setup_.kernel.port, setup_.peer.port};
  model::Tcb& kernel = connection(ports);
  owed_ = false;
  reaction_.alternatives.clear();
  conduct_.arrived_unfit();
  if (!deformed) {
    owed_ = owes(kernel);
    before_ = kernel;
    const model::Outcome outcome = model::follow(kernel, entry.segment);
    if (outcome.others && own_connection) reaction_ = model::arrive(before_, entry.segment);
    if (own_connection) conduct_.arrived(outcome, reaction_);
    entry.rule = outcome.rule;
    if (own_connection && kernel.irs == entry.segment.seq && kernel.irs != peer_.iss) begin_anew(entry);
  }
  last_rule_ = entry.rule;
  cause_ = entry.step;
  last_send_entry_ = result_.trace.size();
  anchor_ = arrival.time;
  anchor_slack_ = {};
  anchor_exact_ = arrival.kernel_time;
  record(std::move(entry));
}

/// A SYN opened the connection another time, from TIME-WAIT or after a reset: numbers count from it now.
void Machine::begin_anew(PassedSegment& syn) {
  old_peer_ = std::exchange(peer_, model::peer_with(syn.segment.seq));
  model::peer_sent(peer_, syn.segment, false);
  syn.origins = {peer_.iss, {}};
}

/// Where the standard leaves a choice, the kernel's answer tells which way it went.
void Machine::settle(model::Tcb& kernel, const wire::Segment& segment) {
  auto ways = std::exchange(reaction_.alternatives, {});
  if (ways.empty()) return;
  const auto taken = std::find_if(
      ways.begin(), ways.end(), [&](const model::Outcome& way) { return model::agrees(way.reply, segment); });
  if (taken == ways.begin() || taken == ways.end()) return;
  kernel = std::move(taken->after);
  last_rule_ = taken->rule;
  if (kernel.irs != old_peer_.iss || !last_send_entry_) return;
  // It did not begin anew after all.
  peer_ = std::move(old_peer_);
  std::get<PassedSegment>(result_.trace[*last_send_entry_]).origins = {peer_.iss, peer_.irs};
}

/// The kernel opens the connection another time, after a refusal or the like: the peer begins anew too.
void Machine::open_anew(model::Tcb& kernel, const wire::Segment& segment) {
  const bool is_open = kernel.state != model::State::closed && kernel.state != model::State::listen &&
                       kernel.state != model::State::time_wait;
  if (!segment.has(wire::Flag::syn) || segment.has(wire::Flag::ack) || !kernel.iss || is_open) return;
  kernel = {};
  peer_ = model::peer_with(setup_.iss);
}

void Machine::passed_from_kernel(wire::Segment&& segment, const transport::Arrival& arrival) {
  ++kernel_segments_;
  const Ports ports{segment.source.port, segment.destination.port};
  const bool own_connection = ports == Ports{setup_.kernel.port, setup_.peer.port};
  model::Tcb& kernel = connection(ports);
  if (own_connection) {
    settle(kernel, segment);
    open_anew(kernel, segment);
  }
  Unread unread{arrival.time, arrival.kernel_time, expectation(kernel, segment, peer_.iss), false,
                {},           result_.trace.size()};
  if (owed_ && own_connection && arrival.time - last_send_time() < crossing_window)
    unread.crossed = expectation(before_, segment, peer_.iss);
  const model::Rule* rule = model::transmitted(kernel, segment);
  unread.late = came_of_lateness(arrival, rule == &model::rules::retransmission);
  if (own_connection) {
    conduct_.sent(segment, unread.expectation, rule);
    model::peer_received(peer_, segment);
  }
  record(PassedSegment{
      arrival.time, Party::kernel, std::move(segment), unread.expectation.names.origins, rule, {}});
  unread_.push_back(std::move(unread));
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
      if (running_ && !running_->result && !running_->in_progress) wait->running = &running_->call;
    }
    return *action;
  }
  return Finished{};
}

std::optional<Action> Machine::proceed(wire::Time now) {
  if (step_ == scenario_.steps.size()) return play_end();
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
      if (setup_.immediate) conduct_.settled();
      advance();
      return {};
    }
    if (now < anchor_ + patience) return WaitUntil{anchor_ + patience};
    return finish(Verdict::inconclusive, "a crafted segment was not seen to reach the kernel");
  }
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(scripted_).count();
  Crafted crafted = craft(step.segment.spec, peer_, scenario_.peer, setup_.peer, setup_.kernel,
                          clock_base_ + static_cast<std::uint32_t>(elapsed), ++id_);
  if (const auto* written = wire::find<wire::Timestamps>(crafted.segment.options);
      written && crafted.segment.has(wire::Flag::syn) && !peer_.offered.timestamps)
    clock_base_ = written->tsval - static_cast<std::uint32_t>(elapsed);
  if (const std::size_t size = datagram_size(crafted.segment); size > setup_.largest_datagram) {
    result_.place = step.segment.span;
    const bool mtu = size <= 65535;
    return finish(Verdict::error, std::string("the segment does not fit into ") +
                                      (mtu ? "the link's MTU: " : "an IP datagram: ") + std::to_string(size) +
                                      " bytes");
  }
  model::peer_sent(peer_, crafted.segment, crafted.broken);
  wire::Bytes packet = wire::encode(crafted.segment, crafted.deformity);
  pending_ = Pending{std::move(crafted), std::move(packet), step_};
  sent_ = true;
  anchor_ = now;
  return Transmit{pending_->packet};
}

std::optional<Action> Machine::play(const scenario::Expect& step, wire::Time now) {
  const bool timed = step.segment.spec.within.has_value();
  const wire::Time bound = bound_of(step);
  if (!unread_.empty()) return take(step, bound);
  if (step.optional && !timed && !next_step_decides()) {
    if (auto unproven = prove_silence()) return unproven;
    advance();
    return {};
  }
  if (auto waiting = await(bound, timed, now)) return waiting;
  return absent(step, bound);
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
    if (std::holds_alternative<scenario::Note>(scenario_.steps[i].action)) continue;
    return std::holds_alternative<scenario::Expect>(scenario_.steps[i].action) ||
           std::holds_alternative<scenario::AnyOrder>(scenario_.steps[i].action);
  }
  return false;
}

/// The oldest unread segment, against an `expect` or `optional`.
std::optional<Action> Machine::take(const scenario::Expect& step, wire::Time bound) {
  const Unread& unread = unread_.front();
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
  const wire::Time earliest = anchor_ - anchor_slack_;
  if (step.optional && within && (unread.time > bound || unread.time < earliest + within->min)) {
    advance();
    return {};
  }
  if (auto untimely = judge_time(step, unread, bound)) return untimely;
  if (setup_.observations) setup_.observations->taken.push_back({step_, 0, observed(unread)});
  anchor_ = unread.time;
  anchor_slack_ = {};
  anchor_exact_ = unread.kernel_time;
  unread_.pop_front();
  advance();
  return {};
}

/// Silence of the immediate kind: whatever is unread breaks it; nothing unread, and a barrier, proves it.
std::optional<Action> Machine::play(const scenario::Silence& step, wire::Time now) {
  const scenario::Span span = scenario_.steps[step_].value;
  const auto broken = [&](const Unread& unread) -> Action {
    if (unread.late) return blame_lateness(unread);
    return fail_unexpected(
        unread, "the kernel was to be silent, but sent " + wire::format_flags(segment_of(unread).flags), span,
        "nothing");
  };
  if (!step.duration) {
    if (!unread_.empty()) return broken(unread_.front());
    if (auto unproven = prove_silence()) return unproven;
    advance();
    return {};
  }
  const wire::Time end = anchor_ + *step.duration;
  if (!unread_.empty() && unread_.front().time <= end - anchor_slack_) return broken(unread_.front());
  if (!unread_.empty() && unread_.front().time <= end && anchor_slack_ > tolerated_lateness)
    return blame_lateness(unread_.front());
  if (now < end) return WaitUntil{end};
  scripted_ += *step.duration;
  anchor_ = end;
  advance();
  return {};
}

std::optional<Action> Machine::play(const scenario::Wait& step, wire::Time now) {
  const wire::Time end = anchor_ + step.duration;
  if (now < end) return WaitUntil{end};
  scripted_ += step.duration;
  anchor_ = end;
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
  if (!unread_.empty()) {
    if (unread_.front().late) return blame_lateness(unread_.front());
    const std::string name = wire::format_flags(segment_of(unread_.front()).flags);
    const scenario::Step& last = scenario_.steps.back();
    const scenario::Span span = last.inside.empty() ? last.value : last.inside.front().place;
    return fail_unexpected(unread_.front(),
                           "the kernel sent one more segment, " + name + ", that no step expects",
                           {span.end, span.end}, "nothing more");
  }
  if (setup_.immediate) return finish(Verdict::pass);
  if (auto unproven = prove_silence()) return unproven;
  return finish(Verdict::pass);
}

Observed Machine::observed(const Unread& unread) const {
  return {segment_of(unread), unread.expectation, unread.time - anchor_, unread.trace_entry};
}

void Machine::observe_end() {
  for (const Unread& unread : gathered_) setup_.observations->unread.push_back(observed(unread));
  for (const Unread& unread : unread_) setup_.observations->unread.push_back(observed(unread));
}

Action Machine::finish(Verdict verdict, std::string reason) {
  if (!finished_) {
    result_.verdict = verdict;
    result_.reason = std::move(reason);
    result_.followed = conduct_.take_rules();
    finished_ = true;
    if (setup_.observations) observe_end();
  }
  return Finished{};
}

}  // namespace tcpcraft::engine
