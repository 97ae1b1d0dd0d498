#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace tcpcraft::capture {

/// Whether frames of this link type (a DLT of libpcap) can be read.
bool is_known_link(int type);
/// What libpcap calls it: EN10MB
std::string link_name(int type);
/// Where in a frame the IP header begins; nothing where it carries no IP.
std::optional<std::size_t> find_ip(int type, std::span<const std::uint8_t> frame);

}  // namespace tcpcraft::capture
