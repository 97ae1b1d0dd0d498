#include "stamps.hpp"

#include <algorithm>

namespace tcpcraft::explain {

void SentStamps::add(std::uint32_t stamp, Link link) {
  if (!known_from_) known_from_ = stamp;
  auto behind = ranges_.end();
  while (behind != ranges_.begin() && ticks(std::prev(behind)->first, stamp) > 0) --behind;
  if (behind != ranges_.begin()) {
    Range& at = *std::prev(behind);
    if (ticks(at.last, stamp) >= 0) return;
    if (stamp - at.last == 1 || (link == Link::gap && behind == ranges_.end())) {
      at.last = stamp;
      return;
    }
  }
  if (behind != ranges_.end()) behind->follows = false;
  ranges_.insert(behind, {stamp, stamp, link == Link::follows});
  if (ranges_.size() > most) forget_before(ranges_.front().last + 1);
}

void SentStamps::forget_before(std::uint32_t stamp) {
  if (!known_from_ || ticks(stamp, *known_from_) <= 0) return;
  known_from_ = stamp;
  const auto keep = std::find_if(ranges_.begin(), ranges_.end(),
                                 [&](const Range& range) { return ticks(range.last, stamp) >= 0; });
  ranges_.erase(ranges_.begin(), keep);
}

Sight SentStamps::sight_of(std::uint32_t stamp) const {
  const auto behind = std::find_if(ranges_.begin(), ranges_.end(),
                                   [&](const Range& range) { return ticks(range.last, stamp) >= 0; });
  if (behind != ranges_.end() && ticks(stamp, behind->first) >= 0) return Sight::seen;
  if (!is_complete_ || !known_from_ || ticks(stamp, *known_from_) < 0) return Sight::unknown;
  return behind != ranges_.end() && behind->follows ? Sight::unsent : Sight::unseen;
}

}  // namespace tcpcraft::explain
