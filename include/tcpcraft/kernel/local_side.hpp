#pragma once

#include <optional>

#include <tcpcraft/kernel/diag.hpp>
#include <tcpcraft/kernel/drop_watch.hpp>
#include <tcpcraft/kernel/script.hpp>
#include <tcpcraft/kernel/side.hpp>
#include <tcpcraft/kernel/stock_server.hpp>

namespace tcpcraft::kernel {

/// The kernel of this machine, in the present network namespace, with a stock server or a script on it.
class LocalSide : public Side {
 public:
  LocalSide(App app, const wire::Endpoint& kernel, const wire::Endpoint& peer);
  LocalSide(Script::Start start, const wire::Endpoint& kernel, const wire::Endpoint& peer);

  void pump() override;
  void add_poll(std::vector<pollfd>& fds) const override { server_.add_poll(fds); }
  calls::Result call(const calls::Call& call) override;
  void add_poll_of(const calls::Call& call, std::vector<pollfd>& fds) const override;
  SocketState socket_state() override { return diag_.query(kernel_, peer_); }
  SocketInfo socket_info() override;
  Counters counters() override { return read_counters(); }
  Drops take_drops() override { return drops_ ? drops_->take() : Drops{}; }

  /// Sees through `drops`, from now on, what becomes of segments. It must outlive this.
  void watch(DropWatch* drops) { drops_ = drops; }

  /// Turns to the connection of another peer.
  void retarget(const wire::Endpoint& peer) { peer_ = peer; }

  /// Removes what is left of the connection, so that its two ports are free again.
  void discard_connection() { diag_.destroy(kernel_, peer_); }

 private:
  wire::Endpoint kernel_;
  wire::Endpoint peer_;
  StockServer server_;
  std::optional<Script> script_;
  SockDiag diag_;
  DropWatch* drops_ = nullptr;
};

}  // namespace tcpcraft::kernel
