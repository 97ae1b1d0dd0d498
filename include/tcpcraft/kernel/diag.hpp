#pragma once

#include <memory>

#include <tcpcraft/kernel/side.hpp>
#include <tcpcraft/wire/endpoint.hpp>

namespace tcpcraft::kernel {

/// Asks the kernel about its sockets through NETLINK_SOCK_DIAG.
class SockDiag {
 public:
  SockDiag();
  ~SockDiag();

  /// The socket at `kernel` that is connected to `peer`, in whatever state; where there is none, whether one
  /// listens at `kernel`.
  SocketState query(const wire::Endpoint& kernel, const wire::Endpoint& peer);

  /// Removes the connection without a segment where the kernel can (TIME-WAIT, FIN-WAIT-2), otherwise with a
  /// RST. A listening socket is left alone. Needs CAP_NET_ADMIN; whether it was done.
  bool destroy(const wire::Endpoint& kernel, const wire::Endpoint& peer);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// All counters of this thread's network namespace: /proc/thread-self/net/snmp and netstat.
Counters read_counters();

}  // namespace tcpcraft::kernel
