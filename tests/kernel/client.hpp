#pragma once

#include <array>
#include <cerrno>
#include <cstddef>
#include <stdexcept>
#include <string>

#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <tcpcraft/os/socket_address.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/tcp_socket.hpp>
#include <tcpcraft/wire/endpoint.hpp>

namespace tcpcraft::test {

inline wire::Endpoint loopback(bool v6, std::uint16_t port) {
  std::array<std::uint8_t, 16> bytes{};
  bytes[15] = 1;
  return {v6 ? wire::IpAddress::v6(bytes) : wire::IpAddress::v4({127, 0, 0, 1}), port};
}

inline std::string pattern(std::size_t size) {
  std::string text;
  while (text.size() < size) text += std::to_string(text.size()) + ",";
  return text.substr(0, size);
}

/// An ordinary client. Over `lo` every call has had its effect when it returns.
class Client {
 public:
  explicit Client(const wire::Endpoint& server, int buffer = 0, std::uint16_t port = 0) : server_(server) {
    os::SocketAddress to = os::SocketAddress::from(server.address.data(), server.address.size(), server.port);
    socket_ = os::open_tcp_socket(to.family());
    if (buffer != 0) {
      os::set_option(socket_, SOL_SOCKET, SO_RCVBUF, buffer, "SO_RCVBUF");
      os::set_option(socket_, SOL_SOCKET, SO_SNDBUF, buffer, "SO_SNDBUF");
    }
    if (port != 0)
      os::bind_socket(socket_, os::SocketAddress::from(server.address.data(), server.address.size(), port));
    if (::connect(socket_.get(), to.get(), to.length) == -1 && errno != EINPROGRESS)
      throw os::SystemError("connect");
    ::getsockname(socket_.get(), to.get(), &to.length);
    port_ = to.port();
  }

  wire::Endpoint endpoint() const { return {server_.address, port_}; }
  int fd() const { return socket_.get(); }

  void write(const std::string& text) {
    if (write_some(text) != text.size()) throw std::runtime_error("the send buffer is too small");
  }
  std::size_t write_some(const std::string& text) {
    const ssize_t size = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
    return size == -1 ? 0 : static_cast<std::size_t>(size);
  }

  /// All that has come.
  std::string read() {
    std::string text;
    char block[65536];
    ssize_t size;
    while ((size = ::recv(socket_.get(), block, sizeof block, 0)) > 0)
      text.append(block, static_cast<std::size_t>(size));
    error_ = size == 0 ? 0 : errno;
    return text;
  }
  /// What ended the last read: 0 for the end of file.
  int error() const { return error_; }
  bool at_end() { return read().empty() && error_ == 0; }

  /// From here on no segment reaches the client any more.
  void go_deaf() {
    sock_filter drop_everything = BPF_STMT(BPF_RET | BPF_K, 0);
    const sock_fprog program{1, &drop_everything};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
  }
  void shutdown() { ::shutdown(socket_.get(), SHUT_WR); }
  void close() { socket_.reset(); }
  /// Closes with a RST.
  void abort() {
    const linger at_once{1, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket_.reset();
  }

 private:
  wire::Endpoint server_;
  os::UniqueFd socket_;
  std::uint16_t port_ = 0;
  int error_ = 0;
};

}  // namespace tcpcraft::test
