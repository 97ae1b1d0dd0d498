#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include <tcpcraft/runner/isolate.hpp>
#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::runner {

/// What became of one of many jobs.
struct JobReport {
  std::size_t job = 0;
  Outcome outcome;
  std::string output;      ///< what it wrote to standard output, where several run at a time
  bool timed_out = false;  ///< it was stopped because it took too long
  bool killed = false;     ///< it did not stop when it was asked to, or interrupted
};

/// What is at work at a moment.
struct Busy {
  std::size_t ended = 0;    ///< how many jobs have
  std::size_t running = 0;  ///< how many jobs
  std::size_t oldest = 0;   ///< which one has been running longest, and for how long
  wire::Duration age{};
};

/// Runs jobs, each in a child process, several at a time; they are started in order. This process must have
/// one thread. Interrupts are to be caught before (`catch_interrupts`): no job is started then, and those
/// that run get a second to come to an end.
class Pool {
 public:
  /// At most `width` jobs at a time. One that takes longer than `timeout` is asked to stop, and soon killed.
  Pool(std::size_t width, std::optional<wire::Duration> timeout) : width_(width), timeout_(timeout) {}

  /// Runs jobs 0 to `count`-1, and tells of each when it has ended. No more jobs are started once `ended`
  /// returns false. Throws os::SystemError where no process can be started.
  void run(std::size_t count, const std::function<Outcome(std::size_t job)>& job,
           const std::function<bool(JobReport)>& ended);

  /// Called about ten times a second while jobs run.
  std::function<void(const Busy&)> on_tick;

 private:
  std::size_t width_;
  std::optional<wire::Duration> timeout_;
};

}  // namespace tcpcraft::runner
