#pragma once

#include <vector>

#include "context.hpp"

namespace tcpcraft::scenario {

/// What the `for` of a scenario says.
struct ForEach {
  /// Every combination, the last name changing first; a single empty one where there is no `for`.
  std::vector<Variant> variants;
  /// Names whose values cannot be used, which has been noted: where they stand nothing more is to be said.
  std::vector<std::string> unusable;
};
ForEach read_for(Context& context, const yaml::Node& root);

/// The scenario with each `${name}` in its strings replaced, and `$${` by `${`. Spans stay those of the file.
yaml::Node replace_names(Context& context, const yaml::Node& root, const Variant& variant,
                         const std::vector<std::string>& unusable);

/// What is wrong with the variants of one file, each thing once. What is wrong with some of them only says
/// so.
std::vector<Diagnostic> merge_diagnostics(const std::vector<Variant>& variants,
                                          const std::vector<std::vector<Diagnostic>>& found);

}  // namespace tcpcraft::scenario
