#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/results/json.hpp>
#include <tcpcraft/runner/isolate.hpp>
#include <tcpcraft/scenario/scenario.hpp>

#include "commands.hpp"

namespace tcpcraft::cli {

/// The files in which a run's results are written, in all the formats that were asked for.
class Results {
 public:
  /// Opens the files, which keep what they hold until `begin`. Throws UsageError, std::system_error.
  explicit Results(const ResultOptions& options);
  ~Results();

  /// Anew, where there was a run before.
  void begin(const results::RunInfo& info);
  void add(const results::Record& record);
  void end(const results::RunEnd& end);
  /// Where a file could not be written, which standard error was told, a run is not `ok`.
  int exit_code(int of_run) const;

 private:
  class File;
  using MakeWriter = std::function<std::unique_ptr<results::Writer>(results::Sink)>;
  void add_file(const std::string& path, const MakeWriter& make, int how);

  std::vector<std::unique_ptr<File>> files_;
};

results::RunInfo run_info(const RunCommand& command, std::size_t scenarios, const results::Shard& shard);

/// The record with what only the suite knows: how it came out in the end.
results::Record finished_record(results::Record record, const runner::Outcome& outcome);

}  // namespace tcpcraft::cli
