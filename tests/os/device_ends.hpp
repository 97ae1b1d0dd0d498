#pragma once

#include <cstdint>
#include <span>

#include <sys/socket.h>

#include <tcpcraft/os/device.hpp>
#include <tcpcraft/os/socket_address.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/unique_fd.hpp>

namespace tcpcraft::test {

inline constexpr std::uint8_t v4_kernel[] = {192, 0, 2, 1};
inline constexpr std::uint8_t v4_peer[] = {198, 51, 100, 7};
inline constexpr std::uint8_t v6_kernel[] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
inline constexpr std::uint8_t v6_peer[] = {0x20, 0x01, 0x0d, 0xb8, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7};

inline os::DeviceAddresses addresses(bool v6) {
  return v6 ? os::DeviceAddresses{v6_kernel, v6_peer} : os::DeviceAddresses{v4_kernel, v4_peer};
}

inline os::SocketAddress at(std::span<const std::uint8_t> address, std::uint16_t port = 0) {
  return os::SocketAddress::from(address.data(), address.size(), port);
}

/// Sends a datagram of one byte to the peer.
inline void send_datagram(const os::DeviceAddresses& ends) {
  const os::SocketAddress to = at(ends.peer, 9);
  const os::UniqueFd socket(os::check(::socket(to.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
  os::check(static_cast<int>(::sendto(socket.get(), "x", 1, 0, to.get(), to.length)), "sendto");
}

}  // namespace tcpcraft::test
