#include "application.hpp"

#include <cerrno>
#include <string>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/tcp_socket.hpp>

namespace tcpcraft::matrix {
namespace {

os::SocketAddress address_of(const wire::Endpoint& endpoint) {
  return os::SocketAddress::from(endpoint.address.data(), endpoint.address.size(), endpoint.port);
}

/// With `on`, closing the socket aborts the connection.
void set_abortive(const os::UniqueFd& socket, bool on) {
  const linger value{on, 0};
  os::check(::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &value, sizeof value), "SO_LINGER");
}

}  // namespace

Application::Application(const wire::Endpoint& kernel, const wire::Endpoint& peer)
    : kernel_(address_of(kernel)), peer_(address_of(peer)) {}

os::UniqueFd Application::open_bound() const {
  os::UniqueFd socket = os::open_tcp_socket(kernel_.family());
  os::set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
  // Sockets inherit these from the one that listens. Most connections end abortively, few in order; and a
  // byte that is marked urgent is read among the others (RFC 6093, section 6).
  set_abortive(socket, true);
  os::set_option(socket, SOL_SOCKET, SO_OOBINLINE, 1, "SO_OOBINLINE");
  os::bind_socket(socket, kernel_);
  return socket;
}

void Application::listen(std::uint32_t receive_buffer) {
  if (listener_ && receive_buffer == receive_buffer_) return;
  stop_listening();
  os::UniqueFd socket = open_bound();
  // Before the SYN comes: a window that was offered is not taken back.
  if (receive_buffer != 0)
    os::set_option(socket, SOL_SOCKET, SO_RCVBUF, static_cast<int>(receive_buffer), "SO_RCVBUF");
  os::check(::listen(socket.get(), SOMAXCONN), "listen");
  listener_ = std::move(socket);
  receive_buffer_ = receive_buffer;
}

void Application::stop_listening() {
  listener_.reset();
}

void Application::connect() {
  socket_ = open_bound();
  if (::connect(socket_.get(), peer_.get(), peer_.length) == -1 && errno != EINPROGRESS)
    throw os::SystemError("connect");
}

bool Application::accept() {
  if (!listener_) return false;
  socket_ = os::UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  return connected();
}

void Application::write(std::size_t size) {
  static const std::string text(4096, 'k');
  if (::send(socket_.get(), text.data(), size, MSG_NOSIGNAL) != static_cast<ssize_t>(size))
    throw os::SystemError("send");
}

bool Application::read(wire::Bytes& bytes) {
  std::array<std::uint8_t, 16384> block;  // not cleared: most reads find little or nothing
  for (;;) {
    const ssize_t size = ::recv(socket_.get(), block.data(), block.size(), 0);
    if (size == 0) return true;
    if (size == -1 && errno != EINTR) return false;
    if (size > 0) bytes.insert(bytes.end(), block.begin(), block.begin() + size);
  }
}

void Application::flush_ack() {
  os::set_option(socket_, IPPROTO_TCP, TCP_QUICKACK, 1, "TCP_QUICKACK");
}

void Application::shut_down() {
  os::check(::shutdown(socket_.get(), SHUT_WR), "shutdown");
}

void Application::close() {
  set_abortive(socket_, false);
  socket_.reset();
}

void Application::abort() {
  socket_.reset();
}

int Application::take_error() {
  int error = 0;
  socklen_t size = sizeof error;
  os::check(::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size), "SO_ERROR");
  return error;
}

}  // namespace tcpcraft::matrix
