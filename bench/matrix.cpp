// Cells of the matrix in one process and namespace, over loopback with a lasting guard: what a cell costs
// beside the floor of floor.c.
//
//   bench_matrix [ROUNDS]
//
// plays every class in every state in both families, ROUNDS times, and prints the fastest and the median cell
// of each state in microseconds, and cells a second.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <tcpcraft/matrix/prober.hpp>
#include <tcpcraft/os/network_namespace.hpp>
#include <tcpcraft/os/rst_guard.hpp>
#include <tcpcraft/transport/loopback_link.hpp>

namespace {

using namespace tcpcraft;
using Clock = std::chrono::steady_clock;

double microseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

os::SocketAddress socket_address(const wire::Endpoint& endpoint) {
  return os::SocketAddress::from(endpoint.address.data(), endpoint.address.size(), endpoint.port);
}

struct Family {
  explicit Family(const char* address)
      : kernel{*wire::IpAddress::parse(address), 9877},
        guard(socket_address({kernel.address, 0})),
        peer{kernel.address, guard.port()},
        link(kernel.address, {kernel.port}, peer.address, {peer.port}, false),
        prober(link, kernel, peer) {}

  wire::Endpoint kernel;
  os::RstGuard guard;
  wire::Endpoint peer;
  transport::LoopbackLink link;
  matrix::Prober prober;
};

int measure(int rounds) {
  Family families[] = {Family("127.0.0.1"), Family("::1")};
  int inconclusive = 0;
  std::vector<double> all;
  for (const matrix::StateVariant& state : matrix::state_variants()) {
    std::vector<double> times;
    for (int round = 0; round < rounds; ++round)
      for (Family& family : families)
        for (const matrix::SegmentClass& segment : matrix::segment_classes()) {
          if (!applies(segment, state)) continue;
          const auto begin = Clock::now();
          const auto seen = family.prober.play({&state, &segment, family.kernel.address.is_v6()});
          times.push_back(microseconds(Clock::now() - begin));
          inconclusive += !seen.inconclusive.empty();
        }
    all.insert(all.end(), times.begin(), times.end());
    std::sort(times.begin(), times.end());
    std::printf("%-22s %8zu %8.1f %8.1f\n", state.name.data(), times.size(), times.front(),
                times[times.size() / 2]);
  }
  double sum = 0;
  for (const double time : all) sum += time;
  std::sort(all.begin(), all.end());
  std::printf("%-22s %8zu %8.1f %8.1f\n%.0f cells/s, %d inconclusive\n", "all", all.size(), all.front(),
              all[all.size() / 2], 1e6 * static_cast<double>(all.size()) / sum, inconclusive);
  return inconclusive == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  try {
    os::enter_private_network();
    os::bring_up_loopback();
    matrix::prepare_namespace(false);
    std::printf("%-22s %8s %8s %8s\n", "state", "cells", "min us", "median us");
    return measure(rounds);
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 3;
  }
}
