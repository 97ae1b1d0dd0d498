#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tcpcraft/matrix/result.hpp>

namespace tcpcraft::report {

/// The two families' results of one place of the table: IPv4, IPv6; nullptr where it was not played.
using Pair = std::array<const matrix::CellResult*, 2>;

/// Whether one symbol can stand for both.
bool same_symbol(const Pair& pair);

/// A class of segments over the states.
struct Row {
  const matrix::SegmentClass* segment = nullptr;
  std::vector<Pair> cells;  ///< one for each of `Grid::states`
};

struct Group {
  std::string_view name;
  std::vector<Row> rows;
};

/// A result, laid out. It points into the result that it was made of.
struct Grid {
  std::vector<const matrix::StateVariant*> states;
  std::vector<Group> groups;
  std::array<bool, 2> played{};  ///< over IPv4, over IPv6

  std::size_t classes() const;
};

/// Lays the cells out in the order in which they come; what a state lacks does not disturb it.
Grid lay_out(const matrix::MatrixResult& result);

/// A short head for a column, in two lines: `SR` for the state, `p` for the variant.
struct Head {
  std::string state;
  std::string variant;  ///< one letter, or empty
};
Head short_head(const matrix::StateVariant& state);

/// A finding of one place of the table, told once where the two families agree.
struct Finding {
  const matrix::CellResult* result = nullptr;
  std::string families;  ///< `IPv4`, `IPv6`, `IPv4 and IPv6`
};
/// All cells of that verdict, by state and class.
std::vector<Finding> findings(const Grid& grid, matrix::Verdict verdict);

/// The known deviations that cells were explained by, by their ids, with the number of cells.
std::vector<std::pair<const model::Deviation*, std::size_t>> deviations_seen(
    const matrix::MatrixResult& result);

}  // namespace tcpcraft::report
