#pragma once

#include <string>

#include <tcpcraft/report/ladder.hpp>

namespace tcpcraft::cli {

/// As wide as the terminal, in the characters that it can show.
report::Paper terminal();

/// The ladder diagram of a run, as wide as the terminal, in the characters that it can show.
std::string format_ladder(const results::Record& record, const report::Style& style);

}  // namespace tcpcraft::cli
