#pragma once

#include <string>
#include <vector>

#include <tcpcraft/record/conversation.hpp>
#include <tcpcraft/scenario/scenario.hpp>

namespace tcpcraft::record {

/// A step as it is written.
struct Step {
  std::string verb;
  std::string value;
  std::size_t peer = 0;
  std::string comment = {};
};

struct StepOptions {
  std::vector<scenario::Peer> peers;  ///< with their initial sequence numbers
  bool listening = true;              ///< before the first step
  bool exact = false;      ///< every field of the peer's is as its author wanted it, and so are its pauses
  bool pauses = false;     ///< those of the peer and the application are kept wherever they stand
  bool lone_acks = false;  ///< an acknowledgement without data may come, or not
  bool calls = true;       ///< the application's calls are steps
};

/// The steps that play the events again.
std::vector<Step> steps_of(const Conversation& conversation, const StepOptions& options);

/// With `use: handshake` and `use: active-open` for what they stand for.
std::vector<Step> with_blocks(std::vector<Step> steps, bool script);

}  // namespace tcpcraft::record
