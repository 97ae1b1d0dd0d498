#include "stamps.hpp"

#include <algorithm>

namespace tcpcraft::explain {

void SentStamps::add(std::uint32_t stamp) {
  if (!known_from_) known_from_ = stamp;
  auto behind = ranges_.end();
  while (behind != ranges_.begin() && ticks(std::prev(behind)->first, stamp) > 0) --behind;
  if (behind != ranges_.begin()) {
    Range& at = *std::prev(behind);
    if (ticks(at.last, stamp) >= 0) return;
    if (stamp - at.last == 1) {
      at.last = stamp;
      return;
    }
  }
  ranges_.insert(behind, {stamp, stamp});
  if (ranges_.size() > most) forget_before(ranges_.front().last + 1);
}

void SentStamps::add_after_gap(std::uint32_t stamp) {
  add(stamp);
  if (ranges_.size() < 2 || ranges_.back().first != stamp) return;
  ranges_.pop_back();
  ranges_.back().last = stamp;
}

void SentStamps::forget_before(std::uint32_t stamp) {
  if (!known_from_ || ticks(stamp, *known_from_) <= 0) return;
  known_from_ = stamp;
  const auto keep = std::find_if(ranges_.begin(), ranges_.end(),
                                 [&](const Range& range) { return ticks(range.last, stamp) >= 0; });
  ranges_.erase(ranges_.begin(), keep);
}

bool SentStamps::has(std::uint32_t stamp) const {
  return std::any_of(ranges_.rbegin(), ranges_.rend(), [&](const Range& range) {
    return ticks(stamp, range.first) >= 0 && ticks(range.last, stamp) >= 0;
  });
}

bool SentStamps::lacks(std::uint32_t stamp) const {
  return is_complete_ && known_from_ && ticks(stamp, *known_from_) >= 0 && !has(stamp);
}

}  // namespace tcpcraft::explain
