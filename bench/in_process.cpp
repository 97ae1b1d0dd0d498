// Many runs of one scenario in one process and one namespace: what the engine adds to the floor of floor.c.
//
//   bench_in_process [SCENARIO] [RUNS]
//
// prints, like bench_floor, the fastest and the median run in microseconds: with a new guard and new sockets
// each time, and with ones that last.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <vector>

#include <tcpcraft/kernel/local_side.hpp>
#include <tcpcraft/os/rst_guard.hpp>
#include <tcpcraft/runner/run.hpp>
#include <tcpcraft/scenario/reader.hpp>
#include <tcpcraft/transport/loopback_link.hpp>

namespace {

using namespace tcpcraft;

template <class Body>
void measure(const char* name, int runs, const Body& body) {
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const engine::Result result = body(i);
    times.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count());
    if (result.verdict != engine::Verdict::pass) {
      std::printf("run %d: %s\n", i,
                  result.mismatch ? result.mismatch->summary.c_str() : result.reason.c_str());
      std::exit(1);
    }
  }
  std::sort(times.begin(), times.end());
  std::printf("%-22s %8d %8.1f %8.1f\n", name, runs, times.front(), times[times.size() / 2]);
}

/// A server, a link and, where it is to last, a guard that serve one connection after another.
class Lasting {
 public:
  explicit Lasting(const scenario::Scenario& scenario)
      : scenario_(scenario),
        guard_(std::in_place, any_port()),
        kernel_(scenario.kernel.address),
        peer_{scenario.peers.front().address, guard_->port()},
        side_(*kernel::parse_app(scenario.kernel.app), kernel_, {peer_}),
        link_(kernel_.address, {kernel_.port}, peer_.address, {peer_.port}, false) {}

  void renew_guard() {
    guard_.emplace(any_port());
    peer_.port = guard_->port();
    side_.retarget(peer_);
    link_.retarget({kernel_.port}, {peer_.port});
  }

  engine::Result run(int number) {
    engine::Setup setup;
    setup.kernel = kernel_;
    setup.peers = {{peer_, wire::SeqNum(static_cast<std::uint32_t>(number) * 1000003u)}};
    setup.immediate = true;
    engine::Result result = engine::play(scenario_, setup, link_, side_, clock_);
    side_.discard_connections();
    return result;
  }

 private:
  os::SocketAddress any_port() const {
    const wire::IpAddress& address = scenario_.peers.front().address;
    return os::SocketAddress::from(address.data(), address.size(), 0);
  }

  const scenario::Scenario& scenario_;
  std::optional<os::RstGuard> guard_;
  wire::Endpoint kernel_;
  wire::Endpoint peer_;
  kernel::LocalSide side_;
  transport::LoopbackLink link_;
  engine::SystemClock clock_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string path = argc > 1 ? argv[1] : TCPCRAFT_SOURCE_DIR "/scenarios/server_close.scn";
  const int runs = argc > 2 ? std::atoi(argv[2]) : 10000;
  const scenario::Reading reading = scenario::read(scenario::load(path), scenario::files_beside(path));
  if (reading.scenarios.empty() || runs < 1 || !kernel::parse_app(reading.scenarios.front().kernel.app))
    return 2;
  try {
    runner::enter_network(runner::Net::isolated);
    engine::SystemClock clock;
    std::printf("%-22s %8s %8s %8s\n", "engine", "runs", "min us", "median us");
    measure("everything new", runs, [&](int i) {
      return runner::play(reading.scenarios.front(),
                          {runner::Net::isolated, static_cast<std::uint64_t>(i), nullptr, nullptr}, clock);
    });
    Lasting lasting(reading.scenarios.front());
    measure("new guard", runs, [&](int i) {
      lasting.renew_guard();
      return lasting.run(i);
    });
    measure("lasting guard", runs, [&](int i) { return lasting.run(i); });
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 3;
  }
}
