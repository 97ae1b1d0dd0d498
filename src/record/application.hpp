#pragma once

#include <vector>

#include <tcpcraft/record/conversation.hpp>

namespace tcpcraft::record {

/// The events with the calls among them that made the kernel's application send what it sent: one for each
/// segment, where they are `pieces`; else as much in one as the kernel pushed together.
std::vector<Event> with_calls(const Conversation& conversation, bool pieces);

}  // namespace tcpcraft::record
