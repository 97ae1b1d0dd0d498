#pragma once

#include <vector>

#include "steps.hpp"

namespace tcpcraft::record {

/// How much of the sequence space the segment of a `send`, `expect` or `optional` takes, but for a SYN; 0 of
/// any other step.
std::size_t carried_by(const Step& step);

struct StreamOptions {
  std::size_t segments = 0;  ///< at least so many
  bool loose = false;        ///< what was lost on the way and sent again, and what paused, may be left out
  bool calls = false;        ///< the application's are steps
};

/// With `stream` for transfers of many segments, however they were cut.
std::vector<Step> with_streams(std::vector<Step> steps, const StreamOptions& options);

/// Where both sides close at a time, either may be the first: the kernel acknowledges the peer's FIN by its
/// own, or by itself.
std::vector<Step> with_either_first(std::vector<Step> steps);

}  // namespace tcpcraft::record
