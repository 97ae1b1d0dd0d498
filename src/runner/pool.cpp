#include <chrono>
#include <csignal>
#include <list>
#include <vector>

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
  std::optional<SteadyClock::time_point> asked = {};  // to stop
  bool timed_out = false;
  bool killed = false;
};

void wait(std::list<Running>& running) {
  std::vector<pollfd> fds;
  for (const Running& one : running) {
    fds.push_back(one.child.result_to_poll());
    fds.push_back(one.child.output_to_poll());
  }
  ::poll(fds.data(), fds.size(), static_cast<int>(tick.count()));
}

/// Asks a job that takes longer than it may to stop, as an interrupt has asked all, and kills it where it
/// does not.
void hurry(Running& one, std::optional<wire::Duration> timeout) {
  const auto now = SteadyClock::now();
  if (!one.asked) {
    one.timed_out = timeout && now - one.since > *timeout;
    if (one.timed_out) one.child.signal(SIGTERM);
    if (one.timed_out || interrupt_signal()) one.asked = now;
  } else if (!one.killed && now - *one.asked > grace) {
    one.child.signal(SIGKILL);
    one.killed = true;
  }
}

JobReport report_of(Running& one) {
  return {one.job, one.child.join(), one.child.take_output(), one.timed_out, one.killed};
}

}  // namespace

void Pool::run(std::size_t count, const std::function<Outcome(std::size_t)>& job,
               const std::function<bool(JobReport)>& ended) {
  const Child::Output output = width_ == 1 ? Child::Output::shared : Child::Output::captured;
  std::list<Running> running;
  std::size_t next = 0, ended_count = 0;
  bool more = true;
  SteadyClock::time_point ticked{};
  for (;;) {
    while (more && !interrupt_signal() && next < count && running.size() < width_) {
      const std::size_t number = next++;
      running.push_back({number, Child([&] { return job(number); }, output), SteadyClock::now()});
    }
    if (running.empty()) return;
    wait(running);
    for (auto one = running.begin(); one != running.end();) {
      one->child.read();
      hurry(*one, timeout_);
      const auto current = one++;
      if (!current->child.is_done()) continue;
      JobReport report = report_of(*current);
      running.erase(current);
      ++ended_count;
      more = ended(std::move(report)) && more;
    }
    const auto now = SteadyClock::now();
    if (on_tick && !running.empty() && now - ticked >= tick) {
      ticked = now;
      on_tick({ended_count, running.size(), running.front().job, now - running.front().since});
    }
  }
}

}  // namespace tcpcraft::runner
