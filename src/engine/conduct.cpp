#include <algorithm>

#include <tcpcraft/engine/conduct.hpp>

namespace tcpcraft::engine {
namespace {

using wire::Flag;

bool is_empty(const wire::Segment& segment) {
  return segment.payload.empty() && !segment.has(Flag::fin);
}

/// An acknowledgement that may wait rides on data.
bool rides_on(const model::Reply& reply, const wire::Segment& segment) {
  return reply.kind == model::Reply::Kind::ack && reply.may_wait && segment.has(Flag::ack) &&
         !segment.has(Flag::syn) && !segment.has(Flag::rst) && segment.ack == reply.ack;
}

/// Whether the numbers are those that were expected. What repeats old ones is told from the rest by them: it
/// need not continue at SND.NXT.
bool fits(const Expectation& expectation, const wire::Segment& segment) {
  const model::Derived& derived = expectation.derived;
  const bool in_place = !derived.seq || derived.seq == segment.seq ||
                        (!segment.has(Flag::rst) && before(segment.seq, *derived.seq));
  return !expectation.option_fault && in_place && (!segment.has(Flag::ack) || derived.ack == segment.ack);
}

}  // namespace

void Conduct::note(const model::Rule* rule) {
  if (rule && std::find(rules_.begin(), rules_.end(), rule) == rules_.end()) rules_.push_back(rule);
}

void Conduct::arrived(const model::Outcome& outcome, const model::Reaction& choice) {
  ways_.clear();
  if (choice.alternatives.empty()) ways_.push_back({outcome.rule, outcome.reply});
  for (const model::Outcome& way : choice.alternatives) ways_.push_back({way.rule, way.reply});
}

void Conduct::sent(const wire::Segment& segment, const Expectation& expectation, const model::Rule* rule) {
  const auto taken = std::find_if(ways_.begin(), ways_.end(), [&](const Way& way) {
    return model::agrees(way.reply, segment) || rides_on(way.reply, segment);
  });
  const bool is_wrong_answer =
      taken == ways_.end() &&
      std::any_of(ways_.begin(), ways_.end(), [&](const Way& way) { return way.rule == rule; });
  if (taken != ways_.end()) note(taken->rule);
  // Data is sent for reasons of its own; anything else was the kernel's answer.
  if (taken != ways_.end() || is_empty(segment)) ways_.clear();
  if (!is_wrong_answer && fits(expectation, segment)) note(rule);
}

void Conduct::settled() {
  const auto is_silent = [](const Way& way) { return way.reply.kind == model::Reply::Kind::none; };
  if (std::any_of(ways_.begin(), ways_.end(), [](const Way& way) { return way.reply.may_wait; })) return;
  const auto silent = std::find_if(ways_.begin(), ways_.end(), is_silent);
  if (silent == ways_.end()) return;
  note(silent->rule);
  ways_.clear();
}

}  // namespace tcpcraft::engine
