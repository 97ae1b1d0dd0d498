#pragma once

#include <string_view>

namespace tcpcraft::model {

/// One rule of the standard, as cited in verdicts. Rules are constants with static storage: they are compared
/// by address and passed as pointers.
struct Rule {
  std::string_view name;     ///< short and stable: `established.rst.challenge`
  std::string_view section;  ///< `RFC 5961 3.2`
  std::string_view says;     ///< one clause, in the present tense, without a full stop
};

}  // namespace tcpcraft::model
