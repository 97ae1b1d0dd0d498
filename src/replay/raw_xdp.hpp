#pragma once

#include <memory>

#include <tcpcraft/replay/raw.hpp>

namespace tcpcraft::replay {

/// Sends through an AF_XDP socket in copy mode: the frames lie in memory that the kernel shares, and one call
/// sends many of them, past the interface's queue and its listeners. Nothing where the kernel or the
/// interface does not take one.
std::unique_ptr<FrameSender> open_xdp_sender(const os::NetworkInterface& interface);

}  // namespace tcpcraft::replay
