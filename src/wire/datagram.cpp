#include "datagram.hpp"

#include <algorithm>

#include <netinet/in.h>

#include "checksum.hpp"

namespace tcpcraft::wire {
namespace {

using Packet = std::span<const std::uint8_t>;

/// Settles the end: what the IP header claims, cut to what is there. A claim of 0 is the kernel's way of
/// handing over a datagram beyond 65,535 bytes, where only the buffer tells.
std::optional<Datagram> finish(Packet packet, Datagram datagram, std::size_t claimed_end) {
  datagram.end = claimed_end == 0 ? packet.size() : std::min(claimed_end, packet.size());
  if (datagram.end < datagram.tcp + tcp_header) return std::nullopt;
  datagram.length = (claimed_end == 0 ? datagram.end : claimed_end) - datagram.tcp;
  return datagram;
}

std::optional<Datagram> find_in_v4(Packet packet) {
  if (packet.size() < ipv4_header) return std::nullopt;
  const std::size_t header = (packet[0] & 0xfu) * 4;
  const bool later_fragment = (read16(&packet[6]) & 0x1fff) != 0;
  if (header < ipv4_header || packet[9] != IPPROTO_TCP || later_fragment) return std::nullopt;
  return finish(packet, {false, header, 0, 0}, read16(&packet[2]));
}

std::optional<Datagram> find_in_v6(Packet packet) {
  if (packet.size() < ipv6_header) return std::nullopt;
  const std::size_t payload = read16(&packet[4]);
  std::uint8_t next = packet[6];
  std::size_t at = ipv6_header;
  while (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS) {
    if (packet.size() < at + 2) return std::nullopt;
    next = packet[at];
    at += (packet[at + 1] + 1u) * 8;  // RFC 8200, section 4.3: in 8-octet units, not counting the first
  }
  if (next != IPPROTO_TCP) return std::nullopt;
  return finish(packet, {true, at, 0, 0}, payload == 0 ? 0 : ipv6_header + payload);
}

ChecksumSum pseudo_header(Packet packet, const Datagram& datagram) {
  ChecksumSum sum;
  sum.add(datagram.v6 ? packet.subspan(8, 32) : packet.subspan(12, 8));  // source and destination
  sum.add_number(IPPROTO_TCP);
  sum.add_number(static_cast<std::uint16_t>(datagram.length >> 16));
  sum.add_number(static_cast<std::uint16_t>(datagram.length));
  return sum;
}

}  // namespace

std::optional<Datagram> find_tcp(Packet packet) {
  if (packet.empty()) return std::nullopt;
  switch (packet[0] >> 4) {
    case 4:
      return find_in_v4(packet);
    case 6:
      return find_in_v6(packet);
    default:
      return std::nullopt;
  }
}

std::uint16_t pseudo_header_sum(Packet packet, const Datagram& datagram) {
  return pseudo_header(packet, datagram).folded();
}

std::uint16_t segment_sum(Packet packet, const Datagram& datagram) {
  ChecksumSum sum = pseudo_header(packet, datagram);
  sum.add(packet.subspan(datagram.tcp, datagram.end - datagram.tcp));
  return sum.folded();
}

std::uint16_t read16(const std::uint8_t* at) {
  return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}

std::uint32_t read32(const std::uint8_t* at) {
  return std::uint32_t{read16(at)} << 16 | read16(at + 2);
}

}  // namespace tcpcraft::wire
