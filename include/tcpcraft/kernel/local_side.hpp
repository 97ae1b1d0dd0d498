#pragma once

#include <tcpcraft/kernel/diag.hpp>
#include <tcpcraft/kernel/side.hpp>
#include <tcpcraft/kernel/stock_server.hpp>

namespace tcpcraft::kernel {

/// The kernel of this machine, in the present network namespace, with a stock server on it.
class LocalSide : public Side {
 public:
  LocalSide(App app, const wire::Endpoint& kernel, const wire::Endpoint& peer);

  void pump() override { server_.pump(); }
  void add_poll(std::vector<pollfd>& fds) const override { server_.add_poll(fds); }
  SocketState socket_state() override { return diag_.query(kernel_, peer_); }
  Counters counters() override { return read_counters(); }

  /// Turns to the connection of another peer.
  void retarget(const wire::Endpoint& peer) { peer_ = peer; }

  /// Removes what is left of the connection, so that its two ports are free again.
  void discard_connection() { diag_.destroy(kernel_, peer_); }

 private:
  wire::Endpoint kernel_;
  wire::Endpoint peer_;
  StockServer server_;
  SockDiag diag_;
};

}  // namespace tcpcraft::kernel
