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

}  // namespace tcpcraft::engine
