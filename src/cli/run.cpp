#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include <sys/utsname.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/report/console.hpp>
#include <tcpcraft/results/json.hpp>
#include <tcpcraft/results/record_of.hpp>
#include <tcpcraft/runner/capture.hpp>
#include <tcpcraft/runner/interrupt.hpp>
#include <tcpcraft/runner/isolate.hpp>
#include <tcpcraft/runner/prepare.hpp>
#include <tcpcraft/runner/suite.hpp>

#include "commands.hpp"
#include "common.hpp"
#include "ladder.hpp"
#include "results.hpp"

namespace tcpcraft::cli {
namespace {

namespace fs = std::filesystem;

std::string quoted_for_shell(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

/// Prints what passes, as it passes.
class LivePrinter : public engine::Observer {
 public:
  LivePrinter(const RunCommand& command, const scenario::Scenario& scenario, const report::Style& style)
      : command_(command), scenario_(scenario), style_(style) {}
  void started(wire::Time start) override { start_ = start; }
  void passed(const engine::TraceEntry& entry) override {
    if (!command_.quiet && !command_.ladder)
      print(report::format_entry(entry, start_, command_.verbose, style_, scenario_.peers));
  }

 private:
  const RunCommand& command_;
  const scenario::Scenario& scenario_;
  const report::Style& style_;
  wire::Time start_;
};

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
              std::optional<scenario::Scenario> scenario, const report::Style& style)
      : command_(command), file_(std::move(file)), style_(style), scenario_(std::move(scenario)) {}

  /// In the process that it has for itself.
  runner::Outcome run(const std::string& capture) {
    capture_ = capture;
    if (!scenario_) {
      print("\n" + file_->complaints);
      return {engine::Verdict::error, "the scenario is invalid", {}, false, false};
    }
    if (!command_.quiet)
      print("\n" + style_.bold(report::printable(name())) + ": " + report::printable(scenario_->title) +
            "\n");
    const runner::Outcome outcome = outcome_of([this] { return play(*scenario_); });
    if (outcome.verdict == engine::Verdict::inconclusive && !command_.quiet)
      print("  " + style_.yellow("inconclusive") + ": " + report::printable(outcome.reason) + "\n");
    return outcome;
  }

  const std::string& path() const { return file_->path; }
  /// `[ip=6]`; empty where the file has no variants.
  std::string variant() const { return scenario_ ? scenario::variant_name(scenario_->variant) : ""; }
  std::string name() const {
    const std::string& path = file_->path;
    return (path.ends_with(".scn") ? path.substr(0, path.size() - 4) : path) + variant();
  }
  results::Record record(const runner::Outcome& outcome) const {
    return finished_record(record_before(path(), scenario_), outcome);
  }

 private:
  runner::Outcome play(const scenario::Scenario& scenario) {
    // The capture is opened first: within the namespace, files of other users are out of reach.
    std::optional<runner::Capture> capture = open_capture();
    LivePrinter printer(command_, scenario, style_);
    runner::RunOptions options;
    options.net = command_.net;
    options.seed = command_.seed;
    options.observer = &printer;
    if (capture) options.tap = &*capture;
    options.link = &link_;
    runner::Prepared prepared = runner::prepare(scenario);
    if (prepared.refused) return {prepared.refused->verdict, prepared.refused->reason, {}, false, false};
    options.drops = prepared.drops.get();
    runner::enter_network(command_.net);
    runner::InterruptibleClock clock;
    std::optional<engine::Result> refused = runner::furnish(scenario, command_.net);
    const engine::Result result = refused ? *refused : runner::play(scenario, options, clock);
    const bool wants_record = command_.results.any() || command_.ladder;
    const results::Record record = wants_record ? record_of(scenario, result) : results::Record();
    if (command_.ladder && !command_.quiet) print(format_ladder(record, style_));
    report_result(scenario, result);
    const bool host_fault = result.verdict == engine::Verdict::error && !result.place;
    runner::Outcome outcome{result.verdict, result.reason, result.took, host_fault, false};
    if (command_.results.any()) outcome.record = results::format_record_json(record);
    return outcome;
  }

