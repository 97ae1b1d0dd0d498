#include <cerrno>

#include <tcpcraft/kernel/local_side.hpp>

namespace tcpcraft::kernel {

LocalSide::LocalSide(App app, const wire::Endpoint& kernel, const wire::Endpoint& peer)
    : kernel_(kernel), peer_(peer), server_(app, kernel) {}

LocalSide::LocalSide(Script::Start start, const wire::Endpoint& kernel, const wire::Endpoint& peer)
    : kernel_(kernel), peer_(peer), server_(App::none, kernel), script_(std::in_place, kernel, peer, start) {}

void LocalSide::pump() {
  if (script_) script_->settle();
  server_.pump();
}

calls::Result LocalSide::call(const calls::Call& call) {
  return script_ ? script_->call(call) : calls::Failed{EBADF};
}

/// Where the kernel knows the connection no more, a script may still hold its socket.
SocketInfo LocalSide::socket_info() {
  SocketInfo info = diag_.info(kernel_, peer_);
  if (info.tcp_info.empty() && info.state.state == "CLOSED" && script_) info.tcp_info = script_->tcp_info();
  return info;
}

void LocalSide::add_poll_of(const calls::Call& call, std::vector<pollfd>& fds) const {
  if (script_) script_->add_poll(call, fds);
}

}  // namespace tcpcraft::kernel
