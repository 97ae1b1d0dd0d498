#include "matrix_text.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>

#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::report {

using matrix::CellResult;
using matrix::Verdict;

std::string_view phrase(Verdict verdict) {
  switch (verdict) {
    case Verdict::conforms:
      return "conforms";
    case Verdict::alternative:
      return "allowed alternative";
    case Verdict::deviation:
      return "known deviation";
    case Verdict::new_deviation:
      return "NEW deviation";
    case Verdict::vanished:
      return "vanished deviation";
    case Verdict::inconclusive:
      return "inconclusive";
  }
  return "?";
}

bool is_finding(Verdict verdict) {
  return verdict == Verdict::new_deviation || verdict == Verdict::vanished ||
         verdict == Verdict::inconclusive;
}

std::string deviation_sign(const model::Deviation& deviation) {
  std::string_view id = deviation.id;
  if (id.starts_with('D')) id.remove_prefix(1);
  return printable(id.substr(0, 2));
}

std::string symbol(const CellResult& result) {
  switch (result.verdict) {
    case Verdict::conforms:
      return ".";
    case Verdict::alternative:
      return "a";
    case Verdict::deviation:
      return result.deviations.empty() ? "D" : deviation_sign(*result.deviations.front());
    case Verdict::new_deviation:
      return "!!";
    case Verdict::vanished:
      return "v";
    case Verdict::inconclusive:
      return "?";
  }
  return "?";
}

std::string paint(Verdict verdict, std::string_view text, const Style& style) {
  switch (verdict) {
    case Verdict::conforms:
      return style.dim(text);
    case Verdict::alternative:
      return style.green(text);
    case Verdict::deviation:
      return style.yellow(text);
    case Verdict::new_deviation:
      return style.red(text);
    case Verdict::vanished:
      return style.blue(text);
    case Verdict::inconclusive:
      return style.cyan(text);
  }
  return std::string(text);
}

std::string cell_name(const matrix::Cell& cell) {
  return printable(cell.state->name) + ":" + printable(cell.segment->name);
}

std::string cell_command(const matrix::Cell& cell) {
  return "tcpcraft matrix --cell " + cell_name(cell) + " -v";
}

std::string family_name(bool v6) {
  return v6 ? "IPv6" : "IPv4";
}

std::string outcome_text(std::string_view reply, std::string_view state) {
  return printable(reply) + ", " + printable(state);
}

std::string outcome_text(const matrix::Expected& expected) {
  return outcome_text(expected.reply, model::to_string(expected.state));
}

std::string observed_text(const CellResult& result) {
  if (result.observed.empty()) return "";
  return outcome_text(result.observed, model::to_string(result.observation.state));
}

std::string origin_text(const model::Deviation& deviation) {
  return printable(deviation.function) + "; " + std::string(model::to_string(deviation.nature)) +
         "; seen in " + printable(deviation.seen);
}

std::string effects_text(const matrix::Observation& observation) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (!observation.delivered.empty())
    add("the application read " + std::to_string(observation.delivered.size()) + " bytes");
  if (observation.end_of_file) add("the application read end of file");
  if (observation.socket_error != 0)
    add("the socket says: " + printable(std::strerror(observation.socket_error)));
  return text;
}

bool alike(const CellResult& a, const CellResult& b) {
  const auto same_outcome = [](const matrix::Expected& x, const matrix::Expected& y) {
    return std::tie(x.reply, x.state, x.rule) == std::tie(y.reply, y.state, y.rule);
  };
  return a.verdict == b.verdict && a.deviations == b.deviations && a.observed == b.observed &&
         a.observation.state == b.observation.state && a.differences == b.differences &&
         a.observation.inconclusive == b.observation.inconclusive &&
         std::equal(a.allowed.begin(), a.allowed.end(), b.allowed.begin(), b.allowed.end(), same_outcome);
}

std::vector<std::string> wrap(std::string_view text, std::size_t indent) {
  const std::size_t width = columns - std::min(indent, columns - 20);
  std::vector<std::string> lines;
  while (text.size() > width) {
    std::size_t at = text.rfind(' ', width);
    if (at == text.npos || at == 0) at = text.find(' ', 1);
    if (at == text.npos) break;
    lines.emplace_back(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  lines.emplace_back(text);
  return lines;
}

std::string field(std::size_t indent, std::string_view name, std::string_view text, const Style& style) {
  constexpr std::size_t name_width = 10;
  const std::size_t gap = name.size() < name_width ? name_width - name.size() : 1;
  std::string result =
      std::string(indent, ' ') + (name.empty() ? "" : style.bold(name)) + std::string(gap, ' ');
  bool first = true;
  for (const std::string& line : wrap(text, indent + name_width)) {
    if (!first) result += std::string(indent + name_width, ' ');
    result += line + "\n";
    first = false;
  }
  return result;
}

}  // namespace tcpcraft::report
