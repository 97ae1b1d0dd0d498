#include "segment_ends.hpp"

#include <algorithm>

namespace tcpcraft::explain {

using wire::SeqNum;

void SegmentEnds::add(SeqNum seq, SeqNum end, bool whole) {
  if (end == seq) return;
  if (!known_from_) known_from_ = seq;
  if (!whole) {
    known_from_ = later(*known_from_, end + 1);
    return;
  }
  if (ends_.empty() || after(end, ends_.back())) {
    ends_.push_back(end);
  } else {
    const auto at =
        std::lower_bound(ends_.begin(), ends_.end(), end, [](SeqNum a, SeqNum b) { return before(a, b); });
    if (*at == end) return;
    ends_.insert(at, end);
  }
  if (ends_.size() <= most) return;
  known_from_ = later(*known_from_, ends_.front() + 1);
  ends_.pop_front();
}

void SegmentEnds::forget_before(SeqNum number) {
  while (!ends_.empty() && before(ends_.front(), number)) ends_.pop_front();
}

std::optional<SeqNum> SegmentEnds::missed_by_one(SeqNum number) const {
  if (!known_from_ || before(number, *known_from_)) return std::nullopt;
  const auto has = [&](SeqNum wanted) {
    const auto at =
        std::lower_bound(ends_.begin(), ends_.end(), wanted, [](SeqNum a, SeqNum b) { return before(a, b); });
    return at != ends_.end() && *at == wanted;
  };
  if (has(number)) return std::nullopt;
  for (const SeqNum end : {number + 1, number - 1})
    if (has(end)) return end;
  return std::nullopt;
}

}  // namespace tcpcraft::explain
