#include <algorithm>
#include <chrono>
#include <csignal>
#include <list>

#include <tcpcraft/runner/interrupt.hpp>
#include <tcpcraft/runner/pool.hpp>

#include "child.hpp"

namespace tcpcraft::runner {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds tick{100};
/// What a job gets to come to an end in order, with its capture whole.
constexpr std::chrono::seconds grace{1};

struct Running {
  std::size_t job;
  Child child;
  SteadyClock::time_point since;
  enum class Stage { normal, asked, killed } stage = Stage::normal;
};

void wait(std::list<Running>& running) {
  std::vector<pollfd> fds;
  for (const Running& one : running) {
    fds.push_back(one.child.result_to_poll());
    fds.push_back(one.child.output_to_poll());
  }
  ::poll(fds.data(), fds.size(), static_cast<int>(tick.count()));
}

/// Asks a job that takes longer than it may to stop, as Ctrl-C would, and kills it where it does not.
void hurry(Running& one, wire::Duration timeout) {
  const auto age = SteadyClock::now() - one.since;
  if (one.stage == Running::Stage::normal && age > timeout) {
    one.child.signal(SIGTERM);
    one.stage = Running::Stage::asked;
  } else if (one.stage == Running::Stage::asked && age > timeout + grace) {
    one.child.signal(SIGKILL);
    one.stage = Running::Stage::killed;
  }
}

JobReport report_of(Running& one) {
  JobReport report{one.job, one.child.join(), one.child.take_output(), false};
  report.timed_out = one.stage != Running::Stage::normal;
  return report;
}

}  // namespace

void Pool::run(std::size_t count, const std::function<Outcome(std::size_t)>& job,
               const std::function<bool(JobReport)>& ended) {
  std::list<Running> running;
  std::size_t next = 0;
  bool more = true;
  SteadyClock::time_point ticked{};
  for (;;) {
    while (more && !interrupt_signal() && next < count && running.size() < width_) {
      const std::size_t number = next++;
      running.push_back(
          {number, Child([&] { return job(number); }, Child::Output::captured), SteadyClock::now()});
    }
    if (running.empty()) return;
    wait(running);
    for (auto one = running.begin(); one != running.end();) {
      one->child.read();
      if (timeout_) hurry(*one, *timeout_);
      const auto current = one++;
      if (!current->child.is_done()) continue;
      JobReport report = report_of(*current);
      running.erase(current);
      more = ended(std::move(report)) && more;
    }
    if (on_tick && SteadyClock::now() - ticked >= tick) {
      ticked = SteadyClock::now();
      std::vector<std::size_t> numbers;
      for (const Running& one : running) numbers.push_back(one.job);
      on_tick(numbers);
    }
  }
}

}  // namespace tcpcraft::runner
