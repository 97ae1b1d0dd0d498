#pragma once

#include <vector>

#include <tcpcraft/engine/observations.hpp>
#include <tcpcraft/scenario/scenario.hpp>

namespace tcpcraft::update {

/// What to do with the first of the steps, so that as little as possible has to be done to all of them.
enum class Move {
  rewrite,  ///< it says what came first
  insert,   ///< what came first stands in front of it
  erase,    ///< it is left out
};

/// How near a step is to what came: 0 where it says just that.
int distance(const scenario::Expect& step, const engine::Observed& observed);

/// `steps` are those that take segments one after another, `came` what they have to take, neither empty. The
/// first step does not take the first segment.
Move first_move(const std::vector<const scenario::Step*>& steps, const std::vector<engine::Observed>& came);

}  // namespace tcpcraft::update
