#include <algorithm>

#include <tcpcraft/report/matrix_table.hpp>

#include "matrix_grid.hpp"
#include "matrix_text.hpp"

namespace tcpcraft::report {
namespace {

using matrix::CellResult;
using matrix::MatrixResult;
using matrix::Verdict;

constexpr std::size_t cell_width = 3;

std::string left(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(text.size(), width), ' ');
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(text.size(), width), ' ') + text;
}

std::string without_trailing_space(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string count_text(std::size_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string families_text(const Grid& grid) {
  if (grid.played[0] && grid.played[1]) return "IPv4 and IPv6";
  return grid.played[1] ? "IPv6" : "IPv4";
}

/// Which kernel, measured how.
std::string title(const MatrixResult& result, const Grid& grid, const Style& style) {
  return style.bold(printable(result.kernel)) + " over " + printable(result.link) + ", " +
         families_text(grid) + ", profile " + printable(result.profile) + ", rate limits " +
         (result.rate_limits ? "on" : "off") + "\n" +
         count_text(grid.classes(), "class of segments", "classes of segments") + " in " +
         count_text(grid.states.size(), "state", "states") + ": " +
         count_text(result.cells.size(), "cell", "cells") + "\n";
}

std::size_t name_width(const Grid& grid) {
  std::size_t width = 16;
  for (const Group& group : grid.groups) {
    width = std::max(width, group.name.size());
    for (const Row& row : group.rows) width = std::max(width, row.segment->name.size() + 2);
  }
  return width;
}

/// The group's name and the heads of the columns, in two lines where a state has variants.
std::string group_heads(const Group& group, const Grid& grid, std::size_t width, const Style& style) {
  std::string states, variants;
  for (const matrix::StateVariant* state : grid.states) {
    const Head head = short_head(*state);
    states += right(head.state, cell_width);
    variants += right(head.variant, cell_width);
  }
  std::string text = style.bold(left(printable(group.name), width) + states) + "\n";
  variants = without_trailing_space(variants);
  if (!variants.empty()) text += style.bold(std::string(width, ' ') + variants) + "\n";
  return text;
}

std::string cell_text(const CellResult* result, const Style& style) {
  if (!result) return std::string(cell_width, ' ');
  const std::string shown = symbol(*result);
  return std::string(cell_width - std::min(cell_width, shown.size()), ' ') +
         paint(result->verdict, shown, style);
}

/// The row, and below it what the second family gave where that differs.
std::string row_text(const Row& row, const Grid& grid, std::size_t width, const Style& style) {
  const bool first = !grid.played[0];
  std::string line = left("  " + printable(row.segment->name), width);
  std::string other = left("    IPv6", width);
  bool differs = false;
  for (const Pair& pair : row.cells) {
    const bool differs_here = grid.played[0] && grid.played[1] && !same_symbol(pair);
    differs |= differs_here;
    line += cell_text(pair[first], style);
    other += cell_text(differs_here ? pair[1] : nullptr, style);
  }
  std::string text = without_trailing_space(line) + "\n";
  if (differs) text += without_trailing_space(other) + "\n";
  return text;
}

std::string legend(const Grid& grid, const Style& style) {
  const auto sign = [&](Verdict verdict, const char* mark, const char* says) {
    return paint(verdict, mark, style) + " " + says;
  };
  std::string text = sign(Verdict::conforms, ".", "conforms   ") +
                     sign(Verdict::alternative, "a", "allowed alternative   ") +
                     sign(Verdict::deviation, "04", "known deviation D04, or it and others") + "\n" +
                     sign(Verdict::new_deviation, "!!", "NEW deviation   ") +
                     sign(Verdict::vanished, "v", "vanished deviation   ") +
                     sign(Verdict::inconclusive, "?", "inconclusive   ") + "blank: not played\n";
  std::string states;
  for (const matrix::StateVariant* state : grid.states) {
    const Head head = short_head(*state);
    // A space that does not break keeps head and name together; it becomes an ordinary one below.
    states += (states.empty() ? "" : ", ") + head.state + head.variant + '\x01' + printable(state->name);
  }
  for (std::string& line : wrap(states, 0)) {
    std::replace(line.begin(), line.end(), '\x01', ' ');
    text += style.dim(line) + "\n";
  }
  return text;
}

/// A line for each verdict that there is.
std::string tally_text(const MatrixResult& result, const Style& style) {
  std::string text = style.bold(count_text(result.cells.size(), "cell", "cells") + ":") + "\n";
  for (const Verdict verdict : all_verdicts) {
    const auto count = std::count_if(result.cells.begin(), result.cells.end(),
                                     [&](const CellResult& cell) { return cell.verdict == verdict; });
    if (count == 0) continue;
    const std::string part(phrase(verdict));
    text += right(std::to_string(count), 7) + "  " +
            (verdict == Verdict::conforms ? style.green(part) : paint(verdict, part, style)) + "\n";
  }
  return text;
}

/// All that is known of a cell that somebody has to look at.
std::string finding_text(const Finding& finding, const Style& style) {
  const CellResult& result = *finding.result;
  std::string text =
      "\n  " + paint(result.verdict, cell_name(result.cell), style) + ", " + finding.families + "\n";
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) text += field(4, name, value, style);
  };
  add("sent", printable(matrix::to_string(*result.cell.segment)));
  for (std::size_t i = 0; i < result.allowed.size(); ++i) {
    const matrix::Expected& expected = result.allowed[i];
    add(i == 0 ? "expected" : "or", outcome_text(expected));
    if (expected.rule)
      add("", printable(expected.rule->section) + " [" + printable(expected.rule->name) + "]");
  }
  add("observed", observed_text(result));
  for (const std::string& difference : result.differences) add("differs", printable(difference));
  for (const model::Deviation* deviation : result.deviations)
    add(deviation->id, printable(deviation->says) + " (" + origin_text(*deviation) + ")");
  add("why", printable(result.observation.inconclusive));
  add("look", cell_command(result.cell));
  return text;
}

