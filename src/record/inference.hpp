#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tcpcraft/record/conversation.hpp>

namespace tcpcraft::record {

/// The side under test, as far as what it sent tells.
struct Inferred {
  std::string app;  ///< `echo-once`, `echo`, `discard`, `none` or `script`
  std::optional<unsigned> mtu;
  bool tun = false;
  std::vector<std::pair<std::string, std::string>> sysctls;
};
Inferred infer(const Conversation& conversation);

/// The events with the calls among them that made the kernel's application send what it sent.
std::vector<Event> with_calls(const Conversation& conversation);

}  // namespace tcpcraft::record
