#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <tcpcraft/report/matrix_json.hpp>
#include <tcpcraft/report/style.hpp>

namespace tcpcraft::report {

/// A cell of both matrices.
struct CellChange {
  RecordedCell before;
  RecordedCell after;
};

/// How one matrix differs from an earlier one.
struct MatrixComparison {
  std::string before;                 ///< the earlier one's kernel
  std::string after;                  ///< the later one's
  std::vector<std::string> notes;     ///< what else was not the same: `link: loopback -> tun`
  std::size_t compared = 0;           ///< cells that both have, and that told something in both
  std::vector<CellChange> changed;    ///< another verdict, observation or other deviations
  std::vector<CellChange> unclear;    ///< inconclusive in one of the two or in both
  std::vector<RecordedCell> added;    ///< cells that the earlier one has not
  std::vector<RecordedCell> missing;  ///< cells that the later one has not

  /// Whether no cell that could be compared changed: the answer that a bisection wants.
  bool unchanged() const { return changed.empty(); }
};

/// Compares two matrices, cell by cell, by the names of state, class and family. What the standard allows is
/// not compared: it belongs to tcpcraft, not to the kernel.
MatrixComparison compare(const RecordedMatrix& before, const RecordedMatrix& after);
MatrixComparison compare(const RecordedMatrix& before, const matrix::MatrixResult& after);

/// The differences for a person, cells that changed alike together.
std::string format_comparison(const MatrixComparison& comparison, const Style& style);

}  // namespace tcpcraft::report
