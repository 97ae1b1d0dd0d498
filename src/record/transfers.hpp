#pragma once

#include <vector>

#include "steps.hpp"

namespace tcpcraft::record {

/// How much of the sequence space the segment of a `send`, `expect` or `optional` takes, but for a SYN; 0 of
/// any other step.
std::size_t carried_by(const Step& step);

/// With `stream` for transfers of at least so many segments, however they were cut. `calls`: the
/// application's are steps.
std::vector<Step> with_streams(std::vector<Step> steps, std::size_t segments, bool calls);

}  // namespace tcpcraft::record
