#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <tcpcraft/kernel/side.hpp>
#include <tcpcraft/wire/endpoint.hpp>

namespace tcpcraft::kernel {

/// Some of a full socket's TCP_INFO: what tells what became of a segment.
struct TcpVariables {
  std::uint32_t segs_in = 0;
  std::uint64_t bytes_acked = 0;     ///< SYN and FIN counted
  std::uint64_t bytes_received = 0;  ///< FIN counted
  std::uint32_t rcv_ooopack = 0;
  std::uint32_t snd_wnd = 0;
};

/// Asks the kernel about its sockets through NETLINK_SOCK_DIAG.
class SockDiag {
 public:
  SockDiag();
  ~SockDiag();

  /// The socket at `kernel` that is connected to `peer`, in whatever state; where there is none, whether one
  /// listens at `kernel`.
  SocketState query(const wire::Endpoint& kernel, const wire::Endpoint& peer);

  /// The same, with the variables of a connection that has a full socket: neither a half-open one of a
  /// passive open nor TIME-WAIT has.
  SocketState query(const wire::Endpoint& kernel, const wire::Endpoint& peer,
                    std::optional<TcpVariables>& variables);

  /// The state, with the connection's TCP_INFO as it comes from the kernel.
  SocketInfo info(const wire::Endpoint& kernel, const wire::Endpoint& peer);

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
