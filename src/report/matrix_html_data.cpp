#include <algorithm>
#include <map>

#include "matrix_html_parts.hpp"
#include "matrix_text.hpp"
#include "matrix_trace.hpp"

namespace tcpcraft::report {
namespace {

using matrix::CellResult;

/// A JSON string that can stand in a script element: nothing in it ends the element or begins a comment.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\')
      result += std::string("\\") + c;
    else if (c == '<')
      result += "\\u003c";
    else if (c == '>')
      result += "\\u003e";
    else
      result += c;
  }
  return result + "\"";
}

/// The items of a JSON list, joined.
template <class List, class Format>
std::string list(const List& items, Format format) {
  std::string text = "[";
  for (const auto& item : items) text += (text.size() == 1 ? "" : ",") + format(item);
  return text + "]";
}

/// JSON values that are told by their number, since most of them occur in many cells.
class Pool {
 public:
  std::string number(const std::string& json) {
    const auto [found, is_new] = numbers_.emplace(json, values_.size());
    if (is_new) values_.push_back(json);
    return std::to_string(found->second);
  }
  std::string text(std::string_view value) { return number(quoted(value)); }
  std::string json() const {
    std::string text = "[";
    for (const std::string& value : values_) text += (text.size() == 1 ? "" : ",\n") + value;
    return text + "]";
  }

 private:
  std::map<std::string, std::size_t> numbers_;
  std::vector<std::string> values_;
};

/// Builds the lists that the script reads by position; src/report/matrix_html_script.cpp names the positions.
class Data {
 public:
  Data(const matrix::MatrixResult& result, const Grid& grid) {
    for (const matrix::StateVariant* state : grid.states) {
      states_.emplace(state->name, states_.size());
      state_list_ +=
          (state_list_.empty() ? "" : ",\n") + ("[" + quoted(state->name)) + "," + quoted(state->about) + "]";
    }
    for (const Group& group : grid.groups)
      for (const Row& row : group.rows) add_class(*row.segment);
    for (const CellResult& cell : result.cells) cells_ += (cells_.empty() ? "" : ",\n") + cell_json(cell);
  }

  std::string json() const {
    return "{\"states\":[" + state_list_ + "],\n\"classes\":[" + class_list_ +
           "],\n\"rules\":" + rules_.json() + ",\n\"deviations\":" + deviations_.json() +
           ",\n\"allowed\":" + allowed_.json() + ",\n\"text\":" + texts_.json() + ",\n\"cells\":[" + cells_ +
           "]}";
  }

 private:
  void add_class(const matrix::SegmentClass& segment) {
    classes_.emplace(segment.name, classes_.size());
    class_list_ += (class_list_.empty() ? "" : ",\n") + ("[" + quoted(segment.name)) + "," +
                   quoted(segment.group) + "," + quoted(matrix::to_string(segment)) + "]";
  }

  std::string deviation(const model::Deviation& deviation, const std::string& sign) {
    return deviations_.number("[" + quoted(deviation.id) + "," + quoted(sign) + "," + quoted(deviation.says) +
                              "," + quoted(origin_text(deviation)) + "]");
  }

  std::string expected(const matrix::Expected& expected) {
    const model::Rule none;
    const model::Rule& rule = expected.rule ? *expected.rule : none;
    const std::string number =
        rules_.number("[" + quoted(rule.name) + "," + quoted(rule.section) + "," + quoted(rule.says) + "]");
    return "[" + texts_.text(outcome_text(expected)) + "," + number + "]";
  }

  /// Pairs of microseconds since the segment before, and the segment; the kernel's begin with `k`.
  std::string trace(const CellResult& cell, std::string& injected) {
    std::string text;
    const std::vector<TraceLine> lines = trace_lines(cell.observation);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const auto since = std::chrono::duration_cast<std::chrono::microseconds>(
          lines[i].time - lines[i == 0 ? 0 : i - 1].time);
      if (lines[i].injected) injected = std::to_string(i);
      text += (text.empty() ? "" : ",") + std::to_string(since.count()) + "," +
              texts_.text((lines[i].from_kernel ? "k" : "p") + lines[i].segment);
    }
    return "[" + text + "]";
  }

  std::string cell_json(const CellResult& result) {
    const matrix::Cell& cell = result.cell;
    const auto letter = std::string(1, verdict_letter(result.verdict));
    const std::string known = list(result.deviations, [&](const model::Deviation* known_deviation) {
      return deviation(*known_deviation, deviation_sign(*known_deviation));
    });
    const std::string allowed =
        list(result.allowed, [&](const matrix::Expected& outcome) { return expected(outcome); });
    const std::string differences =
        list(result.differences, [&](const std::string& text) { return texts_.text(text); });
    std::string injected = "-1";
    const std::string passed = trace(result, injected);
    // One after the other, since the order in which texts come gives them their numbers.
    const std::string observed = texts_.text(observed_text(result));
    const std::string reason = texts_.text(result.observation.inconclusive);
    const std::string effects = texts_.text(effects_text(result.observation));
    return "[" + std::to_string(states_.at(cell.state->name)) + "," +
           std::to_string(classes_.at(cell.segment->name)) + "," + (cell.v6 ? "1" : "0") + "," +
           quoted(letter) + "," + known + "," + allowed_.number(allowed) + "," + observed + "," +
           differences + "," + reason + "," + effects + "," + injected + "," + passed + "]";
  }

  std::map<std::string_view, std::size_t> states_, classes_;
  std::string state_list_, class_list_, cells_;
  Pool rules_, deviations_, allowed_, texts_;
};

}  // namespace

std::string html_data(const matrix::MatrixResult& result, const Grid& grid) {
  return Data(result, grid).json();
}

}  // namespace tcpcraft::report
