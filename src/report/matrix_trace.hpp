#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/matrix/result.hpp>

namespace tcpcraft::report {

/// A segment of a cell's exchange, as it is told.
struct TraceLine {
  bool from_kernel = false;
  bool injected = false;  ///< the segment that the cell is about
  wire::Time time;
  std::string segment;  ///< in the notation, its numbers relative to the connection's
};

std::vector<TraceLine> trace_lines(const matrix::Observation& observation);

}  // namespace tcpcraft::report
