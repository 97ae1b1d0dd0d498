#include <algorithm>
#include <utility>

#include <tcpcraft/replay/conversation.hpp>
#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::replay {

using wire::Flag;
using wire::Segment;
using wire::Time;

namespace {

/// How many segments of the stream wait in the live TCP, which holds what is not acknowledged anyway.
constexpr std::size_t most_queued = 8;
/// Bytes of the other side's that are kept for a capture that does not have that side, as far as has been
/// read.
constexpr std::size_t most_unknown = 1 << 20;
constexpr std::size_t most_shown = 40;  ///< bytes of a segment's data

}  // namespace

void Conversation::add(capture::Packet packet, bool ours) {
  if (result_) return;
  plan_.add(std::move(packet), ours);
  compare_captured();
}

void Conversation::end_of_capture() {
  capture_ended_ = true;
  plan_.end();
  compare_captured();
}

void Conversation::compare_captured() {
  const wire::Bytes text = plan_.take_their_text();
  if (!text.empty()) comparison_.captured(text);
  if (plan_.their_end() == End::fin) comparison_.captured_ended();
}

void Conversation::start(const wire::Endpoint& ours, const wire::Endpoint& theirs, wire::SeqNum iss,
                         Time now) {
  tcp_.emplace(ours, theirs, iss);
  iss_ = iss;
  started_ = last_progress_ = now;
  captured_start_ = last_act_ = captured_start();
  if (settings_.role == Role::client) return;
  Act open = std::move(plan_.acts().front());
  plan_.acts().pop_front();
  tcp_->listen(open.segment);
}

wire::Duration Conversation::scaled(wire::Duration captured) const {
  if (settings_.fast) return captured;
  return std::chrono::duration_cast<wire::Duration>(
      std::chrono::duration<double, std::nano>(static_cast<double>(captured.count()) / settings_.speed));
}

Time Conversation::due_at(const Act& act) const {
  return settings_.fast ? started_ : started_ + scaled(act.time - captured_start_);
}

bool Conversation::has_reached(Offset needs) const {
  if (needs <= 0) return true;
  if (!tcp_->tcb().irs) return false;
  if (plan_.is_one_sided()) return tcp_->received() >= needs;
  const bool fin = plan_.their_end() == End::fin && needs == plan_.their_length();
  return comparison_.has_reached(needs - (fin ? 2 : 1)) && (!fin || their_fin_);
}

bool Conversation::has_cause(const Act& act) const {
  if (!has_reached(act.needs)) return false;
  switch (act.kind) {
    case Act::Kind::text:
      return tcp_->queued() < most_queued;
    case Act::Kind::odd:
    case Act::Kind::reset:
      if (tcp_->is_closed()) return true;  // all was acknowledged, sooner than in the capture
      return tcp_->acknowledged() >= act.acked && (act.seq == 0 || tcp_->all_sent());
    default:
      return true;
  }
}

bool Conversation::is_due(const Act& act, Time now) const {
  return has_cause(act) && now >= due_at(act);
}

void Conversation::play(Time now) {
  auto& acts = plan_.acts();
  while (!acts.empty() && !our_reset_ && !their_reset_ && is_due(acts.front(), now)) {
    Act act = std::move(acts.front());
    acts.pop_front();
    plan_.took(act);
    last_act_ = act.time;
    last_progress_ = now;
    ++played_;
    perform(std::move(act), now);
  }
}

void Conversation::perform(Act act, Time now) {
  if (act.kind == Act::Kind::open) return tcp_->open(act.segment, now);
  if (act.kind != Act::Kind::odd && act.kind != Act::Kind::reset && !settings_.clean)
    tcp_->set_window(tcp_->tcb().scaling() || plan_.window_shift() == 0
                         ? act.segment.window
                         : static_cast<std::uint16_t>(std::min<std::uint32_t>(
                               std::uint32_t{act.segment.window} << plan_.window_shift(), 65535u)));
  switch (act.kind) {
    case Act::Kind::text:
      return tcp_->send(std::move(act.segment));
    case Act::Kind::window:
      if (act.announced) tcp_->acknowledge();
      return;
    case Act::Kind::reset:
      our_reset_ = true;
      [[fallthrough]];
    default:
      tcp_->send_odd(act.segment, act.seq, act.ack, now);
  }
}

void Conversation::arrive(const Segment& segment, Time now) {
  if (!tcp_ || result_) return;
  note(segment, false, now);
  const Offset acknowledged = tcp_->acknowledged();
  const Brought brought = tcp_->arrive(segment, now);
  if (!brought.text.empty() || brought.fin || tcp_->acknowledged() > acknowledged) last_progress_ = now;
  // Whether the capture has anything to compare this with may not be known yet.
  const bool awaited = !plan_.is_one_sided() || comparison_.live_pending() < most_unknown;
  if (awaited && !brought.text.empty()) comparison_.live(brought.text);
  if (brought.fin) {
    their_fin_ = true;
    comparison_.live_ended();
  }
  their_reset_ = their_reset_ || brought.reset;
  collect(now);
}

void Conversation::pass(Time now) {
  if (result_) return;
  if (tcp_) {
    play(now);
    tcp_->pass(now);
    collect(now);
  }
  decide(now);
}

void Conversation::collect(Time now) {
  for (Segment& segment : tcp_->out) {
    note(segment, true, now);
    out.push_back(std::move(segment));
  }
  tcp_->out.clear();
}

