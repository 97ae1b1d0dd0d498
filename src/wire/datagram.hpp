#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace tcpcraft::wire {

/// The shape of the fixed headers, in bytes.
inline constexpr std::size_t ipv4_header = 20;
inline constexpr std::size_t ipv6_header = 40;
inline constexpr std::size_t tcp_header = 20;
/// The data offset counts 32-bit words in four bits, so the options have 15 * 4 - 20 bytes.
inline constexpr std::size_t max_options = 40;

/// Where the checksum lies in a TCP header.
inline constexpr std::size_t tcp_checksum_at = 16;

/// Where the parts of an IP datagram that carries TCP lie.
struct Datagram {
  bool v6 = false;
  std::size_t tcp = 0;     ///< where the TCP header begins
  std::size_t length = 0;  ///< of the segment by the IP header, whether or not all of it is there
  std::size_t end = 0;     ///< where the segment ends, or the buffer if that is earlier
  bool whole() const { return tcp + length == end; }
};

/// Reads the IP header, IPv6 extension headers included. Nothing if the datagram is no TCP, a later fragment,
/// or ends before the 20 bytes of the TCP header.
std::optional<Datagram> find_tcp(std::span<const std::uint8_t> packet);

/// The folded sum of the pseudo-header (RFC 9293, section 3.1; RFC 8200, section 8.1), and of the segment
/// behind it; the latter is 0xffff where the checksum is right.
std::uint16_t pseudo_header_sum(std::span<const std::uint8_t> packet, const Datagram& datagram);
std::uint16_t segment_sum(std::span<const std::uint8_t> packet, const Datagram& datagram);

/// The 16 and 32-bit numbers of the wire.
std::uint16_t read16(const std::uint8_t* at);
std::uint32_t read32(const std::uint8_t* at);

}  // namespace tcpcraft::wire
