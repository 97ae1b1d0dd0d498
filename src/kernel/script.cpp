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

/// The other end of a connection; nothing where it was reset before it was accepted.
std::optional<wire::Endpoint> other_end(const os::UniqueFd& connection) {
  os::SocketAddress address;
  address.length = sizeof address.storage;
  if (::getpeername(connection.get(), address.get(), &address.length) == -1) return std::nullopt;
  return wire::Endpoint::parse(address.to_string());
}

bool lingers(int socket) {
  linger value{};
  socklen_t size = sizeof value;
  return ::getsockopt(socket, SOL_SOCKET, SO_LINGER, &value, &size) == 0 && value.l_onoff && value.l_linger;
}

}  // namespace

Script::Script(const wire::Endpoint& address, const wire::Endpoint& peer, Start start)
    : address_(address), peer_(peer) {
  open();
  if (start == Start::idle) return;
  if (const Result result = listen(); const auto* failed = std::get_if<calls::Failed>(&result))
    throw os::SystemError("listen " + address_.to_string(), failed->error);
}

Script::~Script() = default;

void Script::open() {
  const os::SocketAddress address = socket_address(address_);
  os::UniqueFd socket = os::open_tcp_socket(address.family());
  os::set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
  os::bind_socket(socket, address);
  socket_ = std::move(socket);
  connected_ = false;
}

/// -1 where the connection is closed: every call on that says EBADF.
int Script::current() const {
  return connected_ ? connection_.get() : socket_.get();
}

bool Script::is_listening() const {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(socket_.get(), SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 && value != 0;
}

Result Script::listen(std::optional<int> backlog) {
  if (!socket_) open();
  return outcome(::listen(socket_.get(), backlog.value_or(SOMAXCONN)));
}

/// Accepts the first connection in the queue. Whether it is the peer's; one that was reset is taken for the
/// peer's too, since it does not tell any more whose it was.
bool Script::take_from_queue() {
  os::UniqueFd accepted(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!accepted) return false;
  const auto other = other_end(accepted);
  const bool is_ours = !other || *other == peer_;
  if (is_ours) std::swap(connection_, accepted);
  connected_ = connected_ || is_ours;
  if (accepted) aside_.push_back(std::move(accepted));
  return true;
}

Result Script::accept() {
  bool taken = false;
  while (take_from_queue()) {
    taken = true;
    if (connection_ && other_end(connection_)) break;
  }
  return taken ? Result(calls::Done{}) : outcome(-1);
}

Result Script::connect() {
  if (!socket_ && !connection_) open();
  if (!connection_ && !is_listening()) {
    connection_ = std::move(socket_);
    connected_ = true;
  }
  const os::SocketAddress to = socket_address(peer_);
  return outcome(::connect(connection_ ? connection_.get() : socket_.get(), to.get(), to.length));
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
  if (!socket_) return calls::Failed{EBADF};
  const bool listening = is_listening();
  socket_.reset();
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
  if (std::holds_alternative<calls::Accept>(call)) return fds.push_back({socket_.get(), POLLIN, 0});
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