  results::Record record_of(const scenario::Scenario& scenario, const engine::Result& result) const {
    const report::FailureContext context{command_.no_captures ? "" : capture_, again()};
    const std::string failure =
        result.mismatch ? report::format_failure(file_->source, scenario, result, context, report::Style())
                        : "";
    return results::record_of(file_->source, scenario, result,
                              {name(), path(), context.capture, context.again, failure});
  }

  std::optional<runner::Capture> open_capture() {
    if (command_.no_captures) return {};
    try {
      fs::create_directories(command_.captures);
      return runner::Capture(capture_);
    } catch (const std::system_error& error) {
      if (command_.captures_named) throw UsageError("--captures: " + std::string(error.what()));
      print(style_.yellow("no capture") + ": " + report::printable(error.what()) + "\n");
      capture_.clear();
      return {};
    }
  }

  void report_result(const scenario::Scenario& scenario, const engine::Result& result) {
    if (result.verdict == engine::Verdict::fail)
      print("\n" +
            report::format_failure(file_->source, scenario, result,
                                   {command_.no_captures ? "" : capture_, again()}, style_) +
            "\n");
    else if (result.verdict == engine::Verdict::error && result.place)
      print("\n" + report::format_diagnostic(file_->source, {*result.place, result.reason, ""}, style_) +
            "\n");
  }

  std::string again() const {
    return std::string("tcpcraft run -v --seed ") + std::to_string(command_.seed) +
           (command_.net == runner::Net::host ? " --net host " : " ") +
           (variant().empty() ? path() : quoted_for_shell(path() + variant()));
  }

  const RunCommand& command_;
  std::shared_ptr<const LoadedFile> file_;
  std::string capture_;
  const report::Style& style_;
  std::optional<scenario::Scenario> scenario_;
  std::unique_ptr<transport::Link> link_;  ///< of the last run in this process: closed at the very end
};

/// A variant's name as part of a file's.
std::string safe(std::string variant) {
  constexpr std::string_view kept = "[]=,.:_+-";
  constexpr std::size_t longest = 160;
  for (char& c : variant)
    if (!std::isalnum(static_cast<unsigned char>(c)) && kept.find(c) == kept.npos) c = '-';
  return variant.substr(0, longest);
}

/// `captures/NAME.pcap`; files of one name are told apart by their folders, and what is still the same by a
/// number.
std::vector<std::string> capture_paths(const RunCommand& command, const std::vector<ScenarioRun>& runs) {
  std::map<std::string, std::set<std::string>> stems;
  for (const ScenarioRun& run : runs) stems[fs::path(run.path()).stem().string()].insert(run.path());
  std::map<std::string, int> taken;
  std::vector<std::string> result;
  for (const ScenarioRun& run : runs) {
    const fs::path path(run.path());
    std::string name = path.stem().string();
    if (stems[name].size() > 1) {
      name = path.relative_path().replace_extension().string();
      std::replace(name.begin(), name.end(), '/', '-');
    }
    name += safe(run.variant());
    if (const int before = taken[name]++; before > 0) name += "-" + std::to_string(before + 1);
    result.push_back((fs::path(command.captures) / (name + ".pcap")).string());
  }
  return result;
}

std::string header(const RunCommand& command, std::size_t scenarios) {
  utsname system{};
  uname(&system);
  return std::string("tcpcraft " TCPCRAFT_VERSION " · Linux ") + system.release + " · " +
         (command.net == runner::Net::host ? "the host's network" : "private network namespace") + " · " +
         std::to_string(scenarios) + (scenarios == 1 ? " scenario" : " scenarios") + " · seed " +
         std::to_string(command.seed) + "\n";
}

/// What all runs came to.
struct Total {
  report::Tally tally;
  bool invalid = false;  ///< a scenario is
  bool host_fault = false;
  bool cannot_run = false;  ///< nothing can run here
  std::string bad;          ///< one line for each that did not pass, once more at the end
};

void count(Total& total, const runner::Outcome& outcome, const std::string& line) {
  total.tally.count(outcome.verdict);
  if (outcome.verdict == engine::Verdict::error)
    (outcome.host_fault ? total.host_fault : total.invalid) = true;
  if (outcome.verdict == engine::Verdict::fail || outcome.verdict == engine::Verdict::error)
    total.bad += line;
}

int exit_code_for(const Total& total) {
  if (runner::interrupt_signal()) return 128 + runner::interrupt_signal();
  if (total.tally.failed) return failed;
  if (total.invalid) return invalid;
  return total.host_fault ? cannot_run : ok;
}

/// What cannot be read is always in. `too_slow` counts what is left out for being that.
std::vector<ScenarioRun> selected_runs(const RunCommand& command, const report::Style& style,
                                       std::size_t& too_slow) {
  std::vector<ScenarioRun> runs;
  for (const ScenarioFile& file : scenario_files(command.paths)) {
    const auto loaded = std::make_shared<LoadedFile>();
    loaded->path = file.path;
    std::vector<scenario::Scenario> scenarios =
        read_scenarios(file, loaded->source, loaded->complaints, style);
    if (scenarios.empty()) runs.emplace_back(command, loaded, std::nullopt, style);
    for (scenario::Scenario& scenario : scenarios) {
      const Choice choice = choose(command, file, scenario);
      if (choice == Choice::play) runs.emplace_back(command, loaded, std::move(scenario), style);
      if (choice == Choice::too_slow) ++too_slow;
    }
  }
  return runs;
}

using Tell = std::function<void(std::size_t, const runner::Outcome&, const std::string&)>;

/// A process of its own keeps scenarios apart; one alone has nothing to be kept apart from.
void play(const RunCommand& command, std::vector<ScenarioRun>& runs, const std::vector<std::string>& captures,
          const Tell& tell) {
  const auto play_one = [&](std::size_t i) { return runs[i].run(captures[i]); };
  if (runs.size() == 1) {
    const runner::Outcome outcome = play_one(0);
    if (outcome.verdict != engine::Verdict::inconclusive) return tell(0, outcome, "");
  }
  runner::Suite suite;
  // The host's loopback is one for all.
  suite.width = command.net == runner::Net::host ? 1 : command.jobs;
  suite.run(runs.size(), play_one, tell);
}

}  // namespace

