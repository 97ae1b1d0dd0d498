#pragma once

#include <string>

#include <tcpcraft/record/conversation.hpp>

namespace tcpcraft::record {

/// `echo-once`, `echo`, `discard` or `none`, where the kernel's segments are all such a server's; else
/// `script`.
std::string app_of(const Conversation& conversation);

}  // namespace tcpcraft::record
