#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/wire/segment.hpp>

namespace tcpcraft::cli {

/// What `--flow` asks for: an address, a port, or both.
struct Flow {
  std::optional<wire::IpAddress> address;
  std::optional<std::uint16_t> port;

  bool matches(const wire::Endpoint& end) const {
    return (!address || *address == end.address) && (!port || *port == end.port);
  }
};

/// Throws UsageError.
std::vector<Flow> parse_flows(const std::vector<std::string>& texts);

/// Whether each of the flows is at one of the segment's ends.
bool is_wanted(const std::vector<Flow>& flows, const wire::Segment& segment);

}  // namespace tcpcraft::cli
