#pragma once

#include <string>
#include <string_view>

namespace tcpcraft::results {

/// Text of another's as HTML, between tags and in quoted attributes: UTF-8, and no character that is unseen
/// or changes the order in which others are read. Newlines stay.
std::string escaped(std::string_view text);
/// The same, cut to so many characters.
std::string escaped(std::string_view text, std::size_t most);

std::string base64(std::string_view bytes);

/// How pages look: with `html_hatch` in the body, and nothing from elsewhere.
extern const char* const html_style;
extern const char* const html_hatch;

}  // namespace tcpcraft::results
