#pragma once

#include <string>
#include <string_view>

namespace tcpcraft::results {

/// UTF-8 whatever comes in: a byte that is part of no character becomes `\xff`.
std::string valid_utf8(std::string_view text);

}  // namespace tcpcraft::results
