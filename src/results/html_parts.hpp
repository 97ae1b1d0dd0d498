#pragma once

#include <string>
#include <string_view>

#include <tcpcraft/results/record.hpp>

namespace tcpcraft::results {

/// Text of another's as HTML, between tags and in quoted attributes: UTF-8, and no character that is unseen
/// or changes the order in which others are read. Newlines stay.
std::string escaped(std::string_view text);
/// The same, cut to so many characters.
std::string escaped(std::string_view text, std::size_t most);

std::string base64(std::string_view bytes);

/// The ladder diagram as an element `svg`. Colours and fonts are the page's.
std::string ladder_svg(const Record& record);

/// All there is to say of a scenario, but for its head line.
std::string html_details(const Record& record, const std::string& capture);

extern const char* const html_style;
extern const char* const html_script;
/// What the page's policy allows to run: nothing but `html_script`. A test computes it anew.
extern const char* const html_script_hash;

}  // namespace tcpcraft::results