int run(const RunCommand& command) {
  if (command.update) return update_files(command);
  const report::Style style = style_for(command.color);
  std::size_t too_slow = 0;
  std::vector<ScenarioRun> runs = selected_runs(command, style, too_slow);
  const std::vector<std::string> captures = capture_paths(command, runs);
  Results results(command.results);
  runner::catch_interrupts();
  print(header(command, runs.size()));
  engine::SystemClock clock;
  const wire::Time start = clock.now();
  Total total;
  std::vector<bool> told(runs.size());
  std::string cannot_run_reason;
  results.begin(run_info(command, runs.size()));
  const auto tell = [&](std::size_t i, const runner::Outcome& outcome, const std::string& output) {
    print(output);
    if (outcome.cannot_run) {
      cannot_run_reason = outcome.reason;
      if (!std::exchange(total.cannot_run, true))
        print(style.red("cannot run here") + ": " + outcome.reason + "\n");
      return;
    }
    const std::string line =
        report::format_verdict(outcome.verdict, outcome.took, runs[i].name(), outcome.reason, style);
    print(line);
    count(total, outcome, line);
    results.add(runs[i].record(outcome));
    told[i] = true;
  };
  play(command, runs, captures, tell);
  results::RunEnd end{clock.now() - start, {}, cannot_run_reason};
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (!told[i]) end.not_run.push_back(runs[i].name());
  results.end(end);
  if (total.cannot_run) return cannot_run;
  total.tally.not_run = runs.size() - total.tally.total();
  if (runs.size() > 1 && !total.bad.empty()) print("\n" + total.bad);
  print(report::format_tally(total.tally, clock.now() - start, style) + format_too_slow(too_slow));
  return results.exit_code(exit_code_for(total));
}

}  // namespace tcpcraft::cli
