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
#include "common.hpp"

namespace tcpcraft::cli {

/// What is known of a scenario without having it in memory, where it may be one of ten thousand.
struct Candidate {
  std::string path;
  scenario::Variant variant;
  std::string tags;                      ///< with commas between them
  wire::Duration estimate{};             ///< of how long it takes
  std::shared_ptr<const ReadFile> file;  ///< where it is kept, as that of one that cannot be used

  /// `scenarios/close/half_close[ip=6]`
  std::string name() const { return scenario_name(path, variant); }
};

/// One scenario's way from text to verdict: one variant of a file. Its text is read when it is played.
class ScenarioRun {
 public:
  ScenarioRun(const RunCommand& command, Candidate candidate, const report::Style& style)
      : command_(command), candidate_(std::move(candidate)), style_(style) {}

  /// In the process that it has for itself, in which it can be run several times.
  runner::Outcome run(const std::string& capture);

  /// Of several rounds this is the `number`th, from 1: its name says so, and its seed is another.
  void number_round(std::size_t number) {
    round_ = number;
    raise_seed(number - 1);
  }
  void raise_seed(std::size_t by) { seed_rise_ = by; }

  bool is_valid() const { return !candidate_.file || !candidate_.file->scenarios.empty(); }
  /// What is wrong with one that is not valid.
  std::string complaints() const { return candidate_.file->complaints(style_); }
  /// With commas between them.
  const std::string& tags() const { return candidate_.tags; }
  const std::string& path() const { return candidate_.path; }
  /// `[ip=6]`; empty where the file has no variants.
  std::string variant() const { return scenario::variant_name(candidate_.variant); }
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

  std::shared_ptr<const ReadFile> load() const;
  const scenario::Scenario* scenario_of(const ReadFile& file) const;
  runner::Outcome play(const scenario::Scenario& scenario);
  std::optional<runner::Capture> open_capture();
  results::Record record_of(const ReadFile& file, const scenario::Scenario& scenario,
                            const engine::Result& result) const;
  /// Of one that nobody played to its end.
  results::Record record_without_play() const;
  void report_result(const scenario::Scenario& scenario, const engine::Result& result);
  std::uint64_t seed() const { return command_.seed + seed_rise_; }
  std::string again() const;

  const RunCommand& command_;
  Candidate candidate_;
  std::string capture_;
  const report::Style& style_;
  std::shared_ptr<const ReadFile> file_;  ///< in the process that plays it
  std::size_t round_ = 0;                 ///< 0: there is one
  std::size_t seed_rise_ = 0;
  std::optional<Outside> outside_;
  std::unique_ptr<transport::Link> link_;  ///< of the last run in this process: closed at the very end
};

/// `captures/NAME.pcap`; files of one name are told apart by their folders, and what is still the same by a
/// number.
std::vector<std::string> capture_paths(const RunCommand& command, const std::vector<ScenarioRun>& runs);

}  // namespace tcpcraft::cli
