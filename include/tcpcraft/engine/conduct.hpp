#pragma once

#include <utility>
#include <vector>

#include <tcpcraft/engine/match.hpp>
#include <tcpcraft/model/reaction.hpp>

namespace tcpcraft::engine {

/// Takes note of the rules that the kernel was seen to follow: what it sent is what the model has it send, or
/// it kept silent where it should. A rule that only says what ought to have happened is not among them.
class Conduct {
 public:
  /// A segment reached the kernel: what comes of it, and all that may where the standard leaves a choice.
  void arrived(const model::Outcome& outcome, const model::Reaction& choice);
  /// One did of which the model says nothing.
  void arrived_unfit() { ways_.clear(); }
  /// The kernel sent a segment, by this rule; the numbers were expected to be those.
  void sent(const wire::Segment& segment, const Expectation& expectation, const model::Rule* rule);
  /// Whatever was to be sent at once has been.
  void settled();

  /// Each once, in the order in which they were followed.
  std::vector<const model::Rule*> take_rules() { return std::move(rules_); }

 private:
  struct Way {
    const model::Rule* rule;
    model::Reply reply;
  };
  void note(const model::Rule* rule);

  std::vector<Way> ways_;  // of which the kernel has not been seen to take one yet
  std::vector<const model::Rule*> rules_;
};

}  // namespace tcpcraft::engine
