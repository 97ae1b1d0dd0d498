#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/wire/segment.hpp>

namespace tcpcraft::capture {

/// What one end of a connection is to be: an address, a port, or both.
struct Flow {
  std::optional<wire::IpAddress> address;
  std::optional<std::uint16_t> port;

  /// `9877`, `10.0.0.1`, `10.0.0.1:443`, `[::1]:443`.
  static std::optional<Flow> parse(const std::string& text);
  bool matches(const wire::Endpoint& end) const;
};

/// Whether each of these is an end of the segment's connection.
bool is_wanted(const std::vector<Flow>& flows, const wire::Segment& segment);

/// The same for the kernel, in the language of pcap-filter(7). It lets fragments pass, whosesoever they are,
/// and IPv6 with extension headers, of which it cannot tell.
std::string bpf_filter(const std::vector<Flow>& flows);
/// Lets messages of ICMP pass that something was not delivered: whosesoever it was.
extern const char* const bpf_of_messages;

}  // namespace tcpcraft::capture
