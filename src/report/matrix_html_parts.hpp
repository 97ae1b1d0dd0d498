#pragma once

#include <string>
#include <string_view>

#include "matrix_grid.hpp"

namespace tcpcraft::report {

/// Text for an element or a quoted attribute: the characters that HTML reads are written as references,
/// control characters and broken UTF-8 become `?`.
std::string html(std::string_view text);

/// The letter that a verdict has as a class in the style sheet and in the script.
char verdict_letter(matrix::Verdict verdict);

/// What the cells open into, as JSON that can stand in a script element.
std::string html_data(const matrix::MatrixResult& result, const Grid& grid);

extern const std::string_view html_style;
extern const std::string_view html_script;

}  // namespace tcpcraft::report
