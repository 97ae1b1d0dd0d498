#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/scenario/diagnostic.hpp>
#include <tcpcraft/scenario/scenario.hpp>
#include <tcpcraft/scenario/source.hpp>

namespace tcpcraft::scenario {

/// Gives the contents of the file that a payload `file(path)` names; nothing where it cannot be read.
using FileReader = std::function<std::optional<wire::Bytes>(const std::string& path)>;

/// Reads files relative to the folder of the scenario `source_name`.
FileReader files_beside(const std::string& source_name);

struct Reading {
  std::vector<Scenario> scenarios;      ///< one for each combination of `for`; none where something is wrong
  std::vector<Diagnostic> diagnostics;  ///< all that is wrong, in the order of the text
};

/// Reads the scenarios of a file. Never throws for what the text says.
Reading read(const Source& source, const FileReader& files);

/// Reads only the scenario of this variant: none where the file has no such one.
Reading read(const Source& source, const FileReader& files, const Variant& variant);

}  // namespace tcpcraft::scenario
