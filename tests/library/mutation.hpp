#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/scenario/scenario.hpp>
#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::library_test {

/// One thing made wrong in a scenario, so that it must fail.
struct Mutation {
  std::size_t step = 0;  ///< the step that it concerns
  std::string what;      ///< "ack=rcv.nxt+1"
  std::function<void(scenario::Scenario&)> apply;
  std::size_t fails_at = 0;             ///< the step of the changed scenario that must fail
  bool or_later = false;                ///< or one behind it: something was left out
  std::optional<wire::Part> part = {};  ///< what of a segment must be found wrong
};

/// Whether a step can fail, so that a mutation must show that it does. Not those that check nothing by their
/// nature: `send`, `wait`, `note`; an `optional` segment, which may be another; a call that is only begun, or
/// whose value may be any.
bool is_check(const scenario::Step& step);

/// All mutations of a scenario's checks; of a long one, those of its first and its last steps.
std::vector<Mutation> mutations_of(const scenario::Scenario& scenario);

}  // namespace tcpcraft::library_test
