#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <tcpcraft/report/style.hpp>
#include <tcpcraft/results/record.hpp>
#include <tcpcraft/wire/time.hpp>

#include "commands.hpp"
#include "scenario_run.hpp"

namespace tcpcraft::cli {

/// A part of all scenarios, and who asked for it.
struct ShardChoice {
  results::Shard shard;
  std::string asked_by;  ///< `--shard`, or a variable; empty: nobody
};

/// What `--shard i/n` says, or else the environment: of GoogleTest's protocol, which Bazel speaks, or of a
/// Slurm job array. Throws UsageError that names the variable.
ShardChoice choose_shard(const std::string& option);

/// Takes over what Bazel asks for by variables, where no option says otherwise: where captures and results
/// go, and which scenarios are played.
void heed_test_runner(RunCommand& command);

/// What is to be played, in its order.
struct Selected {
  std::vector<ScenarioRun> runs;
  std::vector<std::size_t> order;  ///< in which they are best started
  std::size_t too_slow = 0;        ///< how many were left out for being that
};

/// Reads what the command's paths lead to, and leaves of it what it asks for and what is in the shard. What
/// cannot be read is always in. Throws UsageError where nothing is left, unless another shard has it.
Selected select_runs(const RunCommand& command, const results::Shard& shard, const report::Style& style);

}  // namespace tcpcraft::cli
