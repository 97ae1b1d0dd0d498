#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <tcpcraft/kernel/script.hpp>
#include <tcpcraft/os/socket_address.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/tcp_socket.hpp>

#include "lingering_close.hpp"
#include "socket_value.hpp"

namespace tcpcraft::kernel {
namespace {

using calls::Result;

constexpr std::size_t default_limit = 1 << 20;

os::SocketAddress socket_address(const wire::Endpoint& endpoint) {
  return os::SocketAddress::from(endpoint.address.data(), endpoint.address.size(), endpoint.port);
}

/// What a call that returned `status` came to, where errno says why it failed.
Result outcome(long status) {
  if (status != -1) return calls::Done{};
  if (errno == EAGAIN || errno == EINPROGRESS || errno == EALREADY) return calls::WouldBlock{errno};
  return calls::Failed{errno};
}

bool is_reset(const os::UniqueFd& connection) {
  os::SocketAddress address;
  address.length = sizeof address.storage;
  return ::getpeername(connection.get(), address.get(), &address.length) == -1;
}

os::UniqueFd bound_socket(const wire::Endpoint& endpoint, bool beside_listener = false) {
  const os::SocketAddress address = socket_address(endpoint);
  os::UniqueFd socket = os::open_tcp_socket(address.family());
  os::set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
  if (beside_listener) os::set_option(socket, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
  os::bind_socket(socket, address);
  return socket;
}

bool lingers(int socket) {
  linger value{};
  socklen_t size = sizeof value;
  return ::getsockopt(socket, SOL_SOCKET, SO_LINGER, &value, &size) == 0 && value.l_onoff && value.l_linger;
}

}  // namespace

Script::Script(const wire::Endpoint& address, const wire::Endpoint& peer, Start start)
    : peer_(peer), application_(new Application{address, {peer}, {}, {}, {}}) {
  open();
  if (start == Start::idle) return;
  if (const Result result = listen(); const auto* failed = std::get_if<calls::Failed>(&result))
    throw os::SystemError("listen " + address.to_string(), failed->error);
}

Script::Script(const Script& application, const wire::Endpoint& peer)
    : peer_(peer), application_(application.application_) {
  application_->peers.push_back(peer);
}

Script::~Script() = default;

void Script::open() {
  application_->socket = bound_socket(application_->address);
  connected_ = false;
}

/// -1 where the connection is closed: every call on that says EBADF.
int Script::current() const {
  return connected_ ? connection_.get() : application_->socket.get();
}

bool Script::is_listening() const {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(application_->socket.get(), SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 &&
         value != 0;
}

Result Script::listen(std::optional<int> backlog) {
  if (!application_->socket) open();
  return outcome(::listen(application_->socket.get(), backlog.value_or(SOMAXCONN)));
}

/// Accepts the first connection in the queue, and whose that is; nothing where there is none. Unlike
/// getpeername(2), accept(2) tells of one that was reset, too.
std::optional<Script::Whose> Script::take_from_queue() {
  os::SocketAddress address;
  address.length = sizeof address.storage;
  os::UniqueFd accepted(
      ::accept4(application_->socket.get(), address.get(), &address.length, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!accepted) return {};
  const wire::Endpoint other = wire::Endpoint::parse(address.to_string()).value_or(peer_);
  const auto& peers = application_->peers;
  if (other == peer_) {
    std::swap(connection_, accepted);
    connected_ = true;
  } else if (std::find(peers.begin(), peers.end(), other) != peers.end()) {
    application_->waiting.push_back({std::move(accepted), other});
    return Whose::another_scripts;
  }
  if (accepted) application_->aside.push_back(std::move(accepted));
  return other == peer_ ? Whose::ours : Whose::nobodys;
}

/// Takes what another script's `accept` came across. Whether there was any.
bool Script::take_waiting() {
  auto& waiting = application_->waiting;
  const auto found = std::find_if(waiting.begin(), waiting.end(),
                                  [this](const Accepted& accepted) { return accepted.peer == peer_; });
  if (found == waiting.end()) return false;
  std::swap(connection_, found->socket);
  connected_ = true;
  if (found->socket) application_->aside.push_back(std::move(found->socket));
  waiting.erase(found);
  return true;
}

Result Script::accept() {
  bool taken = take_waiting();
  while (!taken || is_reset(connection_)) {
    const auto whose = take_from_queue();
    if (!whose) break;
    taken = taken || *whose != Whose::another_scripts;
  }
  return taken ? Result(calls::Done{}) : outcome(-1);
}

Result Script::connect() {
  os::UniqueFd& socket = application_->socket;
  const bool beside = application_->peers.size() > 1 && is_listening();
  if (!connection_ && beside) {
    os::set_option(socket, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
    connection_ = bound_socket(application_->address, true);
  }
  if (!socket && !connection_) open();
  if (!connection_ && !is_listening()) connection_ = std::move(socket);
  connected_ = connected_ || connection_;
  const os::SocketAddress to = socket_address(peer_);
  return outcome(::connect(connection_ ? connection_.get() : socket.get(), to.get(), to.length));
}

Result Script::read(std::size_t limit, bool oob) {
  // Not cleared: what a read does not fill is never brought in.
  const std::unique_ptr<std::uint8_t[]> buffer(new std::uint8_t[limit]);
  const ssize_t size = ::recv(current(), buffer.get(), limit, oob ? MSG_OOB : 0);
  if (size == -1) return outcome(size);
  return calls::Received{{buffer.get(), buffer.get() + size}};
}

Result Script::write(std::span<const std::uint8_t> data, bool oob) {
  const ssize_t size = ::send(current(), data.data(), data.size(), MSG_NOSIGNAL | (oob ? MSG_OOB : 0));
  if (size == -1) return outcome(size);
  return calls::Written{static_cast<std::size_t>(size)};
}

Result Script::shutdown(calls::Shutdown::Half half) {
  using Half = calls::Shutdown::Half;
  const int how = half == Half::read ? SHUT_RD : half == Half::write ? SHUT_WR : SHUT_RDWR;
  const bool listening = is_listening();
  const Result result = outcome(::shutdown(current(), how));
  if (std::holds_alternative<calls::Done>(result)) return calls::Done{listening && !is_listening()};
  return result;
}

Result Script::close() {
  if (lingering_ || connection_) return close_connection();
  if (!application_->socket) return calls::Failed{EBADF};
  const bool listening = is_listening();
  application_->socket.reset();
  return calls::Done{listening};
}

Result Script::close_connection() {
  if (!lingering_ && !lingers(connection_.get())) {
    connection_.reset();
    return calls::Done{};
  }
  if (!lingering_) lingering_ = std::make_unique<LingeringClose>(std::move(connection_));
  if (!lingering_->is_done()) return calls::WouldBlock{EAGAIN};
  lingering_.reset();
  return calls::Done{};
}

Result Script::set(const calls::SocketOption& option, const calls::OptionValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text && option.level == IPPROTO_TCP && option.number == TCP_MD5SIG)
    return outcome(set_md5_key(current(), socket_address(peer_), *text));
  return outcome(set_value(current(), option, value));
}

Result Script::get(const calls::SocketOption& option) const {
  const auto value = get_value(current(), option);
  return value ? Result(*value) : outcome(-1);
}

Result Script::poll() const {
  if (current() == -1) return calls::Failed{EBADF};
  pollfd fd{current(), POLLIN | POLLPRI | POLLOUT | POLLRDHUP, 0};
  if (::poll(&fd, 1, 0) == -1) return outcome(-1);
  return calls::Events{fd.revents};
}

std::vector<std::uint8_t> Script::tcp_info() const {
  std::vector<std::uint8_t> info(1024);
  socklen_t size = static_cast<socklen_t>(info.size());
  if (::getsockopt(connection_.get(), IPPROTO_TCP, TCP_INFO, info.data(), &size) == -1) return {};
  info.resize(size);
  return info;
}

Result Script::call(const calls::Call& call) {
  struct Make {
    Script& script;
    Result operator()(const calls::Listen& c) const { return script.listen(c.backlog); }
    Result operator()(const calls::Accept&) const { return script.accept(); }
    Result operator()(const calls::Connect&) const { return script.connect(); }
    Result operator()(const calls::Read& c) const {
      return script.read(c.limit.value_or(default_limit), c.oob);
    }
    Result operator()(const calls::Write& c) const { return script.write(c.data, c.oob); }
    Result operator()(const calls::Shutdown& c) const { return script.shutdown(c.half); }
    Result operator()(const calls::Close&) const { return script.close(); }
    Result operator()(const calls::Set& c) const { return script.set(*c.option, c.value); }
    Result operator()(const calls::Get& c) const { return script.get(*c.option); }
    Result operator()(const calls::Poll&) const { return script.poll(); }
  };
  return std::visit(Make{*this}, call);
}

void Script::add_poll(const calls::Call& call, std::vector<pollfd>& fds) const {
  if (std::holds_alternative<calls::Accept>(call))
    return fds.push_back({application_->socket.get(), POLLIN, 0});
  if (const auto* read = std::get_if<calls::Read>(&call))
    return fds.push_back({current(), static_cast<short>(read->oob ? POLLPRI : POLLIN), 0});
  if (lingering_ && std::holds_alternative<calls::Close>(call))
    return fds.push_back({lingering_->fd(), POLLIN, 0});
  if (std::holds_alternative<calls::Connect>(call) || std::holds_alternative<calls::Write>(call))
    fds.push_back({current(), POLLOUT, 0});
}

void Script::settle() const {
  if (lingering_) lingering_->settle();
}

}  // namespace tcpcraft::kernel
