#pragma once

#include <functional>
#include <string>
#include <vector>

#include <tcpcraft/engine/result.hpp>

namespace tcpcraft::runner {

/// What the process that runs a scenario tells the one that started it.
struct Outcome {
  engine::Verdict verdict = engine::Verdict::error;
  std::string reason;
  wire::Duration took{};
  bool host_fault = false;  ///< an error that is no fault of the scenario's: it could not be judged here
  bool cannot_run = false;  ///< no scenario can run here: `reason` says what would help
  std::vector<std::string> rules = {};  ///< the names of those that the kernel was seen to follow
  std::string record = {};              ///< what reports are written from; this module does not read it
  std::size_t attempts = 1;             ///< how often it was played until this could be said
  std::size_t failures = 0;             ///< how many of the attempts before the last failed

  /// It passes, but not always.
  bool is_flaky() const { return verdict == engine::Verdict::pass && failures > 0; }
};

/// Runs `body` in a child process, which dies with this one, and returns what it returned. A child that dies
/// of itself yields an error that says how. This process must have one thread.
Outcome run_in_child(const std::function<Outcome()>& body);

}  // namespace tcpcraft::runner
