#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tcpcraft::cli {

/// What became of a recorded scenario that was played.
struct Checked {
  enum class Verdict {
    passes,
    fails,
    not_played,  ///< here; or it says nothing
  };
  Verdict verdict = Verdict::not_played;
  std::string reason;    ///< of the other two
  std::size_t line = 0;  ///< where it fails
};

/// Plays scenarios, each in a private network of its own.
std::vector<Checked> check_recorded(const std::vector<std::string>& texts);

}  // namespace tcpcraft::cli
