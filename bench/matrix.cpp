// What a cell of the matrix costs beside the floor of floor_cell.c, in one process and namespace.
//
//   bench_matrix [ROUNDS]
//
// plays the floor's cells and every common class in every state in both families, ROUNDS times in turn, over
// every link. Prints the fastest and the median cell of each state in microseconds. The floor's life is that
// of ESTABLISHED:data_left over IPv4, which is played as often for the ratio. Then what judging costs, and
// the whole run as the command has it. Of a loaded machine believe the minima, and the ratios before the
// times.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <numeric>
#include <optional>
#include <vector>

#include <tcpcraft/matrix/judge.hpp>
#include <tcpcraft/matrix/prober.hpp>
#include <tcpcraft/matrix/run.hpp>
#include <tcpcraft/os/network_namespace.hpp>
#include <tcpcraft/os/rst_guard.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/transport/loopback_link.hpp>
#include <tcpcraft/transport/sink_link.hpp>
#include <tcpcraft/transport/tun_link.hpp>

#include "floor_cell.h"

namespace {

using namespace tcpcraft;
using Clock = std::chrono::steady_clock;
using Times = std::vector<double>;

constexpr matrix::LinkKind links[] = {matrix::LinkKind::loopback, matrix::LinkKind::tun,
                                      matrix::LinkKind::sink};
constexpr int floor_lives = 1000;  ///< of each round

double since(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

/// Of the processor's time, which others do not take from.
double spent_ms() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double least(const Times& times) {
  return *std::min_element(times.begin(), times.end());
}

double median(Times times) {
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  return times[times.size() / 2];
}

double mean(const Times& times) {
  return std::accumulate(times.begin(), times.end(), 0.0) / static_cast<double>(times.size());
}

/// One family's wire, the same as the command opens.
class Wire {
 public:
  Wire(matrix::LinkKind kind, bool v6) {
    const bool lo = kind == matrix::LinkKind::loopback;
    const auto address =
        *wire::IpAddress::parse(lo ? (v6 ? "::1" : "127.0.0.1") : (v6 ? "2001:db8::1" : "192.0.2.1"));
    const auto other = lo ? address : *wire::IpAddress::parse(v6 ? "2001:db8::2" : "192.0.2.2");
    const wire::Endpoint kernel{address, 9877};
    if (lo) guard_.emplace(os::SocketAddress::from(address.data(), address.size(), 0));
    const wire::Endpoint peer{other, lo ? guard_->port() : std::uint16_t{40001}};
    const std::vector<std::uint16_t> here{kernel.port}, there{peer.port};
    if (lo)
      link_ = std::make_unique<transport::LoopbackLink>(address, here, other, there, false);
    else if (kind == matrix::LinkKind::tun)
      link_ = std::make_unique<transport::TunLink>(address, here, other, there);
    else
      link_ = std::make_unique<transport::SinkLink>(address, here, other, there);
    prober.emplace(*link_, kernel, peer);
  }

 private:
  std::optional<os::RstGuard> guard_;
  std::unique_ptr<transport::LocalLink> link_;

 public:
  std::optional<matrix::Prober> prober;
};

struct Measured {
  std::vector<Times> states{matrix::state_variants().size()};
  Times all, judged, like_floor;
  int inconclusive = 0;
  std::string skipped;  ///< why there is nothing
};

/// The same life as the floor's, with the same segment, over IPv4.
void play_like_floor(Wire& wire, Measured& measured) {
  const matrix::Cell cell{matrix::find_state_variant("ESTABLISHED"), matrix::find_segment_class("data_left"),
                          false};
  for (int life = 0; life < floor_lives; ++life) {
    const auto begin = Clock::now();
    const auto seen = wire.prober->play(cell);
    measured.like_floor.push_back(since(begin));
    measured.inconclusive += !seen.inconclusive.empty();
  }
}

void play_family(matrix::LinkKind kind, bool v6, Measured& measured) {
  Wire wire(kind, v6);
  for (std::size_t at = 0; at < measured.states.size(); ++at)
    for (const matrix::SegmentClass& segment : matrix::segment_classes()) {
      const matrix::StateVariant& state = matrix::state_variants()[at];
      if (!segment.common || !applies(segment, state)) continue;
      const matrix::Cell cell{&state, &segment, v6};
      auto begin = Clock::now();
      auto seen = wire.prober->play(cell);
      measured.states[at].push_back(since(begin));
      measured.all.push_back(measured.states[at].back());
      measured.inconclusive += !seen.inconclusive.empty();
      begin = Clock::now();
      judge(cell, std::move(seen), model::linux_profile);
      measured.judged.push_back(since(begin));
    }
  if (!v6) play_like_floor(wire, measured);
}

void play(matrix::LinkKind kind, Measured& measured) {
  if (!measured.skipped.empty()) return;
  try {
    for (const bool v6 : {false, true}) play_family(kind, v6, measured);
  } catch (const os::SystemError& error) {
    measured.skipped = error.what();
  }
}

struct Floor {
  const char* name;
  floor_link link;
  Times times{};
  std::string skipped{};
};

/// The floor's sockets are closed again: they would take their share of the matrix's packets.
void play(Floor& floor) {
  const char* reason = nullptr;
  floor_cell* cell = floor_cell_open(floor.link, &reason);
  if (!cell) {
    floor.skipped = reason;
    return;
  }
  Times times(floor_lives);
  floor_cell_play(cell, times.data(), floor_lives);
  floor_cell_close(cell);
  floor.times.insert(floor.times.end(), times.begin(), times.end());
}

void print_cell(const Times& times) {
  if (times.empty())
    std::printf(" %9s %9s", "-", "-");
  else
    std::printf(" %9.1f %9.1f", least(times), median(times));
}

/// How many times the floor the same life takes, by minima and by medians.
void print_ratio(const Floor& floor, const char* link, const Measured& measured) {
  const Times& cells = measured.like_floor;
  if (floor.times.empty() || cells.empty()) return;
  std::printf(
      "ESTABLISHED:data_left on %s %.1f (min), %.1f (median) us; / floor on %s: %.2f (min), %.2f (median)\n",
      link, least(cells), median(cells), floor.name, least(cells) / least(floor.times),
      median(cells) / median(floor.times));
}

void print_states(const std::vector<Floor>& floors, const std::vector<Measured>& measured) {
  std::printf("%-22s %9s %9s\n", "floor of a cell", "min us", "median us");
  for (const Floor& floor : floors) {
    std::printf("%-22s", floor.name);
    if (floor.skipped.empty())
      print_cell(floor.times);
    else
      std::printf(" skipped: %s", floor.skipped.c_str());
    std::printf("\n");
  }
  std::printf("\n%-22s", "cells, min and median");
  for (const auto link : links) std::printf(" %19s", to_string(link).data());
  std::printf("\n");
  for (std::size_t at = 0; at < matrix::state_variants().size(); ++at) {
    std::printf("%-22s", matrix::state_variants()[at].name.data());
    for (const Measured& each : measured) print_cell(each.states[at]);
    std::printf("\n");
  }
}

void print_sums(const std::vector<Measured>& measured) {
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const Measured& each = measured[i];
    const char* name = to_string(links[i]).data();
    if (each.skipped.empty())
      std::printf("%-9s mean of all cells %.1f us, %.0f cells/s; judging %.1f us (median); %d inconclusive\n",
                  name, mean(each.all), 1e6 / mean(each.all), median(each.judged), each.inconclusive);
    else
      std::printf("%-9s skipped: %s\n", name, each.skipped.c_str());
  }
}

matrix::Plan whole_plan() {
  matrix::Plan plan;
  for (const auto& state : matrix::state_variants()) plan.states.push_back(&state);
  for (const auto& segment : matrix::segment_classes())
    if (segment.common) plan.segments.push_back(&segment);
  return plan;
}

/// As the command does it: with its links opened and closed, and judged. Closing a TUN device or a packet
/// socket waits for the kernel (RCU), which takes no processor time.
void run_whole(matrix::LinkKind link, int rounds) {
  matrix::Plan plan = whole_plan();
  plan.link = link;
  Times wall, spent;
  std::size_t cells = 0;
  try {
    for (int round = 0; round < rounds; ++round) {
      const auto begin = Clock::now();
      const double spent_before = spent_ms();
      cells = matrix::run(plan).cells.size();
      wall.push_back(since(begin) / 1e3);
      spent.push_back(spent_ms() - spent_before);
    }
  } catch (const os::SystemError&) {
    return;  // as was said above
  }
  std::printf("%-9s %zu cells: %.0f ms (min), %.0f ms (median); processor %.0f ms (min), %.0f cells/s\n",
              to_string(link).data(), cells, least(wall), median(wall), least(spent),
              1e3 * static_cast<double>(cells) / least(spent));
}

int measure(int rounds) {
  std::vector<Floor> floors{{"loopback, new guard", FLOOR_NEW_GUARD},
                            {"loopback, lasting", FLOOR_LASTING_GUARD},
                            {"tun", FLOOR_TUN}};
  std::vector<Measured> measured(std::size(links));
  for (int round = 0; round < rounds; ++round) {
    for (Floor& floor : floors) play(floor);
    for (std::size_t i = 0; i < measured.size(); ++i) play(links[i], measured[i]);
  }
  print_states(floors, measured);
  std::printf("\n");
  print_sums(measured);
  print_ratio(floors[0], "loopback", measured[0]);
  print_ratio(floors[1], "loopback", measured[0]);
  print_ratio(floors[2], "tun", measured[1]);
  std::printf("\nwhole run of the common classes in both families\n");
  for (const auto link : links) run_whole(link, rounds);
  int inconclusive = 0;
  for (const Measured& each : measured) inconclusive += each.inconclusive;
  return inconclusive == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  if (rounds < 1) return 2;
  try {
    os::enter_private_network();
    os::bring_up_loopback();
    matrix::prepare_namespace(false);
    return measure(rounds);
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 3;
  }
}
