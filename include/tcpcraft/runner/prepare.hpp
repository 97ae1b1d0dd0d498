#pragma once

#include <memory>
#include <optional>

#include <tcpcraft/engine/result.hpp>
#include <tcpcraft/kernel/drop_watch.hpp>
#include <tcpcraft/scenario/scenario.hpp>

namespace tcpcraft::runner {

/// What must be asked and opened on the host, because a user namespace would tell otherwise or forbid it.
struct Prepared {
  std::optional<engine::Result> refused;     ///< a skip: the scenario cannot run here
  std::unique_ptr<kernel::DropWatch> drops;  ///< where a step asks why the kernel dropped a segment
};

/// To be called before `enter_network`, by the thread that plays.
Prepared prepare(const scenario::Scenario& scenario);

}  // namespace tcpcraft::runner
