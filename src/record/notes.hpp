#pragma once

#include <optional>
#include <string>

#include <tcpcraft/capture/comments.hpp>
#include <tcpcraft/record/conversation.hpp>

namespace tcpcraft::record {

/// What `tcpcraft run` has noted in a capture's comment: between whom it is, and what the side under test was
/// like. Nothing where the capture is another's.
std::optional<Conversation> parse_section(const std::string& comment);

/// A socket call or a pause that is noted at a packet which passed, or was the last that did, at `time`;
/// nothing where it is none.
std::optional<Event> parse_note(const std::string& comment, wire::Time time, const Conditions& conditions);

}  // namespace tcpcraft::record
