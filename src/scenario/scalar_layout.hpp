#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "yaml.hpp"

namespace tcpcraft::scenario {

/// One blank where there are several, outside of "..." and (...).
std::string collapse_blanks(std::string_view notation);

/// A key, or a scalar that scalar_lines() has no lines of: as it stands in the source, quotes included,
/// unless that takes several lines.
std::string one_line(std::string_view source, const yaml::Node& scalar);

/// The lines of a scalar that takes several: the first stands behind the key, the others have no indentation.
/// None where it is a scalar of one line.
std::vector<std::string> scalar_lines(std::string_view source, const yaml::Node& scalar);

}  // namespace tcpcraft::scenario
