#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// What is said of a text that is not JSON.
namespace tcpcraft::results::json {

/// `3:17` for a number of bytes read, as parsers count it: the last of them is where it went wrong.
std::string place_of(std::string_view text, std::size_t read);

/// The library's message without what it puts in front: `[json.exception.parse_error.101] parse error at line
/// 1, column 5: `.
std::string plain_message(std::string message);

}  // namespace tcpcraft::results::json
