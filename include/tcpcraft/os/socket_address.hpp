#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <sys/socket.h>

namespace tcpcraft::os {

/// A sockaddr_in or sockaddr_in6.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  /// `address` is 4 or 16 bytes in network order.
  static SocketAddress from(const std::uint8_t* address, std::size_t size, std::uint16_t port);
  std::uint16_t port() const;
  int family() const { return storage.ss_family; }
  /// `127.0.0.1:9877` or `[::1]:9877`.
  std::string to_string() const;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// The local address from which this host reaches `destination`. Sends nothing. Throws SystemError where
/// there is no route.
SocketAddress source_towards(const SocketAddress& destination);

}  // namespace tcpcraft::os
