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
#include <vector>

#include <tcpcraft/kernel/local_side.hpp>
#include <tcpcraft/os/rst_guard.hpp>
#include <tcpcraft/runner/run.hpp>
#include <tcpcraft/scenario/reader.hpp>
#include <tcpcraft/transport/loopback_link.hpp>
#include <tcpcraft/wire/codec.hpp>

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

/// Everything lasts but the connection, which a crafted RST removes after each run.
class Lasting {
 public:
  explicit Lasting(const scenario::Scenario& scenario)
      : scenario_(scenario),
        guard_(os::SocketAddress::from(scenario.peer.address.data(), scenario.peer.address.size(), 0)),
        kernel_(scenario.kernel.address),
        peer_{scenario.peer.address, guard_.port()},
        side_(*kernel::parse_app(scenario.kernel.app), kernel_, peer_),
        link_(kernel_.address, {kernel_.port}, peer_.address, {peer_.port}) {}

  engine::Result run(std::uint32_t iss) {
    engine::Setup setup;
    setup.kernel = kernel_;
    setup.peer = peer_;
    setup.iss = wire::SeqNum(iss);
    engine::Result result = engine::play(scenario_, setup, link_, side_, clock_);
    remove(result);
    return result;
  }

 private:
  void remove(const engine::Result& result) {
    for (auto entry = result.trace.rbegin(); entry != result.trace.rend(); ++entry) {
      const auto* passed = std::get_if<engine::PassedSegment>(&*entry);
      if (!passed || passed->from != engine::Party::peer) continue;
      wire::Segment rst = passed->segment;
      rst.seq = rst.end();
      rst.flags = {wire::Flag::rst};
      rst.payload.clear();
      link_.send(wire::encode(rst));
      break;
    }
    arrivals_.clear();
    link_.receive(arrivals_);
  }

  const scenario::Scenario& scenario_;
  os::RstGuard guard_;
  wire::Endpoint kernel_;
  wire::Endpoint peer_;
  kernel::LocalSide side_;
  transport::LoopbackLink link_;
  engine::SystemClock clock_;
  std::vector<transport::Arrival> arrivals_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string path = argc > 1 ? argv[1] : TCPCRAFT_SOURCE_DIR "/scenarios/server_close.scn";
  const int runs = argc > 2 ? std::atoi(argv[2]) : 10000;
  const scenario::Reading reading = scenario::read(scenario::load(path), scenario::files_beside(path));
  if (!reading.scenario || runs < 1) return 2;
  try {
    runner::enter_network(runner::Net::isolated);
    engine::SystemClock clock;
    std::printf("%-22s %8s %8s %8s\n", "engine", "runs", "min us", "median us");
    measure("new guard and sockets", runs, [&](int i) {
      return runner::play(*reading.scenario,
                          {runner::Net::isolated, static_cast<std::uint64_t>(i), nullptr, nullptr}, clock);
    });
    Lasting lasting(*reading.scenario);
    measure("lasting", runs, [&](int i) { return lasting.run(static_cast<std::uint32_t>(i) * 1000003u); });
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 3;
  }
}
