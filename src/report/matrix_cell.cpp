#include <cstdio>

#include <tcpcraft/report/matrix_cell.hpp>

#include "matrix_text.hpp"
#include "matrix_trace.hpp"

namespace tcpcraft::report {
namespace {

using matrix::CellResult;
using matrix::Verdict;

constexpr std::size_t indent = 2;
/// How much of a set-up is shown: filling a window takes a hundred segments that are all alike.
constexpr std::size_t shown_at_each_end = 12;

std::string entry(const TraceLine& line, wire::Time start, const Style& style) {
  char time[40];
  std::snprintf(time, sizeof time, "%.6f", std::chrono::duration<double>(line.time - start).count());
  std::string text = (line.injected ? style.red(">") : " ") + std::string(" ") + style.dim(time) + "  " +
                     (line.from_kernel ? style.green("kernel") : style.cyan("peer  ")) + "  ";
  return text + (line.injected ? style.bold(line.segment) : line.segment) + "\n";
}

/// The exchange, a long set-up cut in its middle.
std::string exchange(const matrix::Observation& observation, const Style& style) {
  const std::vector<TraceLine> lines = trace_lines(observation);
  if (lines.empty()) return "";
  std::size_t injected = 0;
  while (injected < lines.size() && !lines[injected].injected) ++injected;
  const bool cut = injected > 2 * shown_at_each_end;
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (cut && i == shown_at_each_end) {
      const std::size_t end = injected - shown_at_each_end;
      text += "  " + style.dim("... " + std::to_string(end - i) + " more segments of the set-up") + "\n";
      i = end;
    }
    text += entry(lines[i], lines.front().time, style);
  }
  if (injected == lines.size()) text += "  " + style.dim("(the segment itself was not sent)") + "\n";
  return text + "\n";
}

std::string expectation(const CellResult& result, const Style& style) {
  std::string text;
  for (std::size_t i = 0; i < result.allowed.size(); ++i) {
    const matrix::Expected& expected = result.allowed[i];
    text += field(indent, i == 0 ? "expected" : "or", outcome_text(expected), style);
    if (!expected.rule) continue;
    text += field(indent, "",
                  printable(expected.rule->section) + ": " + printable(expected.rule->says) + " [" +
                      printable(expected.rule->name) + "]",
                  style);
  }
  return text;
}

std::string deviations(const CellResult& result, const Style& style) {
  std::string text;
  for (const model::Deviation* deviation : result.deviations) {
    text += field(indent, printable(deviation->id), printable(deviation->says), style);
    text += field(indent, "", origin_text(*deviation), style);
  }
  return text;
}

}  // namespace

std::string format_matrix_cell(const CellResult& result, const Style& style) {
  const matrix::Cell& cell = result.cell;
  std::string text = style.bold(cell_name(cell)) + " over " + family_name(cell.v6) + ": " +
                     paint(result.verdict, phrase(result.verdict), style) + "\n\n";
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) text += field(indent, name, value, style);
  };
  add("state",
      printable(cell.state->name) + (cell.state->about.empty() ? "" : ": " + printable(cell.state->about)));
  add("sent", printable(matrix::to_string(*cell.segment)));
  text += "\n" + exchange(result.observation, style) + expectation(result, style);
  add("observed", observed_text(result));
  add("", effects_text(result.observation));
  for (const std::string& difference : result.differences) add("differs", printable(difference));
  add("why", printable(result.observation.inconclusive));
  add("verdict", std::string(phrase(result.verdict)));
  return text + deviations(result, style);
}

}  // namespace tcpcraft::report
