#include <cassert>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <tcpcraft/os/socket_address.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/unique_fd.hpp>

namespace tcpcraft::os {

SocketAddress SocketAddress::from(const std::uint8_t* address, std::size_t size, std::uint16_t port) {
  assert(size == sizeof(in_addr) || size == sizeof(in6_addr));
  SocketAddress result;
  if (size == sizeof(in_addr)) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(result.storage);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, address, size);
    result.length = sizeof v4;
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(result.storage);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&v6.sin6_addr, address, size);
    result.length = sizeof v6;
  }
  return result;
}

std::uint16_t SocketAddress::port() const {
  return ntohs(family() == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(storage).sin6_port
                                    : reinterpret_cast<const sockaddr_in&>(storage).sin_port);
}

std::string SocketAddress::to_string() const {
  const bool v6 = family() == AF_INET6;
  const void* address =
      v6 ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr)
         : &reinterpret_cast<const sockaddr_in&>(storage).sin_addr;
  char text[INET6_ADDRSTRLEN] = "?";
  ::inet_ntop(family(), address, text, sizeof text);
  std::string result = v6 ? "[" : "";
  result += text;
  result += v6 ? "]:" : ":";
  return result += std::to_string(port());
}

SocketAddress source_towards(const SocketAddress& destination) {
  const UniqueFd socket(check(::socket(destination.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
  check(::connect(socket.get(), destination.get(), destination.length),
        "no route to " + destination.to_string());
  SocketAddress source;
  source.length = sizeof source.storage;
  check(::getsockname(socket.get(), source.get(), &source.length), "getsockname");
  return source;
}

}  // namespace tcpcraft::os
