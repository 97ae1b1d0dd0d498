// `any-order`: which of the segments expected are which of those that came is settled anew with each that
// comes, so that no early choice stands in the way of a later segment.

#include <algorithm>
#include <numeric>

#include <tcpcraft/engine/machine.hpp>

#include "times.hpp"

namespace tcpcraft::engine {
namespace {

/// Pairs what is expected with what came, by augmenting paths.
class Pairing {
 public:
  /// `fits[e][c]`: the segment expected as `e` may be the one that came as `c`.
  Pairing(const std::vector<std::vector<bool>>& fits, std::size_t came) : fits_(fits), owners_(came) {}

  /// Finds a partner for `expected`; those found before keep one, if not the same. Whether there is any.
  bool add(std::size_t expected) {
    std::vector<bool> asked(owners_.size());
    return add(expected, asked);
  }

  /// Of each that came, what it is.
  const std::vector<std::optional<std::size_t>>& owners() const { return owners_; }

 private:
  bool add(std::size_t expected, std::vector<bool>& asked) {
    for (std::size_t came = 0; came < owners_.size(); ++came) {
      if (!fits_[expected][came] || asked[came]) continue;
      asked[came] = true;
      if (owners_[came] && !add(*owners_[came], asked)) continue;
      owners_[came] = expected;
      return true;
    }
    return false;
  }

  const std::vector<std::vector<bool>>& fits_;
  std::vector<std::optional<std::size_t>> owners_;
};

std::string enumerate(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return text;
}

const scenario::Expect* first_of(const scenario::Step& step) {
  return std::get<scenario::AnyOrder>(step.action).segments.data();
}

std::string flags_of(const scenario::Expect& expected) {
  return wire::format_flags(expected.segment.spec.flags);
}

}  // namespace

/// How long it may take, and, then, until when.
wire::Duration Machine::time_for(const scenario::Expect& step) {
  const auto& within = step.segment.spec.within;
  return within ? within->max : patience;
}

wire::Time Machine::bound_of(const scenario::Expect& step) const {
  const bool timed = step.segment.spec.within.has_value();
  return (timed ? here().anchor : latest_anchor()).time + time_for(step);
}

bool Machine::fits(const scenario::Expect& step, const Unread& unread) const {
  const auto& within = step.segment.spec.within;
  const Anchor& anchor = here().anchor;
  const wire::Duration at_most = std::max(unread.time - anchor.time, wire::Duration{}) + anchor.slack;
  return unread.time <= bound_of(step) && (!within || at_most >= within->min) &&
         differences(step.segment.spec, segment_of(unread), unread.expectation).empty();
}

/// Pairs the first `count` segments that came; those that must come first are served first. What is still
/// missing then, in that order, too.
Machine::Gathering Machine::gather(const scenario::AnyOrder& step, std::size_t count) const {
  std::vector<std::vector<bool>> can_be;
  for (const scenario::Expect& expected : step.segments) {
    can_be.emplace_back();
    for (std::size_t i = 0; i < count; ++i) can_be.back().push_back(fits(expected, gathered_[i]));
  }
  std::vector<std::size_t> order(step.segments.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return bound_of(step.segments[a]) < bound_of(step.segments[b]);
  });
  Pairing pairing(can_be, count);
  Gathering result;
  for (const std::size_t expected : order)
    if (!pairing.add(expected)) result.missing.push_back(&step.segments[expected]);
  for (const auto& owner : pairing.owners())
    result.paired.push_back(owner ? &step.segments[*owner] : nullptr);
  return result;
}

std::optional<Action> Machine::play(const scenario::AnyOrder& step, wire::Time now) {
  Gathering gathering = gather(step, gathered_.size());
  std::list<Unread>& unread = here().unread;
  while (!unread.empty() && !gathering.missing.empty()) {
    gathered_.push_back(unread.front());
    unread.pop_front();
    const auto missing = std::move(gathering.missing);
    gathering = gather(step, gathered_.size());
    if (gathering.missing.size() == missing.size()) return fail_gathered(missing);
  }
  if (gathering.missing.empty()) return conclude(gathering);
  const scenario::Expect& first = *gathering.missing.front();
  if (auto waiting = await(bound_of(first), first.segment.spec.within.has_value(), now)) return waiting;
  return fail_missing(gathering.missing);
}

std::optional<Action> Machine::conclude(const Gathering& gathering) {
  for (std::size_t i = 0; i < gathered_.size(); ++i)
    if (auto untimely = judge_time(*gathering.paired[i], gathered_[i], bound_of(*gathering.paired[i])))
      return untimely;
  if (setup_.observations)
    for (std::size_t i = 0; i < gathered_.size(); ++i)
      setup_.observations->taken.push_back(
          {step_, static_cast<std::size_t>(gathering.paired[i] - first_of(scenario_.steps[step_])),
           observed(gathered_[i])});
  for (const Unread& unread : gathered_) note_taken(unread);
  here().anchor = {gathered_.back().time, {}, gathered_.back().kernel_time};
  advance();
  return {};
}

std::string Machine::describe(const Expectations& expected, const Expectation* expectation) {
  std::vector<std::string> texts;
  for (const scenario::Expect* one : expected) {
    const wire::SegmentSpec& spec = one->segment.spec;
    texts.push_back(describe_expected(spec, expectation ? *expectation : expectation_now(spec.flags)));
  }
  return enumerate(texts);
}

/// The last segment that came is none of those that were `missing` before it.
Action Machine::fail_gathered(const Expectations& missing) {
  const Unread& unread = gathered_.back();
  const wire::Segment& segment = segment_of(unread);
  const scenario::Expect* nearest = nullptr;
  std::vector<Difference> found;
  for (const scenario::Expect* expected : missing) {
    const wire::SegmentSpec& spec = expected->segment.spec;
    if (unread.crossed && differences(spec, segment, *unread.crossed).empty()) return blame_crossing(unread);
    std::vector<Difference> different = differences(spec, segment, unread.expectation);
    if (different.empty())
      if (auto untimely = judge_time(*expected, unread, bound_of(*expected))) return *untimely;
    const bool alike = missing.size() == 1 || spec.flags == segment.flags;
    if (different.empty() || !alike || (nearest && different.size() >= found.size())) continue;
    nearest = expected;
    found = std::move(different);
  }
  if (unread.late) return blame_lateness(unread);
  const std::string expected = describe(missing, &unread.expectation);
  if (!nearest)
    return fail_unexpected(
        unread,
        "the kernel sent " + wire::format_flags(segment.flags) + ", which is none of those that are missing",
        scenario_.steps[step_].verb, expected);
  fail_segment(*nearest, unread, std::move(found));
  if (result_.mismatch) result_.mismatch->expected = expected;
  return Finished{};
}

/// Not all came, not even late.
Action Machine::fail_missing(const Expectations& missing) {
  std::vector<std::string> names, came;
  for (const scenario::Expect* expected : missing) names.push_back(flags_of(*expected));
  for (const Unread& unread : gathered_)
    came.push_back(wire::format_segment(segment_of(unread), unread.expectation.names.origins));
  const std::string within = " come within " + wire::format_duration(time_for(*missing.front()));
  return fail_claim(enumerate(names) + " did not" + within,
                    came.empty() ? "received nothing" : "received no more", describe(missing, nullptr),
                    came.empty() ? "nothing" : "only " + enumerate(came), missing.front()->segment.span);
}

}  // namespace tcpcraft::engine
