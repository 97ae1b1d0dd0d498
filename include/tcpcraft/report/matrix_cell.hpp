#pragma once

#include <string>

#include <tcpcraft/matrix/result.hpp>
#include <tcpcraft/report/style.hpp>

namespace tcpcraft::report {

/// One cell in full: what was sent, the exchange with the injected segment marked, what the standard allows
/// and by which rules, what was observed, and the deviations with where the kernel has them.
std::string format_matrix_cell(const matrix::CellResult& result, const Style& style);

}  // namespace tcpcraft::report
