#include <poll.h>

#include <tcpcraft/kernel/stock_server.hpp>
#include <tcpcraft/runner/interrupt.hpp>

#include "commands.hpp"
#include "common.hpp"

namespace tcpcraft::cli {
namespace {

struct ServeCommand {
  std::string app = "echo-once";
  std::string address = "127.0.0.1:9877";
};

int serve(const ServeCommand& command) {
  const auto address = wire::Endpoint::parse(command.address);
  if (!address) throw CLI::ValidationError("--address", "not an address and port: A.B.C.D:PORT or [V6]:PORT");
  if (!address->address.is_loopback())
    throw CLI::ValidationError("--address", "only on loopback: 127.0.0.0/8 or [::1]");
  runner::catch_interrupts();
  kernel::StockServer server(*kernel::parse_app(command.app), *address);
  print(command.app + " at " + address->to_string() + ", Ctrl-C ends it\n");
  while (!runner::interrupt_signal()) {
    while (server.pump()) {
    }
    std::vector<pollfd> fds{{runner::interrupt_fd(), POLLIN, 0}};
    server.add_poll(fds);
    ::poll(fds.data(), fds.size(), -1);
  }
  return ok;
}

}  // namespace

void add_serve(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ServeCommand>();
  CLI::App* command = app.add_subcommand(
      "serve", "Start one of the servers of the scenarios on the host's loopback, by hand.");
  command->add_option("--app", options->app, "what it does")
      ->check(CLI::IsMember({"echo-once", "echo", "discard"}))
      ->capture_default_str();
  command->add_option("--address", options->address, "where it listens")->capture_default_str();
  command->footer(
      "Example, with tcpdump -i lo port 9877 in a second terminal:\n  tcpcraft serve &\n  echo a | nc "
      "127.0.0.1 9877");
  command->callback([options, &exit_code] { exit_code = serve(*options); });
}

}  // namespace tcpcraft::cli
