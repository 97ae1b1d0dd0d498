#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/runner/isolate.hpp>
#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::runner {

/// What became of one of many jobs.
struct JobReport {
  std::size_t job = 0;
  Outcome outcome;
  std::string output;      ///< what it wrote to standard output
  bool timed_out = false;  ///< it was stopped because it took too long
};

/// Runs jobs, each in a child process, several at a time; they are started in order. This process must have
/// one thread. Interrupts are to be caught before (`catch_interrupts`): no job is started then, and those
/// that run are waited for.
class Pool {
 public:
  /// At most `width` jobs at a time. One that takes longer than `timeout` is asked to stop, and soon killed.
  Pool(std::size_t width, std::optional<wire::Duration> timeout) : width_(width), timeout_(timeout) {}

  /// Runs jobs 0 to `count`-1, and tells of each when it has ended. No more jobs are started once `ended`
  /// returns false. Throws os::SystemError where no process can be started.
  void run(std::size_t count, const std::function<Outcome(std::size_t job)>& job,
           const std::function<bool(JobReport)>& ended);

  /// Called about ten times a second while jobs run, with the numbers of those that do, the oldest first.
  std::function<void(const std::vector<std::size_t>& running)> on_tick;

 private:
  std::size_t width_;
  std::optional<wire::Duration> timeout_;
};

}  // namespace tcpcraft::runner
