#pragma once

#include <exception>
#include <functional>
#include <string>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tcpcraft/os/network_namespace.hpp>

#include "capability.hpp"

namespace tcpcraft::cli_test {

/// What a body in a private network, in a process of its own, returns.
inline std::string in_private_network(const std::function<std::string()>& body) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
  const pid_t child = ::fork();
  if (child == 0) {
    std::string text;
    try {
      os::enter_private_network();
      os::bring_up_loopback();
      text = pass_on(CAP_NET_RAW) ? body() : "CAP_NET_RAW cannot be passed on";
    } catch (const std::exception& error) {
      text = error.what();
    }
    [[maybe_unused]] const ssize_t written = ::write(ends[1], text.data(), text.size());
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return text;
}

/// A client of the echo server: it says a line, hears it, and closes when the other side has.
inline void converse() {
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9877);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
  char buffer[16];
  if (::send(client, "a\n", 2, 0) != 2) std::abort();
  while (::recv(client, buffer, sizeof buffer, 0) > 0) continue;
  ::close(client);
}

}  // namespace tcpcraft::cli_test
