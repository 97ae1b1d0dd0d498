#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tcpcraft/record/conversation.hpp>

namespace tcpcraft::record {

/// A scenario, or why there can be none.
struct Recorded {
  std::string text;     ///< of the scenario, in its canonical layout
  std::string refused;  ///< the reason; empty where there is a text
};

/// What a capture leaves open: where one scenario does not pass, another may.
struct Approach {
  bool script = false;       ///< the application is no server of the known kinds
  bool pieces = false;       ///< each segment was written for itself
  bool as_captured = false;  ///< nothing crossed: what was captured first also came first
  bool lone_acks = false;    ///< whether an acknowledgement comes by itself is the kernel's to choose
  bool pauses = false;       ///< those of the peer and the application may matter anywhere
  enum class Cut { open_in_long, captured, open };
  Cut cut = Cut::open_in_long;  ///< that of a transfer into segments, and their acknowledgements
};
/// From the most likely to the least.
const std::vector<Approach>& approaches();

/// Writes the scenario in which what the peers sent is sent again and what the kernel sent is expected.
/// Numbers that RFC 9293 gives are left out, and times where none matters. `app` is what listens there
/// (`external`); empty: what the kernel sent tells.
Recorded record(const Conversation& conversation, std::string_view app = {}, Approach approach = {});

/// The text with a comment behind one of its lines, counted from 1.
std::string with_comment(const std::string& text, std::size_t line, const std::string& comment);

}  // namespace tcpcraft::record
