#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fnmatch.h>

#include <tcpcraft/matrix/run.hpp>
#include <tcpcraft/matrix/save.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/report/matrix_baseline.hpp>
#include <tcpcraft/report/matrix_cell.hpp>
#include <tcpcraft/report/matrix_html.hpp>
#include <tcpcraft/report/matrix_json.hpp>
#include <tcpcraft/report/matrix_table.hpp>
#include <tcpcraft/runner/interrupt.hpp>
#include <tcpcraft/wire/notation.hpp>

#include "commands.hpp"
#include "common.hpp"

namespace tcpcraft::cli {
namespace {

using matrix::CellResult;
using matrix::MatrixResult;
using matrix::SegmentClass;
using matrix::StateVariant;
using matrix::Verdict;

/// Those whose name one of the patterns matches; all that `by_default` says where there is no pattern.
template <class Named, class Default>
std::vector<const Named*> select(std::span<const Named> all, const std::vector<std::string>& patterns,
                                 const char* option, Default by_default) {
  std::vector<bool> used(patterns.size());
  std::vector<const Named*> chosen;
  for (const Named& each : all) {
    bool matches = patterns.empty() && by_default(each);
    for (std::size_t i = 0; i < patterns.size(); ++i)
      if (fnmatch(patterns[i].c_str(), std::string(each.name).c_str(), 0) == 0) matches = used[i] = true;
    if (matches) chosen.push_back(&each);
  }
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (used[i]) continue;
    std::vector<std::string_view> names;
    for (const Named& each : all) names.push_back(each.name);
    const std::string nearest = wire::nearest(patterns[i], names);
    throw UsageError(std::string(option) + ": there is no '" + patterns[i] + "'" +
                     (nearest.empty() ? ": --list shows them all" : "; did you mean '" + nearest + "'?"));
  }
  return chosen;
}

/// `--cell STATE:CLASS` is both filters in one.
void take_cell(MatrixCommand& command) {
  if (command.cell.empty()) return;
  const std::size_t colon = command.cell.find(':');
  if (colon == std::string::npos) throw UsageError("--cell: not STATE:CLASS, such as ESTABLISHED:rst_edge");
  command.states = {command.cell.substr(0, colon)};
  command.classes = {command.cell.substr(colon + 1)};
}

matrix::Plan plan_of(const MatrixCommand& command) {
  matrix::Plan plan;
  plan.states = select(matrix::state_variants(), command.states, "--state", [](const auto&) { return true; });
  plan.segments = select(matrix::segment_classes(), command.classes, "--class",
                         [&](const SegmentClass& each) { return command.all || each.common; });
  plan.v4 = command.ip != "6";
  plan.v6 = command.ip != "4";
  plan.link = command.link == "tun"    ? matrix::LinkKind::tun
              : command.link == "sink" ? matrix::LinkKind::sink
                                       : matrix::LinkKind::loopback;
  plan.profile = model::find_profile(command.profile);
  plan.keep_rate_limits = command.rate_limits == "keep";
  return plan;
}

report::RecordedMatrix read_baseline(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) throw UsageError("--baseline: cannot read '" + path + "'");
  report::ReadMatrix read = report::read_matrix_json(text.str(), path);
  if (!read.matrix) throw UsageError("--baseline: " + read.error);
  return std::move(*read.matrix);
}

void print_result(const MatrixCommand& command, const MatrixResult& result) {
  const report::Style style = style_for(command.color);
  if (command.verbose)
    for (const CellResult& cell : result.cells) print(report::format_matrix_cell(cell, style) + "\n");
  if (command.cell.empty())
    print(report::format_matrix(result, style));
  else if (!command.verbose)
    print(report::format_matrix_summary(result, style) + report::format_matrix_findings(result, style));
}

MatrixResult play(const matrix::Plan& plan) {
  runner::enter_network(runner::Net::isolated);
  try {
    return matrix::run(plan, [] { return runner::interrupt_signal() != 0; });
  } catch (const os::SystemError& error) {
    if (plan.link != matrix::LinkKind::tun) throw;
    throw runner::CannotRun(std::string(error.what()) +
                            "\n--link sink gives the same table and needs no right");
  }
}

/// Every cell that told something as a scenario in the folder, which is made where there is none.
void save_scenarios(const std::string& folder, const MatrixResult& result) {
  if (folder.empty()) return;
  std::size_t saved = 0;
  for (const CellResult& cell : result.cells) {
    if (cell.verdict == Verdict::inconclusive) continue;
    const OutputFile file(folder + "/" + matrix::scenario_name(cell.cell));
    file.write([&] { return matrix::format_scenario(cell); });
    ++saved;
  }
  print(std::to_string(saved) + " scenarios in " + folder + "\n");
}

int exit_code_of(const MatrixResult& result) {
  const auto is = [](Verdict verdict) {
    return [=](const CellResult& cell) { return cell.verdict == verdict; };
  };
  const auto& cells = result.cells;
  if (std::any_of(cells.begin(), cells.end(), is(Verdict::new_deviation)) ||
      std::any_of(cells.begin(), cells.end(), is(Verdict::vanished)))
    return failed;
  return std::all_of(cells.begin(), cells.end(), is(Verdict::inconclusive)) ? cannot_run : ok;
}

void list() {
  std::string text = "States:\n";
  for (const StateVariant& state : matrix::state_variants())
    text += "  " + std::string(state.name) + std::string(24 - state.name.size(), ' ') +
            std::string(state.about) + "\n";
  text += "Classes (* in the default set):\n";
  for (const SegmentClass& each : matrix::segment_classes())
    text += std::string(each.common ? "* " : "  ") + std::string(each.name) +
            std::string(24 - each.name.size(), ' ') + matrix::to_string(each) + "\n";
  print(text);
}

}  // namespace

int play_matrix(MatrixCommand command) {
  if (command.list) {
    list();
    return ok;
  }
  take_cell(command);
  const matrix::Plan plan = plan_of(command);
  std::optional<report::RecordedMatrix> baseline;
  if (!command.baseline.empty()) baseline = read_baseline(command.baseline);
  if (!command.scenarios.empty()) std::filesystem::create_directories(command.scenarios);
  OutputFile json(command.json), html(command.html);
  runner::catch_interrupts();
  const MatrixResult result = play(plan);
  print_result(command, result);
  json.write([&] { return report::format_matrix_json(result); });
  save_scenarios(command.scenarios, result);
  html.write([&] { return report::format_matrix_html(result); });
  if (runner::interrupt_signal()) return 128 + runner::interrupt_signal();
  if (!baseline) return exit_code_of(result);
  const report::MatrixComparison comparison = report::compare(*baseline, result);
  print(report::format_comparison(comparison, style_for(command.color)));
  return comparison.unchanged() ? ok : failed;
}

}  // namespace tcpcraft::cli
