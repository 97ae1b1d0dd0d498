#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/socket.h>

#include <tcpcraft/kernel/stock_server.hpp>
#include <tcpcraft/os/socket_address.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/tcp_socket.hpp>
#include <tcpcraft/wire/options.hpp>

namespace tcpcraft::kernel {
namespace {

constexpr std::size_t echo_once_limit = 256;
constexpr std::size_t read_limit = 65536;

struct AppName {
  App app;
  std::string_view name;
};
constexpr std::array<AppName, 5> app_names{{{App::echo_once, "echo-once"},
                                            {App::echo, "echo"},
                                            {App::discard, "discard"},
                                            {App::none, "none"},
                                            {App::external, "external"}}};

}  // namespace

std::string_view to_string(App app) {
  return std::find_if(app_names.begin(), app_names.end(),
                      [app](const AppName& known) { return known.app == app; })
      ->name;
}

std::optional<App> parse_app(std::string_view name) {
  for (const AppName& known : app_names)
    if (known.name == name) return known.app;
  return std::nullopt;
}

struct StockServer::Connection {
  os::UniqueFd socket;  ///< none once the connection is closed
  wire::Bytes unsent;   ///< what is echoed but did not fit into the send buffer
};

StockServer::StockServer(App app, const wire::Endpoint& endpoint) : app_(app) {
  if (app == App::none || app == App::external) return;
  const os::SocketAddress address =
      os::SocketAddress::from(endpoint.address.data(), endpoint.address.size(), endpoint.port);
  listener_ = os::open_tcp_socket(address.family());
  os::set_option(listener_, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
  os::bind_socket(listener_, address);
  if (::listen(listener_.get(), SOMAXCONN) == -1) {
    const int error = errno;
    throw os::SystemError("listen " + address.to_string(), error);
  }
}

StockServer::~StockServer() = default;

void StockServer::add_poll(std::vector<pollfd>& fds) const {
  if (listener_) fds.push_back({listener_.get(), POLLIN, 0});
  for (const Connection& connection : connections_)
    fds.push_back(
        {connection.socket.get(), static_cast<short>(connection.unsent.empty() ? POLLIN : POLLOUT), 0});
}

bool StockServer::pump() {
  bool progress = false;
  // Once more only where there may be more: each poll is a system call after every segment.
  for (bool again = static_cast<bool>(listener_); again;) {
    polled_.clear();
    add_poll(polled_);
    const int ready = ::poll(polled_.data(), polled_.size(), 0);
    if (ready == -1 && errno != EINTR) throw os::SystemError("poll");
    if (ready <= 0) break;

    progress = true;
    again = false;
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      if (polled_[i + 1].revents == 0) continue;
      serve(connections_[i]);
      again = again || connections_[i].socket;
    }
    std::erase_if(connections_, [](const Connection& connection) { return !connection.socket; });
    if (polled_[0].revents != 0) {
      accept_one();
      again = true;
    }
  }
  return progress;
}

void StockServer::accept_one() {
  os::UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) {
    // The connection may be gone again: accept(2).
    if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) return;
    throw os::SystemError("accept");
  }
  connections_.push_back({std::move(socket), {}});
}

void StockServer::serve(Connection& connection) {
  if (connection.unsent.empty())
    read_some(connection);
  else
    write_rest(connection);
}

void StockServer::read_some(Connection& connection) {
  std::array<std::uint8_t, read_limit> buffer;
  const std::size_t limit = app_ == App::echo_once ? echo_once_limit : read_limit;
  const ssize_t size = ::recv(connection.socket.get(), buffer.data(), limit, 0);
  if (size == -1 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) {
    connection.socket.reset();
  } else if (app_ != App::discard) {
    connection.unsent.assign(buffer.data(), buffer.data() + size);
    write_rest(connection);
  }
}

void StockServer::write_rest(Connection& connection) {
  wire::Bytes& unsent = connection.unsent;
  const ssize_t size = ::send(connection.socket.get(), unsent.data(), unsent.size(), MSG_NOSIGNAL);
  if (size == -1 && (errno == EAGAIN || errno == EINTR)) return;
  if (size == -1) {
    connection.socket.reset();
    return;
  }
  unsent.erase(unsent.begin(), unsent.begin() + size);
  if (app_ == App::echo_once && unsent.empty()) connection.socket.reset();
}

}  // namespace tcpcraft::kernel
