#pragma once

#include <string>

#include <tcpcraft/matrix/result.hpp>
#include <tcpcraft/report/style.hpp>

namespace tcpcraft::report {

/// The matrix at a glance on 80 columns: a row for each class of segments, a column for each state, two
/// characters a cell, with a legend. A second row says `IPv6` where that family gave something else.
std::string format_matrix_table(const matrix::MatrixResult& result, const Style& style);

/// How many cells there are of each verdict, and which known deviations were seen.
std::string format_matrix_summary(const matrix::MatrixResult& result, const Style& style);

/// Every new, vanished and inconclusive cell in full, with the command to look at it; empty where there is
/// none.
std::string format_matrix_findings(const matrix::MatrixResult& result, const Style& style);

/// All three, below one another.
std::string format_matrix(const matrix::MatrixResult& result, const Style& style);

}  // namespace tcpcraft::report
