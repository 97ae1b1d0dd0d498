#pragma once

#include <deque>
#include <vector>

#include <tcpcraft/kernel/diag.hpp>
#include <tcpcraft/kernel/drop_watch.hpp>
#include <tcpcraft/kernel/script.hpp>
#include <tcpcraft/kernel/side.hpp>
#include <tcpcraft/kernel/stock_server.hpp>

namespace tcpcraft::kernel {

/// The kernel of this machine, in the present network namespace, with a stock server or a script on it.
class LocalSide : public Side {
 public:
  LocalSide(App app, const wire::Endpoint& kernel, std::vector<wire::Endpoint> peers);
  LocalSide(Script::Start start, const wire::Endpoint& kernel, std::vector<wire::Endpoint> peers);

  void pump() override;
  void add_poll(std::vector<pollfd>& fds) const override { server_.add_poll(fds); }
  calls::Result call(std::size_t peer, const calls::Call& call) override;
  void add_poll_of(std::size_t peer, const calls::Call& call, std::vector<pollfd>& fds) const override;
  SocketState socket_state(std::size_t peer) override { return diag_.query(kernel_, peers_[peer]); }
  SocketInfo socket_info(std::size_t peer) override;
  Counters counters() override { return read_counters(); }
  Drops take_drops() override { return drops_ ? drops_->take() : Drops{}; }

  /// Sees through `drops`, from now on, what becomes of segments. It must outlive this.
  void watch(DropWatch* drops) { drops_ = drops; }

  /// Turns to the connection of another peer alone.
  void retarget(const wire::Endpoint& peer) { peers_.assign(1, peer); }

  /// Removes what is left of the connections, so that their ports are free again.
  void discard_connections() {
    for (const wire::Endpoint& peer : peers_) diag_.destroy(kernel_, peer);
  }

 private:
  wire::Endpoint kernel_;
  std::vector<wire::Endpoint> peers_;
  StockServer server_;
  std::deque<Script> scripts_;  ///< one for each peer; none where a server serves them all
  SockDiag diag_;
  DropWatch* drops_ = nullptr;
};

}  // namespace tcpcraft::kernel
