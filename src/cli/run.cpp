#include <filesystem>
#include <map>
#include <system_error>

#include <sys/utsname.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/report/console.hpp>
#include <tcpcraft/runner/capture.hpp>
#include <tcpcraft/runner/interrupt.hpp>
#include <tcpcraft/runner/isolate.hpp>

#include "commands.hpp"
#include "common.hpp"

namespace tcpcraft::cli {
namespace {

namespace fs = std::filesystem;

constexpr int attempts = 5;  // of a scenario whose run was inconclusive

/// Prints what passes, as it passes.
class LivePrinter : public engine::Observer {
 public:
  LivePrinter(const RunCommand& command, const report::Style& style) : command_(command), style_(style) {}
  void started(wire::Time start) override { start_ = start; }
  void passed(const engine::TraceEntry& entry) override {
    if (!command_.quiet) print(report::format_entry(entry, start_, command_.verbose, style_));
  }

 private:
  const RunCommand& command_;
  const report::Style& style_;
  wire::Time start_;
};

/// One file's way from text to verdict.
class FileRun {
 public:
  FileRun(const RunCommand& command, std::string path, std::string capture, bool alone,
          const report::Style& style)
      : command_(command),
        path_(std::move(path)),
        capture_(std::move(capture)),
        alone_(alone),
        style_(style) {}

  runner::Outcome run() {
    const auto scenario = read_scenario(path_, source_, style_);
    if (!scenario) return {engine::Verdict::error, "the scenario is invalid", {}, false};
    if (!command_.quiet)
      print("\n" + style_.bold(report::printable(name())) + ": " + report::printable(scenario->title) + "\n");
    runner::Outcome outcome;
    for (int attempt = 0; attempt < attempts; ++attempt) {
      // A process of its own keeps scenarios apart; one alone has nothing to be kept apart from.
      outcome = alone_ ? run_once(*scenario) : runner::run_in_child([&] { return run_once(*scenario); });
      if (outcome.verdict != engine::Verdict::inconclusive || runner::interrupt_signal()) return outcome;
      if (!command_.quiet)
        print("  " + style_.yellow("inconclusive") + ": " + report::printable(outcome.reason) + "\n");
    }
    return {engine::Verdict::error, "inconclusive " + std::to_string(attempts) + " times: " + outcome.reason,
            outcome.took, false};
  }

  std::string name() const { return path_.ends_with(".scn") ? path_.substr(0, path_.size() - 4) : path_; }

 private:
  runner::Outcome run_once(const scenario::Scenario& scenario) {
    try {
      return play(scenario);
    } catch (const runner::CannotRun& error) {
      return {engine::Verdict::skip, error.what(), {}, true};
    } catch (const std::system_error& error) {
      return {engine::Verdict::error, error.what(), {}, false};
    }
  }

  runner::Outcome play(const scenario::Scenario& scenario) {
    // The capture is opened first: within the namespace, files of other users are out of reach.
    std::optional<runner::Capture> capture = open_capture();
    LivePrinter printer(command_, style_);
    runner::RunOptions options;
    options.net = command_.net;
    options.seed = command_.seed;
    options.observer = &printer;
    if (capture) options.tap = &*capture;
    runner::enter_network(command_.net);
    runner::InterruptibleClock clock;
    std::optional<engine::Result> refused = runner::furnish(scenario, command_.net);
    const engine::Result result = refused ? *refused : runner::play(scenario, options, clock);
    report_result(scenario, result);
    return {result.verdict, result.reason, result.took, false};
  }

  std::optional<runner::Capture> open_capture() {
    if (command_.no_captures) return {};
    try {
      fs::create_directories(command_.captures);
      return runner::Capture(capture_);
    } catch (const std::system_error& error) {
      if (command_.captures_named) throw;
      print(style_.yellow("no capture") + ": " + report::printable(error.what()) + "\n");
      capture_.clear();
      return {};
    }
  }

  void report_result(const scenario::Scenario& scenario, const engine::Result& result) {
    if (result.verdict == engine::Verdict::fail)
      print("\n" +
            report::format_failure(source_, scenario, result, {command_.no_captures ? "" : capture_, again()},
                                   style_) +
            "\n");
    else if (result.verdict == engine::Verdict::error && result.place)
      print("\n" + report::format_diagnostic(source_, {*result.place, result.reason, ""}, style_) + "\n");
  }

  std::string again() const {
    return std::string("tcpcraft run -v --seed ") + std::to_string(command_.seed) +
           (command_.net == runner::Net::host ? " --net host " : " ") + path_;
  }

  const RunCommand& command_;
  std::string path_;
  std::string capture_;
  bool alone_;
  const report::Style& style_;
  scenario::Source source_;
};

/// `captures/NAME.pcap`, where two files of one name are told apart by their folder.
std::vector<std::string> capture_paths(const RunCommand& command, const std::vector<std::string>& files) {
  std::map<std::string, int> stems;
  for (const std::string& file : files) ++stems[fs::path(file).stem().string()];
  std::vector<std::string> result;
  for (const std::string& file : files) {
    const fs::path path(file);
    std::string name = path.stem().string();
    if (stems[name] > 1) name = path.parent_path().filename().string() + "-" + name;
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

int exit_code_for(const report::Tally& tally) {
  if (runner::interrupt_signal()) return 128 + runner::interrupt_signal();
  if (tally.failed) return failed;
  return tally.errors ? invalid : ok;
}

}  // namespace

int run(const RunCommand& command) {
  const std::vector<std::string> files = scenario_files(command.paths);
  const std::vector<std::string> captures = capture_paths(command, files);
  const report::Style style = style_for(command.color);
  runner::catch_interrupts();
  print(header(command, files.size()));
  engine::SystemClock clock;
  const wire::Time start = clock.now();
  report::Tally tally;
  std::string bad;  // one line for each that did not pass, once more at the end
  for (std::size_t i = 0; i < files.size() && !runner::interrupt_signal(); ++i) {
    FileRun file(command, files[i], captures[i], files.size() == 1, style);
    const runner::Outcome outcome = file.run();
    if (outcome.cannot_run) {
      print(style.red("cannot run here") + ": " + outcome.reason + "\n");
      return cannot_run;
    }
    const std::string line =
        report::format_verdict(outcome.verdict, outcome.took, file.name(), outcome.reason, style);
    print(line);
    tally.count(outcome.verdict);
    if (outcome.verdict == engine::Verdict::fail || outcome.verdict == engine::Verdict::error) bad += line;
  }
  tally.not_run = files.size() - tally.total();
  if (files.size() > 1 && !bad.empty()) print("\n" + bad);
  print(report::format_tally(tally, clock.now() - start, style));
  return exit_code_for(tally);
}

}  // namespace tcpcraft::cli
