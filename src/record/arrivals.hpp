#pragma once

#include <vector>

#include <tcpcraft/record/conversation.hpp>

namespace tcpcraft::record {

/// The largest segment that both ends can take, without a device's help.
std::size_t largest_segment(const std::vector<Event>& events);

/// What was captured, as the kernel under test went through it. Both ends send at the same time: a segment
/// that its acknowledgement shows to be sent before another arrived stands in front of that one. What a
/// device was left to cut into segments is cut, and that is all where the order is `known`.
std::vector<Event> as_it_arrived(const Conversation& conversation, bool known);

}  // namespace tcpcraft::record
