#include <netinet/in.h>
#include <sys/socket.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/tcp_socket.hpp>

namespace tcpcraft::os {

UniqueFd open_tcp_socket(int family) {
  UniqueFd socket(check(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP), "socket"));
  if (family == AF_INET6) set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1, "IPV6_V6ONLY");
  return socket;
}

std::uint16_t bind_socket(const UniqueFd& socket, SocketAddress address) {
  // The call is named only where it fails: this is done for every connection.
  if (::bind(socket.get(), address.get(), address.length) == -1) {
    const int error = errno;
    throw SystemError("bind " + address.to_string(), error);
  }
  if (address.port() == 0) check(::getsockname(socket.get(), address.get(), &address.length), "getsockname");
  return address.port();
}

void set_option(const UniqueFd& socket, int level, int option, int value, const char* name) {
  check(::setsockopt(socket.get(), level, option, &value, sizeof value), name);
}

}  // namespace tcpcraft::os
