#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <tcpcraft/calls/result.hpp>
#include <tcpcraft/engine/match.hpp>

namespace tcpcraft::engine {

/// A segment of the kernel's, as a step met it.
struct Observed {
  wire::Segment segment;
  Expectation expectation;
  wire::Duration elapsed{};  ///< since the end of the step before
  std::size_t trace_entry = 0;
  std::size_t peer = 0;  ///< whose connection it came on: an index of the scenario's peers
};

/// What the steps met in one play, for whoever puts the steps right by it.
struct Observations {
  struct Taken {
    std::size_t step = 0;
    std::size_t item = 0;  ///< of an `any-order`
    Observed observed;
  };
  std::vector<Taken> taken;
  /// What the step that failed met, and what came behind it: all that no step has taken, the oldest first
  /// of each connection.
  std::vector<Observed> unread;
  std::optional<calls::Result> call;  ///< what the call came to that failed; absent where it blocks
};

}  // namespace tcpcraft::engine
