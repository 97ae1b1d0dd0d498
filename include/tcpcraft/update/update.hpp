#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tcpcraft/scenario/diagnostic.hpp>
#include <tcpcraft/update/rehearsal.hpp>

namespace tcpcraft::update {

struct Updated {
  std::string text;
  std::vector<scenario::Diagnostic> unresolved;  ///< what could not be rewritten, and why; in the old text
};

/// The text with each step that was wrong rewritten by what the kernel did in the rehearsals, one for each
/// variant: no more of it than that. A step that is played several times is rewritten where all plays agree.
Updated updated(std::string_view text, const std::vector<Rehearsal>& rehearsals);

}  // namespace tcpcraft::update
