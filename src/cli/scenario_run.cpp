#include "scenario_run.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include <tcpcraft/report/console.hpp>
#include <tcpcraft/results/json.hpp>
#include <tcpcraft/runner/interrupt.hpp>
#include <tcpcraft/runner/run.hpp>

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
  LivePrinter(const RunCommand& command, const scenario::Scenario& scenario, const report::Style& style,
              runner::Capture* capture)
      : command_(command), scenario_(scenario), style_(style), capture_(capture) {}
  void started(wire::Time start) override { start_ = start; }
  void passed(const engine::TraceEntry& entry) override {
    if (const auto* call = std::get_if<engine::PassedCall>(&entry); call && capture_)
      capture_->call(scenario_, *call);
    if (!command_.quiet && !command_.ladder)
      print(report::format_entry(entry, start_, command_.verbose, style_, scenario_.peers));
  }

 private:
  const RunCommand& command_;
  const scenario::Scenario& scenario_;
  const report::Style& style_;
  runner::Capture* capture_;
  wire::Time start_;
};

}  // namespace

runner::Outcome ScenarioRun::run(const std::string& capture) {
  capture_ = capture;
  if (!file_) file_ = load();
  const scenario::Scenario* scenario = scenario_of(*file_);
  if (!scenario) {
    print("\n" + file_->complaints(style_));
    return {engine::Verdict::error, "the scenario is invalid", {}, false, false};
  }
  if (!command_.quiet)
    print("\n" + style_.bold(report::printable(name())) + ": " + report::printable(scenario->title) + "\n");
  const runner::Outcome outcome = outcome_of([&] { return play(*scenario); });
  if (outcome.verdict == engine::Verdict::inconclusive && !command_.quiet)
    print("  " + style_.yellow("inconclusive") + ": " + report::printable(outcome.reason) + "\n");
  return outcome;
}

std::shared_ptr<const ReadFile> ScenarioRun::load() const {
  return candidate_.file ? candidate_.file
                         : std::make_shared<const ReadFile>(read_again(path(), candidate_.variant));
}

const scenario::Scenario* ScenarioRun::scenario_of(const ReadFile& file) const {
  for (const scenario::Scenario& one : file.scenarios)
    if (one.variant == candidate_.variant) return &one;
  return nullptr;
}

std::string ScenarioRun::name() const {
  return candidate_.name() + (round_ ? " #" + std::to_string(round_) : "");
}

runner::Outcome ScenarioRun::play(const scenario::Scenario& scenario) {
  if (outside_ && outside_->capture) outside_->capture->restart();
  if (!outside_) outside_.emplace(Outside{open_capture(), runner::prepare(scenario)});
  if (const auto& refused = outside_->prepared.refused)
    return {refused->verdict, refused->reason, {}, false, false};
  runner::Capture* const capture = outside_->capture ? &*outside_->capture : nullptr;
  LivePrinter printer(command_, scenario, style_, capture);
  runner::RunOptions options;
  options.net = command_.net;
  options.seed = seed();
  options.observer = &printer;
  options.tap = capture;
  options.link = &link_;
  options.drops = outside_->prepared.drops.get();
  runner::enter_network(command_.net);
  runner::InterruptibleClock clock;
  std::optional<engine::Result> refused = runner::furnish(scenario, command_.net);
  const engine::Result result = refused ? *refused : runner::play(scenario, options, clock);
  if (capture) capture->end(scenario, result);
  if (capture && !capture->error().empty())
    print(style_.yellow("capture cut short") + ": " + report::printable(capture->error()) + "\n");
  results::Record record;
  if (command_.results.any() || command_.ladder) record = record_of(*file_, scenario, result);
  if (command_.ladder && !command_.quiet) print(format_ladder(record, style_));
  report_result(scenario, result);
  const bool host_fault = result.verdict == engine::Verdict::error && !result.place;
  runner::Outcome outcome{result.verdict, result.reason, result.took, host_fault, false};
  if (command_.results.any()) outcome.record = results::format_record_json(record);
  return outcome;
}

results::Record ScenarioRun::record_of(const ReadFile& file, const scenario::Scenario& scenario,
                                       const engine::Result& result) const {
  results::RecordContext context{name(), path(), command_.no_captures ? "" : capture_, again(), "", 1};
  const report::Style plain;
  if (result.mismatch)
    context.failure =
        report::format_failure(file.source, scenario, result, {context.capture, context.again}, plain);
  results::Record record = results::record_of(file.source, scenario, result, context);
  if (result.verdict == engine::Verdict::error && result.place)
    record.complaints = report::format_diagnostic(file.source, {*result.place, result.reason, ""}, plain);
  return record;
}

results::Record ScenarioRun::record_without_play() const {
  const std::shared_ptr<const ReadFile> file = load();
  results::Record record;
  if (const scenario::Scenario* scenario = scenario_of(*file)) {
    record = record_of(*file, *scenario, {});
    record.capture.clear();
  }
  record.name = name();
  record.file = path();
  record.complaints = file->complaints(report::Style());
  return record;
}

results::Record ScenarioRun::record(const runner::Outcome& outcome) const {
  std::optional<results::Record> sent = results::read_record_json(outcome.record);
  return finished_record(sent ? *std::move(sent) : record_without_play(), outcome);
}

std::optional<runner::Capture> ScenarioRun::open_capture() {
  if (command_.no_captures) return {};
  try {
    fs::create_directories(command_.captures);
    return runner::Capture(capture_);
  } catch (const std::system_error& error) {
    const bool full = error.code() == std::errc::no_space_on_device;
    if (command_.captures_named && !full) throw UsageError("--captures: " + std::string(error.what()));
    print(style_.yellow("no capture") + ": " + report::printable(error.what()) + "\n");
    capture_.clear();
    return {};
  }
}

void ScenarioRun::report_result(const scenario::Scenario& scenario, const engine::Result& result) {
  if (result.verdict == engine::Verdict::fail)
    print("\n" +
          report::format_failure(file_->source, scenario, result,
                                 {command_.no_captures ? "" : capture_, again()}, style_) +
          "\n");
  else if (result.verdict == engine::Verdict::error && result.place)
    print("\n" + report::format_diagnostic(file_->source, {*result.place, result.reason, ""}, style_) + "\n");
}

std::string ScenarioRun::again() const {
  return std::string("tcpcraft run -v --seed ") + std::to_string(seed()) +
         (command_.net == runner::Net::host ? " --net host " : " ") +
         (variant().empty() ? path() : quoted_for_shell(path() + variant()));
}

namespace {

/// A variant's name as part of a file's.
std::string safe(std::string variant) {
  constexpr std::string_view kept = "[]=,.:_+-";
  constexpr std::size_t longest = 160;
  for (char& c : variant)
    if (!std::isalnum(static_cast<unsigned char>(c)) && kept.find(c) == kept.npos) c = '-';
  return variant.substr(0, longest);
}

}  // namespace

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

}  // namespace tcpcraft::cli
