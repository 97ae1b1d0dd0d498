#pragma once

#include <chrono>

namespace tcpcraft::wire {

using Duration = std::chrono::nanoseconds;

/// A moment, as nanoseconds since the Unix epoch: the clock by which the kernel stamps packets.
using Time = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

}  // namespace tcpcraft::wire
