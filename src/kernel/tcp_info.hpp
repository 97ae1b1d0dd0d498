#pragma once

#include <cstddef>

#include <tcpcraft/kernel/diag.hpp>

namespace tcpcraft::kernel {

/// Reads a `tcp_info` of linux/tcp.h, which newer kernels have made longer and older ones shorter: what it
/// lacks is 0. (The C library's structure of that name ends too early, and its header excludes the other.)
TcpVariables read_tcp_info(const void* info, std::size_t size);

}  // namespace tcpcraft::kernel
