#pragma once

#include <string>

#include <tcpcraft/results/html_parts.hpp>
#include <tcpcraft/results/record.hpp>

namespace tcpcraft::results {

/// All there is to say of a scenario, but for its head line.
std::string html_details(const Record& record, const std::string& capture);

extern const char* const html_script;
/// What the page's policy allows to run: nothing but `html_script`. A test computes it anew.
extern const char* const html_script_hash;

}  // namespace tcpcraft::results
