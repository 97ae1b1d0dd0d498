#pragma once

#include <cstddef>
#include <string>

#include <tcpcraft/report/style.hpp>
#include <tcpcraft/results/record.hpp>

namespace tcpcraft::report {

/// What a ladder is drawn on.
struct Paper {
  std::size_t columns = 100;
  bool utf8 = true;  ///< lines of box characters; else of ASCII
};

/// The ladder diagram of a run, as text.
std::string format_ladder(const results::Record& record, const Paper& paper, const Style& style);

}  // namespace tcpcraft::report
