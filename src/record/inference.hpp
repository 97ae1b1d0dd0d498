#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tcpcraft/record/conversation.hpp>

namespace tcpcraft::record {

/// The side under test, as far as what it sent tells.
struct Inferred {
  std::optional<unsigned> mtu;
  bool tun = false;
  std::vector<std::pair<std::string, std::string>> sysctls;
};
Inferred infer(const Conversation& conversation);

/// SO_RCVBUF, where the window was small from the beginning and the application let it fill.
std::optional<unsigned> receive_buffer_of(const Conversation& conversation);

const wire::Segment* first_syn(const Conversation& conversation, bool to_kernel);

/// Why the capture cannot have all of the connection; empty where it may.
std::string what_is_missing(const Conversation& conversation);

}  // namespace tcpcraft::record
