#pragma once

#include <vector>

#include <tcpcraft/record/conversation.hpp>

namespace tcpcraft::record {

/// What was captured, as the kernel under test went through it. Both ends send at the same time: a segment
/// that its acknowledgement shows to be sent before another arrived stands in front of that one. What a
/// device was left to cut into segments is cut.
std::vector<Event> as_it_arrived(const Conversation& conversation);

}  // namespace tcpcraft::record
