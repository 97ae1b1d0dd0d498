#pragma once

#include <chrono>

#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::engine {

/// How long a segment, a socket call, or the link's echo of our own, may take where nothing else is said.
inline constexpr wire::Duration patience = std::chrono::seconds(1);

/// A wake-up later than this says that the host was elsewhere, and perhaps the kernel's timers with it. What
/// was due is then given some grace to come after all: a segment that is merely late says nothing about the
/// kernel.
inline constexpr wire::Duration tolerated_lateness = std::chrono::milliseconds(1);

/// Where a step is done later than this after the end of the one before it, although nothing waits, one of
/// the kernel's timers may have fired, or its guess at what the application is like have changed (delayed
/// acknowledgements, round trips, tail loss probes): what is wrong then is not held against it. One tick of
/// a kernel's clock of 250 Hz.
inline constexpr wire::Duration tolerated_lag = std::chrono::milliseconds(4);

}  // namespace tcpcraft::engine
