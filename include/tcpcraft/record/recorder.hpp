#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tcpcraft/record/conversation.hpp>

namespace tcpcraft::record {

/// A scenario, or why there can be none.
struct Recorded {
  std::string text;     ///< of the scenario, in its canonical layout
  std::string refused;  ///< the reason; empty where there is a text
};

/// Writes the scenario in which what the peers sent is sent again and what the kernel sent is expected.
/// Numbers that RFC 9293 gives are left out, and times where none matters. `app` is what listens there
/// (`external`); empty: what the kernel sent tells.
Recorded record(const Conversation& conversation, std::string_view app = {});

}  // namespace tcpcraft::record
