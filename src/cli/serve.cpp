#include <poll.h>

#include <tcpcraft/kernel/stock_server.hpp>
#include <tcpcraft/runner/interrupt.hpp>

#include "commands.hpp"
#include "common.hpp"

namespace tcpcraft::cli {
int serve(const ServeCommand& command) {
  const auto address = wire::Endpoint::parse(command.address);
  if (!address) throw UsageError("--address: not an address and port: A.B.C.D:PORT or [V6]:PORT");
  if (!address->address.is_loopback()) throw UsageError("--address: only on loopback: 127.0.0.0/8 or [::1]");
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

}  // namespace tcpcraft::cli
