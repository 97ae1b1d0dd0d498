#pragma once

#include <cstdint>

namespace tcpcraft::wire {

/// A TCP sequence number: an integer modulo 2^32 (RFC 9293, section 3.4).
///
/// There is deliberately no `operator<`: on a circle "less" means nothing without a point of reference.
/// Use `before`, `after` and the signed distance `a - b`, which are right as long as the two numbers lie
/// less than 2^31 apart.
class SeqNum {
 public:
  constexpr SeqNum() = default;
  constexpr explicit SeqNum(std::uint32_t raw) : raw_(raw) {}

  /// The number as it stands in the header, in host byte order.
  constexpr std::uint32_t raw() const { return raw_; }

  friend constexpr bool operator==(SeqNum, SeqNum) = default;

  /// Moves along the circle; `delta` may be negative and of any size.
  friend constexpr SeqNum operator+(SeqNum a, std::int64_t delta) {
    return SeqNum(a.raw_ + static_cast<std::uint32_t>(delta));
  }
  friend constexpr SeqNum operator-(SeqNum a, std::int64_t delta) {
    return SeqNum(a.raw_ - static_cast<std::uint32_t>(delta));
  }
  SeqNum& operator+=(std::int64_t delta) { return *this = *this + delta; }

  /// The signed distance from `b` to `a`, in -2^31 .. 2^31-1.
  friend constexpr std::int32_t operator-(SeqNum a, SeqNum b) {
    return static_cast<std::int32_t>(a.raw_ - b.raw_);
  }

 private:
  std::uint32_t raw_ = 0;
};

constexpr bool before(SeqNum a, SeqNum b) {
  return a - b < 0;
}
constexpr bool after(SeqNum a, SeqNum b) {
  return a - b > 0;
}
constexpr SeqNum later(SeqNum a, SeqNum b) {
  return after(b, a) ? b : a;
}
constexpr SeqNum earlier(SeqNum a, SeqNum b) {
  return before(b, a) ? b : a;
}

/// Whether `x` lies in the `length` numbers that begin with `first`.
constexpr bool in_range(SeqNum x, SeqNum first, std::uint32_t length) {
  return x.raw() - first.raw() < length;
}

}  // namespace tcpcraft::wire
