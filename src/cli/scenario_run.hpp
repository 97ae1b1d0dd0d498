#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/report/style.hpp>
#include <tcpcraft/results/record_of.hpp>
#include <tcpcraft/runner/capture.hpp>
#include <tcpcraft/runner/isolate.hpp>
#include <tcpcraft/runner/prepare.hpp>
#include <tcpcraft/scenario/scenario.hpp>
#include <tcpcraft/scenario/source.hpp>
#include <tcpcraft/transport/link.hpp>

#include "commands.hpp"

namespace tcpcraft::cli {

/// A scenario file as it was read.
struct LoadedFile {
  std::string path;
  scenario::Source source;
  std::string complaints;  ///< what is wrong with it
};

/// One scenario's way from text to verdict: one variant of a file.
class ScenarioRun {
 public:
  /// `scenario`: nothing where the file cannot be used.
  ScenarioRun(const RunCommand& command, std::shared_ptr<const LoadedFile> file,
              std::shared_ptr<const scenario::Scenario> scenario, const report::Style& style)
      : command_(command), file_(std::move(file)), style_(style), scenario_(std::move(scenario)) {}

  /// In the process that it has for itself, in which it can be run several times.
  runner::Outcome run(const std::string& capture);

  /// Of several rounds this is the `number`th, from 1: its name says so, and its seed is another.
  void number_round(std::size_t number) {
    round_ = number;
    raise_seed(number - 1);
  }
  void raise_seed(std::size_t by) { seed_rise_ = by; }

  bool is_valid() const { return scenario_ != nullptr; }
  const std::string& complaints() const { return file_->complaints; }
  /// With commas between them.
  std::string tags() const;
  const std::string& path() const { return file_->path; }
  /// `[ip=6]`; empty where the file has no variants.
  std::string variant() const;
  /// With the round, where there are several: `close/half_close[ip=6] #2`.
  std::string name() const;
  /// What became of it, as reports tell it.
  results::Record record(const runner::Outcome& outcome) const;

 private:
  /// What is opened on the host: within the namespace, files of other users are out of reach, and so is
  /// tracing.
  struct Outside {
    std::optional<runner::Capture> capture;
    runner::Prepared prepared;
  };

  runner::Outcome play(const scenario::Scenario& scenario);
  std::optional<runner::Capture> open_capture();
  results::Record record(const scenario::Scenario& scenario, const engine::Result& result) const;
  void report_result(const scenario::Scenario& scenario, const engine::Result& result);
  std::uint64_t seed() const { return command_.seed + seed_rise_; }
  std::string again() const;

  const RunCommand& command_;
  std::shared_ptr<const LoadedFile> file_;
  std::string capture_;
  const report::Style& style_;
  std::shared_ptr<const scenario::Scenario> scenario_;
  std::size_t round_ = 0;  ///< 0: there is one
  std::size_t seed_rise_ = 0;
  std::optional<Outside> outside_;
  std::unique_ptr<transport::Link> link_;  ///< of the last run in this process: closed at the very end
};

/// `captures/NAME.pcap`; files of one name are told apart by their folders, and what is still the same by a
/// number.
std::vector<std::string> capture_paths(const RunCommand& command, const std::vector<ScenarioRun>& runs);

}  // namespace tcpcraft::cli
