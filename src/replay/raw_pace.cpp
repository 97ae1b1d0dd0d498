#include <algorithm>

#include <tcpcraft/replay/pace.hpp>

namespace tcpcraft::replay {
namespace {

/// By which stamps may go back without the clock having been set.
constexpr std::chrono::seconds disorder{1};
constexpr long double furthest = 9e18L;  // what nanoseconds can count

}  // namespace

wire::Duration Pace::due(wire::Time stamp) {
  const auto between = [](wire::Time from,
                          wire::Time to) {  // damaged stamps may be further apart than a Duration
    return static_cast<long double>(to.time_since_epoch().count()) -
           static_cast<long double>(from.time_since_epoch().count());
  };
  const long double back = std::chrono::duration_cast<wire::Duration>(disorder).count();
  if (!origin_ || between(stamp, latest_) > back) {
    origin_ = latest_ = stamp;
    base_ = due_;
  }
  latest_ = std::max(latest_, stamp);
  const long double offset = static_cast<long double>(base_.count()) + between(*origin_, stamp) / speed_;
  due_ = std::max(due_, wire::Duration(static_cast<std::int64_t>(std::clamp(offset, 0.0L, furthest))));
  return due_;
}

}  // namespace tcpcraft::replay
