#pragma once

#include <vector>

#include <linux/filter.h>

namespace tcpcraft::transport {

/// A classic BPF program for a packet socket of kind SOCK_DGRAM on all devices. Keeps the TCP segments that
/// arrive over `lo` and those that leave through the device `sink`: each of a conversation's once.
std::vector<sock_filter> sink_filter(unsigned sink, bool v6);

}  // namespace tcpcraft::transport
