#pragma once

#include <cstdint>
#include <vector>

#include <linux/filter.h>

namespace tcpcraft::transport {

/// A classic BPF program for a raw TCP socket of IPv4 or IPv6 that keeps the segments from or to any of
/// `ports`. No more than that, because the kernel compiles it anew for every link; at longer lists of
/// conditions that takes longer than the connection.
std::vector<sock_filter> port_filter(bool v6, const std::vector<std::uint16_t>& ports);

}  // namespace tcpcraft::transport
