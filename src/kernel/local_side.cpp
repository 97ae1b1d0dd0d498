#include <cerrno>
#include <utility>

#include <tcpcraft/kernel/local_side.hpp>

namespace tcpcraft::kernel {

LocalSide::LocalSide(App app, const wire::Endpoint& kernel, std::vector<wire::Endpoint> peers)
    : kernel_(kernel), peers_(std::move(peers)), server_(app, kernel) {}

LocalSide::LocalSide(Script::Start start, const wire::Endpoint& kernel, std::vector<wire::Endpoint> peers)
    : kernel_(kernel), peers_(std::move(peers)), server_(App::none, kernel) {
  scripts_.emplace_back(kernel, peers_.front(), start);
  for (std::size_t i = 1; i < peers_.size(); ++i) scripts_.emplace_back(scripts_.front(), peers_[i]);
}

void LocalSide::pump() {
  for (const Script& script : scripts_) script.settle();
  server_.pump();
}

calls::Result LocalSide::call(std::size_t peer, const calls::Call& call) {
  return peer < scripts_.size() ? scripts_[peer].call(call) : calls::Failed{EBADF};
}

/// Where the kernel knows the connection no more, a script may still hold its socket.
SocketInfo LocalSide::socket_info(std::size_t peer) {
  SocketInfo info = diag_.info(kernel_, peers_[peer]);
  if (info.tcp_info.empty() && info.state.state == "CLOSED" && peer < scripts_.size())
    info.tcp_info = scripts_[peer].tcp_info();
  return info;
}

void LocalSide::add_poll_of(std::size_t peer, const calls::Call& call, std::vector<pollfd>& fds) const {
  if (peer < scripts_.size()) scripts_[peer].add_poll(call, fds);
}

}  // namespace tcpcraft::kernel
