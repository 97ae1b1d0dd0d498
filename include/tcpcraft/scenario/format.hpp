#pragma once

#include <string>
#include <vector>

#include <tcpcraft/scenario/reader.hpp>

namespace tcpcraft::scenario {

struct Formatted {
  std::string text;                     ///< the scenario in its canonical layout; not to be used where:
  std::vector<Diagnostic> diagnostics;  ///< all that is wrong with it
};

/// Lays a scenario out as all of them are: docs/scenario-format.md, "Layout". What it says stays as it is,
/// and so do its comments; a text that is no valid scenario is refused.
Formatted format(const Source& source, const FileReader& files);

}  // namespace tcpcraft::scenario
