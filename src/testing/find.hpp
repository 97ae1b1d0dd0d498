#pragma once

#include <optional>
#include <string>

#include <tcpcraft/testing/play.hpp>

namespace tcpcraft::testing {

/// Where a path is: as it is where it is absolute, else in the first folder that has it.
std::optional<std::string> find(const std::string& path, const Options& options);

/// The folders that `find` looks in, in words.
std::string searched(const Options& options);

}  // namespace tcpcraft::testing
