#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "packet_ids.hpp"

namespace tcpcraft::explain {

/// How much later one timestamp is than another (RFC 7323, section 5.2).
constexpr std::int32_t ticks(std::uint32_t later, std::uint32_t earlier) {
  return static_cast<std::int32_t>(later - earlier);
}

/// Whether a side has sent a timestamp.
enum class Sight {
  unknown,
  seen,    ///< or one that is missing may have had it
  unseen,  ///< among those that were captured
  unsent   ///< none is missing that could have had it
};

/// The timestamps that a side has sent and the other may still echo.
class SentStamps {
 public:
  void add(std::uint32_t stamp, Link link);
  /// One was sent that could not be read.
  void miss() { is_complete_ = false; }
  bool is_complete() const { return is_complete_; }
  /// Older ones are of no more interest.
  void forget_before(std::uint32_t stamp);
  Sight sight_of(std::uint32_t stamp) const;

 private:
  struct Range {
    std::uint32_t first = 0, last = 0;
    bool follows = false;  ///< the one before, and none is missing between them
  };
  static constexpr std::size_t most = 256;
  std::vector<Range> ranges_;                // in order
  std::optional<std::uint32_t> known_from_;  // before this, some are not known
  bool is_complete_ = true;
};

}  // namespace tcpcraft::explain
