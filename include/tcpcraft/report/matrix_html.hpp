#pragma once

#include <string>

#include <tcpcraft/matrix/result.hpp>

namespace tcpcraft::report {

/// One HTML page that holds the whole matrix and needs nothing else: the table, whose cells open into their
/// exchange, rules and deviations; filters by verdict, family and text; every finding. Without JavaScript the
/// table, the summary, the deviations and the findings are still there.
std::string format_matrix_html(const matrix::MatrixResult& result);

}  // namespace tcpcraft::report
