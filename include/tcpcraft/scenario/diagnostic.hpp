#pragma once

#include <string>

#include <tcpcraft/scenario/source.hpp>

namespace tcpcraft::scenario {

/// One thing that is wrong with a text.
struct Diagnostic {
  Span span;            ///< the exact token
  std::string message;  ///< what is wrong, without a full stop
  std::string hint;     ///< what would be right; may be empty
};

}  // namespace tcpcraft::scenario
