#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <poll.h>

#include <tcpcraft/os/unique_fd.hpp>
#include <tcpcraft/wire/endpoint.hpp>

namespace tcpcraft::kernel {

/// The servers that need no script.
enum class App {
  echo_once,  ///< one read of up to 256 bytes, echo it, close
  echo,       ///< echo until end of file, then close
  discard,    ///< read until end of file, then close
  none,       ///< nothing listens
  external,   ///< something else listens there already
};

std::string_view to_string(App app);
std::optional<App> parse_app(std::string_view name);

/// A server on real sockets that never blocks and never starts a thread: `pump` does what can be done now. It
/// goes on listening after a connection, and serves any number of them.
class StockServer {
 public:
  /// Listens at `address`, unless `app` is `none` or `external`. Throws os::SystemError.
  StockServer(App app, const wire::Endpoint& address);
  ~StockServer();

  bool pump();
  void add_poll(std::vector<pollfd>& fds) const;

 private:
  struct Connection;
  void accept_one();
  void serve(Connection& connection);
  void read_some(Connection& connection);
  void write_rest(Connection& connection);

  App app_;
  os::UniqueFd listener_;
  std::vector<Connection> connections_;
  std::vector<pollfd> polled_;
};

}  // namespace tcpcraft::kernel
