#include "socket_value.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace tcpcraft::kernel {

int set_value(int socket, const calls::SocketOption& option, const calls::OptionValue& value) {
  const auto set = [&](const void* bytes, std::size_t size) {
    return ::setsockopt(socket, option.level, option.number, bytes, static_cast<socklen_t>(size));
  };
  if (const auto* text = std::get_if<std::string>(&value)) return set(text->data(), text->size());
  if (const auto* wanted = std::get_if<calls::Linger>(&value)) {
    const linger bytes{wanted->on, wanted->seconds};
    return set(&bytes, sizeof bytes);
  }
  return set(&std::get<int>(value), sizeof(int));
}

int set_md5_key(int socket, const os::SocketAddress& peer, std::string_view key) {
  tcp_md5sig signature{};
  if (key.size() > sizeof signature.tcpm_key) {
    errno = EINVAL;
    return -1;
  }
  std::memcpy(&signature.tcpm_addr, &peer.storage, peer.length);
  signature.tcpm_keylen = static_cast<std::uint16_t>(key.size());
  std::copy(key.begin(), key.end(), signature.tcpm_key);
  return ::setsockopt(socket, IPPROTO_TCP, TCP_MD5SIG, &signature, sizeof signature);
}

std::optional<calls::OptionValue> get_value(int socket, const calls::SocketOption& option) {
  using Kind = calls::SocketOption::Kind;
  const auto get = [&](void* bytes, socklen_t& size) {
    return ::getsockopt(socket, option.level, option.number, bytes, &size) == 0;
  };
  if (option.kind == Kind::text) {
    std::array<char, 64> text{};
    socklen_t size = text.size() - 1;
    if (!get(text.data(), size)) return std::nullopt;
    return std::string(text.data());
  }
  if (option.kind == Kind::linger) {
    linger bytes{};
    socklen_t size = sizeof bytes;
    if (!get(&bytes, size)) return std::nullopt;
    return calls::Linger{bytes.l_onoff != 0, bytes.l_linger};
  }
  int number = 0;
  socklen_t size = sizeof number;
  if (!get(&number, size)) return std::nullopt;
  return number;
}

}  // namespace tcpcraft::kernel
