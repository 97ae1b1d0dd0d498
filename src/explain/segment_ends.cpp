#include "segment_ends.hpp"

#include <algorithm>

namespace tcpcraft::explain {

using wire::SeqNum;

namespace {

/// The pieces are of one size, which the path may have made smaller than what the receiver takes.
bool may_end_in_a_byte(std::int64_t length, std::uint16_t largest) {
  constexpr std::int64_t smallest = 500;
  if (largest < smallest) return true;
  for (std::int64_t pieces = (length - 2) / largest + 1; pieces * smallest < length; ++pieces)
    if ((length - 1) % pieces == 0) return true;
  return false;
}

}  // namespace

void SegmentEnds::add(SeqNum seq, SeqNum end, std::optional<std::uint16_t> largest) {
  if (end == seq) return;
  if (!known_from_) known_from_ = seq;
  if (!largest) {
    known_from_ = later(*known_from_, end + 1);
    return;
  }
  const std::int64_t length = end - seq;
  if (length > *largest) large_.push_back({seq, end, may_end_in_a_byte(length, *largest)});
  if (ends_.empty() || after(end, ends_.back())) {
    ends_.push_back(end);
  } else {
    const auto at =
        std::lower_bound(ends_.begin(), ends_.end(), end, [](SeqNum a, SeqNum b) { return before(a, b); });
    if (*at == end) return;
    ends_.insert(at, end);
  }
  if (ends_.size() <= most && large_.size() <= most) return;
  known_from_ = later(*known_from_, ends_.front() + 1);
  forget_before(*known_from_);
}

void SegmentEnds::forget_before(SeqNum number) {
  while (!ends_.empty() && before(ends_.front(), number)) ends_.pop_front();
  while (!large_.empty() && !after(large_.front().right, number)) large_.pop_front();
}

bool SegmentEnds::has(SeqNum number) const {
  const auto at =
      std::lower_bound(ends_.begin(), ends_.end(), number, [](SeqNum a, SeqNum b) { return before(a, b); });
  return at != ends_.end() && *at == number;
}

bool SegmentEnds::may_be_cut_at(SeqNum number) const {
  return std::any_of(large_.begin(), large_.end(), [&](const Large& one) {
    if (!after(number, one.left + 1) || !before(number, one.right)) return false;
    return number != one.right - 1 || one.ends_in_a_byte;
  });
}

std::optional<SeqNum> SegmentEnds::missed_by_one(SeqNum number) const {
  if (!known_from_ || before(number, *known_from_) || has(number)) return std::nullopt;
  for (const SeqNum end : {number + 1, number - 1})
    if (has(end)) return may_be_cut_at(number) ? std::nullopt : std::optional(end);
  return std::nullopt;
}

}  // namespace tcpcraft::explain
