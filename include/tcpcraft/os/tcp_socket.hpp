#pragma once

#include <cstdint>

#include <tcpcraft/os/socket_address.hpp>
#include <tcpcraft/os/unique_fd.hpp>

namespace tcpcraft::os {

/// A non-blocking TCP socket that is closed on exec; one of IPv6 is for IPv6 alone.
UniqueFd open_tcp_socket(int family);

/// Binds `socket` and returns its port, which the system picks where `address` has port 0.
std::uint16_t bind_socket(const UniqueFd& socket, SocketAddress address);

/// Sets a socket option whose value is one int.
void set_option(const UniqueFd& socket, int level, int option, int value, const char* name);

}  // namespace tcpcraft::os
