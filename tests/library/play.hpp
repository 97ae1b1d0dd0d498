#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <tcpcraft/engine/result.hpp>
#include <tcpcraft/scenario/scenario.hpp>

namespace tcpcraft::library_test {

/// What became of one playing, as far as a mutation is judged by it.
struct Played {
  engine::Verdict verdict = engine::Verdict::error;
  bool cannot_run = false;  ///< nothing can run here
  wire::Duration took{};
  std::size_t step = 0;               ///< that failed
  std::vector<wire::Part> differing;  ///< the parts of the segment that were wrong
  std::string said;                   ///< the summary of a failure, else the reason
};

/// Plays the scenarios that `make` makes, from 0 up to `count`, each in a process and a private network of
/// its own, several at a time: most of what they do is to wait. An inconclusive one is played again, a few
/// times.
std::vector<Played> play_all(std::size_t count, const std::function<scenario::Scenario(std::size_t)>& make);

}  // namespace tcpcraft::library_test
