#pragma once

#include <string>

#include <tcpcraft/report/style.hpp>
#include <tcpcraft/results/record.hpp>

namespace tcpcraft::cli {

/// The ladder diagram of a run, as wide as the terminal, in the characters that it can show.
std::string format_ladder(const results::Record& record, const report::Style& style);

}  // namespace tcpcraft::cli
