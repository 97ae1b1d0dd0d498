#pragma once

#include <string>
#include <string_view>

namespace tcpcraft::results {

/// UTF-8 whatever comes in: a byte that is part of no character becomes `\xff`.
std::string valid_utf8(std::string_view text);

/// The same, and no character that a reader would not see, or that XML or a terminal does not bear: those
/// become
/// `\x1b` and `\u202e`. Lines stay lines, and tabs tabs.
std::string visible(std::string_view text);

/// The same, on one line: a newline becomes `\n`.
std::string one_line(std::string_view text);

}  // namespace tcpcraft::results
