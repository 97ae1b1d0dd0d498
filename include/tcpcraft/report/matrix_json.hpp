#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tcpcraft/matrix/result.hpp>

namespace tcpcraft::report {

/// What the standard allows in a cell, by its names.
struct RecordedOutcome {
  std::string reply;
  std::string state;
  std::string rule;
  std::string section;
  friend bool operator==(const RecordedOutcome&, const RecordedOutcome&) = default;
};

/// A cell as the JSON of docs/matrix-json.md keeps it: by names, so that a later tcpcraft, which may know
/// other states, classes and deviations, still reads it.
struct RecordedCell {
  std::string state;
  std::string segment;  ///< the class, `class` in JSON
  bool v6 = false;
  std::string injected;
  matrix::Verdict verdict = matrix::Verdict::inconclusive;
  std::vector<std::string> deviations;
  std::vector<RecordedOutcome> allowed;
  std::string observed;        ///< the reply; empty where nothing could be told
  std::string observed_state;  ///< the state afterwards; empty likewise
  std::vector<std::string> differences;
  std::string reason;  ///< why it is inconclusive
  friend bool operator==(const RecordedCell&, const RecordedCell&) = default;
};

struct RecordedMatrix {
  std::string kernel;
  std::string link;
  std::string profile;
  bool rate_limits = false;
  std::vector<RecordedCell> cells;
  friend bool operator==(const RecordedMatrix&, const RecordedMatrix&) = default;
};

/// What of a result is kept.
RecordedMatrix record(const matrix::MatrixResult& result);

/// The JSON of a matrix, a cell a line, so that other tools can compare it by lines.
std::string format_matrix_json(const RecordedMatrix& matrix);
std::string format_matrix_json(const matrix::MatrixResult& result);

/// What came of reading JSON: either of the two.
struct ReadMatrix {
  std::optional<RecordedMatrix> matrix;
  std::string error;  ///< `FILE:3:17: ...` or `FILE: cells[12].verdict: ...`, without a newline
};
/// Reads what `format_matrix_json` wrote. `name` is what errors call the text. Keys that it does not know are
/// passed over. Never throws for anything in `text`.
ReadMatrix read_matrix_json(std::string_view text, std::string_view name);

}  // namespace tcpcraft::report