void Conversation::note(const Segment& segment, bool ours, Time now) {
  Passed& passed = passed_.at(passed_count_++ % most_passed);
  passed.time = now;
  passed.ours = ours;
  passed.size = segment.payload.size();
  passed.segment.flags = segment.flags;
  passed.segment.seq = segment.seq;
  passed.segment.ack = segment.ack;
  passed.segment.window = segment.window;
  passed.segment.urgent_pointer = segment.urgent_pointer;
  passed.segment.options = segment.options;
  passed.segment.payload.assign(
      segment.payload.begin(),
      segment.payload.begin() + static_cast<std::ptrdiff_t>(std::min(passed.size, most_shown)));
}

bool Conversation::is_starved() const {
  if (result_ || plan_.is_over() || capture_ended_) return false;
  if (!tcp_) return plan_.acts().empty();
  if (plan_.acts().empty()) return tcp_->all_acknowledged() || their_reset_;
  // What comes next has been answered, but what the answer must be is not known yet.
  return !has_cause(plan_.acts().front()) && comparison_.live_pending() > 0 &&
         comparison_.captured_pending() == 0;
}

/// When the other side has been silent for longer than it may.
std::optional<Time> Conversation::give_up_at() const {
  if (!tcp_ || is_starved()) return std::nullopt;
  const auto& acts = plan_.acts();
  const bool only_time = !acts.empty() && has_cause(acts.front()) && tcp_->all_acknowledged();
  if (only_time) return std::nullopt;
  const Time awaited = acts.empty() ? plan_.last_time() : acts.front().time;
  const wire::Duration gap = std::max(scaled(awaited - last_act_), wire::Duration{});
  return last_progress_ + gap + settings_.timeout;
}

std::optional<Time> Conversation::deadline() const {
  if (!tcp_ || result_) return std::nullopt;
  std::optional<Time> first = tcp_->deadline();
  const auto sooner = [&](std::optional<Time> time) {
    if (time && (!first || *time < *first)) first = time;
  };
  if (!plan_.acts().empty() && has_cause(plan_.acts().front())) sooner(due_at(plan_.acts().front()));
  sooner(give_up_at());
  return first;
}

Offset Conversation::their_text_length() const {
  return std::max<Offset>(plan_.their_length() - 1 - (plan_.their_end() == End::fin ? 1 : 0), 0);
}

/// All that the other side said in the capture, and its end.
bool Conversation::all_said() const {
  if (plan_.is_one_sided()) return true;
  if (!comparison_.has_reached(their_text_length())) return false;
  switch (plan_.their_end()) {
    case End::fin:
      return their_fin_;
    case End::reset:
      return their_reset_;
    default:
      return true;
  }
}

void Conversation::decide(Time now) {
  if (!plan_.refusal().empty()) return finish(Verdict::refused, plan_.refusal(), now);
  if (!tcp_) return;
  if (comparison_.difference()) return finish(Verdict::differs, describe_difference(), now);
  if (their_reset_) return decide_on_reset(now);
  const bool over = plan_.is_over() || capture_ended_;
  if (our_reset_ && over) return finish(Verdict::same, "", now);
  if (over && plan_.acts().empty() && tcp_->all_acknowledged()) {
    if (all_said()) return finish(Verdict::same, "", now);
    if (plan_.their_end() == End::reset && their_fin_)
      return finish(Verdict::differs, them() + " closes the connection, which it resets in the capture", now);
  }
  const std::optional<Time> limit = give_up_at();
  if (limit && now >= *limit) finish(Verdict::differs, describe_silence(), now);
}

void Conversation::abandon(Time now) {
  if (!tcp_) return;
  tcp_->abort();
  collect(now);
}

/// Nothing more can be played, nor will come.
void Conversation::decide_on_reset(Time now) {
  const bool refused = !tcp_->tcb().irs.has_value() && plan_.their_length() > 0;
  if (refused && !plan_.is_one_sided())
    return finish(Verdict::differs, them() + " refuses the connection: nothing listens there", now);
  if (!plan_.is_over() && !capture_ended_) return;
  const auto& acts = plan_.acts();
  const bool text_left = std::any_of(acts.begin(), acts.end(), [](const Act& act) {
    return act.kind == Act::Kind::text || act.kind == Act::Kind::open;
  });
  if (all_said() && !text_left) return finish(Verdict::same, "", now);
  finish(Verdict::differs, them() + " resets the connection", now);
}

void Conversation::finish(Verdict verdict, std::string summary, Time now) {
  Result result;
  result.verdict = verdict;
  result.summary = std::move(summary);
  result.started = tcp_ ? started_ : now;
  result.ended = now;
  result.compared = !plan_.is_one_sided();
  result.iss = iss_;
  if (tcp_) {
    result.irs = tcp_->tcb().irs.value_or(wire::SeqNum());
    if (verdict == Verdict::differs) {
      result.doing = describe_doing();
      result.difference = comparison_.difference();
      const std::size_t count = std::min(passed_count_, most_passed);
      for (std::size_t i = passed_count_ - count; i < passed_count_; ++i)
        result.last.push_back(passed_.at(i % most_passed));
    }
    abandon(now);  // nothing of it may be left behind
  }
  result_ = std::move(result);
}

}  // namespace tcpcraft::replay
