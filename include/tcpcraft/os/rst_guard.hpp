#pragma once

#include <cstdint>

#include <tcpcraft/os/socket_address.hpp>
#include <tcpcraft/os/unique_fd.hpp>

namespace tcpcraft::os {

/// Reserves a TCP port for crafted segments and keeps the kernel from answering there: a listening socket
/// whose filter drops every segment before TCP sees it. Raw sockets still see them all. Gone with the
/// process.
class RstGuard {
 public:
  /// Reserves `address`; port 0 lets the system pick one. Throws SystemError where the port is taken.
  explicit RstGuard(SocketAddress address);
  std::uint16_t port() const { return port_; }

 private:
  UniqueFd socket_;
  std::uint16_t port_ = 0;
};

/// Reserves a TCP port at which nothing listens, so that the kernel answers a SYN there with a RST at once:
/// the far end of a barrier.
class ClosedPort {
 public:
  explicit ClosedPort(SocketAddress address);
  std::uint16_t port() const { return port_; }

 private:
  UniqueFd socket_;
  std::uint16_t port_ = 0;
};

}  // namespace tcpcraft::os
