#pragma once

#include <string>
#include <vector>

#include <tcpcraft/capture/flow.hpp>
#include <tcpcraft/capture/live.hpp>

namespace tcpcraft::cli {

/// What `--flow` was given. Throws UsageError.
std::vector<capture::Flow> parse_flows(const std::vector<std::string>& texts);

/// What passes on an interface, of these connections, until `stop` is readable; where `messages`, with what
/// ICMP says of any. Throws std::runtime_error.
capture::Live open_live(const std::string& interface, const std::vector<capture::Flow>& flows, int stop,
                        bool messages = false);

}  // namespace tcpcraft::cli
