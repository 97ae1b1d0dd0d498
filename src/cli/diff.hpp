#pragma once

#include <string>

#include <tcpcraft/report/style.hpp>

namespace tcpcraft::cli {

/// What turns `before` into `after`, line by line, as `diff -u` shows it.
std::string unified_diff(const std::string& name, const std::string& before, const std::string& after,
                         const report::Style& style);

}  // namespace tcpcraft::cli
