#include "align.hpp"

#include <algorithm>

namespace tcpcraft::update {
namespace {

constexpr int other_flags = 3;  // more than to erase or to insert, less than both
constexpr int one_edit = 2;
constexpr int left_over = 1;  // a segment that a later step may want

/// Whether nothing says that the segment is due yet.
bool may_come_later(const scenario::Expect& step) {
  const auto& within = step.segment.spec.within;
  return within && within->min > wire::Duration{};
}

/// The least that has to be done to the steps from one on, for the segments from one on.
class Alignment {
 public:
  Alignment(const std::vector<const scenario::Step*>& steps, const std::vector<engine::Observed>& came)
      : steps_(steps), came_(came), costs_((steps.size() + 1) * (came.size() + 1)) {
    for (std::size_t step = steps.size() + 1; step-- > 0;)
      for (std::size_t segment = came.size() + 1; segment-- > 0;) at(step, segment) = best(step, segment);
  }

  int rewrite(std::size_t step, std::size_t segment) {
    return cost_of_rewriting(step, segment) + at(step + 1, segment + 1);
  }
  int insert(std::size_t step, std::size_t segment) { return one_edit + at(step, segment + 1); }
  int erase(std::size_t step, std::size_t segment) { return cost_of_erasing(step) + at(step + 1, segment); }

 private:
  int& at(std::size_t step, std::size_t segment) { return costs_[step * (came_.size() + 1) + segment]; }

  int best(std::size_t step, std::size_t segment) {
    if (step == steps_.size()) return static_cast<int>(came_.size() - segment) * left_over;
    if (segment == came_.size()) return cost_of_missing(step) + at(step + 1, segment);
    return std::min({rewrite(step, segment), insert(step, segment), erase(step, segment)});
  }

  const scenario::Expect* expect(std::size_t step) const {
    return std::get_if<scenario::Expect>(&steps_[step]->action);
  }
  int cost_of_rewriting(std::size_t step, std::size_t segment) const {
    const scenario::Expect* one = expect(step);
    return one ? distance(*one, came_[segment]) : one_edit;
  }
  int cost_of_erasing(std::size_t step) const {
    const scenario::Expect* one = expect(step);
    return one && one->optional ? 0 : one_edit;
  }
  int cost_of_missing(std::size_t step) const {
    const scenario::Expect* one = expect(step);
    return !one || one->optional || may_come_later(*one) ? 0 : one_edit;
  }

  const std::vector<const scenario::Step*>& steps_;
  const std::vector<engine::Observed>& came_;
  std::vector<int> costs_;
};

}  // namespace

int distance(const scenario::Expect& step, const engine::Observed& observed) {
  const wire::SegmentSpec& spec = step.segment.spec;
  if (engine::differences(spec, observed.segment, observed.expectation).empty()) return 0;
  return spec.flags == observed.segment.flags ? 1 : other_flags;
}

Move first_move(const std::vector<const scenario::Step*>& steps, const std::vector<engine::Observed>& came) {
  Alignment alignment(steps, came);
  const int rewrite = alignment.rewrite(0, 0);
  const int insert = alignment.insert(0, 0);
  const int erase = alignment.erase(0, 0);
  if (rewrite <= insert && rewrite <= erase) return Move::rewrite;
  return insert <= erase ? Move::insert : Move::erase;
}

}  // namespace tcpcraft::update