std::string heading(Verdict verdict, std::size_t count) {
  switch (verdict) {
    case Verdict::new_deviation:
      return count_text(count, "NEW deviation", "NEW deviations") + ": neither allowed nor known";
    case Verdict::vanished:
      return count_text(count, "vanished deviation", "vanished deviations") +
             ": conforms where the profile knows a deviation";
    default:
      return count_text(count, "inconclusive cell", "inconclusive cells") + ": nothing could be told";
  }
}

}  // namespace

std::string format_matrix_table(const MatrixResult& result, const Style& style) {
  const Grid grid = lay_out(result);
  const std::size_t width = name_width(grid);
  std::string text = title(result, grid, style);
  for (const Group& group : grid.groups) {
    text += "\n" + group_heads(group, grid, width, style);
    for (const Row& row : group.rows) text += row_text(row, grid, width, style);
  }
  return text + "\n" + legend(grid, style);
}

std::string format_matrix_summary(const MatrixResult& result, const Style& style) {
  std::string text = tally_text(result, style);
  const auto seen = deviations_seen(result);
  if (seen.empty()) return text;
  text += "\n" + style.bold("Known deviations:") + "\n";
  for (const auto& [deviation, cells] : seen) {
    const std::string head = right(std::to_string(cells), 7) + "  " + left(printable(deviation->id), 4) + " ";
    bool first = true;
    for (const std::string& line : wrap(printable(deviation->says), head.size())) {
      text += (first ? head : std::string(head.size(), ' ')) + line + "\n";
      first = false;
    }
  }
  return text;
}

std::string format_matrix_findings(const MatrixResult& result, const Style& style) {
  const Grid grid = lay_out(result);
  std::string text;
  for (const Verdict verdict : all_verdicts) {
    const std::vector<Finding> list = is_finding(verdict) ? findings(grid, verdict) : std::vector<Finding>();
    if (list.empty()) continue;
    text += (text.empty() ? "" : "\n") + style.bold(heading(verdict, list.size())) + "\n";
    for (const Finding& finding : list) text += finding_text(finding, style);
  }
  return text;
}

std::string format_matrix(const MatrixResult& result, const Style& style) {
  const std::string found = format_matrix_findings(result, style);
  return format_matrix_table(result, style) + "\n" + format_matrix_summary(result, style) +
         (found.empty() ? "" : "\n" + found);
}

}  // namespace tcpcraft::report
