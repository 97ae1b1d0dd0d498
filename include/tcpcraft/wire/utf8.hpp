#pragma once

#include <cstddef>
#include <string_view>

namespace tcpcraft::wire {

/// The length in bytes of the UTF-8 sequence that `text` begins with, or 0 where it begins with none (RFC
/// 3629, section 4; the overlong forms and surrogates of three and four bytes are let pass). `text` is not
/// empty.
std::size_t utf8_sequence(std::string_view text);

}  // namespace tcpcraft::wire
