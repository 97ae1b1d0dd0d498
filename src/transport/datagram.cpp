#include "datagram.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include <netinet/in.h>

namespace tcpcraft::transport {
namespace {

constexpr std::size_t ipv6_header_size = 40;
constexpr std::size_t ipv4_header_size = 20;
constexpr std::size_t tcp_header_size = 20;
constexpr std::size_t ports_size = 4;  ///< with which the TCP header begins

void put16(std::uint8_t* at, std::uint32_t value) {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}

std::uint16_t get16(const std::uint8_t* at) {
  return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}

std::uint32_t get32(const std::uint8_t* at) {
  return std::uint32_t{get16(at)} << 16 | get16(at + 2);
}

/// The sum that the Internet checksum is the complement of (RFC 1071), without its carries folded in.
std::uint32_t sum(const std::uint8_t* data, std::size_t size) {
  std::uint32_t total = 0;
  for (std::size_t i = 0; i < size; i += 2) total += get16(data + i);
  return total;
}

std::uint32_t checksum(std::uint32_t sum) {
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum;
}

bool is_v6(std::span<const std::uint8_t> packet) {
  return packet[0] >> 4 == 6;
}

std::size_t tcp_offset(std::span<const std::uint8_t> packet) {
  return is_v6(packet) ? ipv6_header_size : (packet[0] & 0xfu) * 4;
}

/// Whether there is a whole IP header, and TCP in the datagram.
bool holds_tcp(std::span<const std::uint8_t> packet) {
  if (packet.empty()) return false;
  const bool v6 = is_v6(packet);
  if (!v6 && packet[0] >> 4 != 4) return false;
  return packet.size() >= (v6 ? ipv6_header_size : ipv4_header_size) && packet[v6 ? 6 : 9] == IPPROTO_TCP;
}

wire::IpAddress read_address(const std::uint8_t* bytes, bool v6) {
  if (!v6) return wire::IpAddress::v4({bytes[0], bytes[1], bytes[2], bytes[3]});
  std::array<std::uint8_t, 16> array;
  std::copy_n(bytes, array.size(), array.begin());
  return wire::IpAddress::v6(array);
}

}  // namespace

wire::Bytes make_probe(const wire::Endpoint& peer, const wire::Endpoint& kernel) {
  const bool v6 = kernel.address.is_v6();
  wire::Bytes packet(v6 ? ipv6_header_size : ipv4_header_size);
  std::uint8_t* addresses;
  if (v6) {
    packet[0] = 6 << 4;
    put16(&packet[4], tcp_header_size);
    packet[6] = IPPROTO_TCP;
    packet[7] = 64;
    addresses = &packet[8];
  } else {
    packet[0] = 4 << 4 | ipv4_header_size / 4;
    put16(&packet[2], ipv4_header_size + tcp_header_size);
    packet[8] = 64;
    packet[9] = IPPROTO_TCP;
    addresses = &packet[12];
  }
  addresses = std::copy_n(peer.address.data(), peer.address.size(), addresses);
  std::copy_n(kernel.address.data(), kernel.address.size(), addresses);
  // A raw socket would fill in the checksum of an IPv4 header, a TUN device does not.
  if (!v6) put16(&packet[10], checksum(sum(packet.data(), packet.size())));

  std::uint8_t tcp[tcp_header_size] = {};
  put16(tcp, peer.port);
  put16(tcp + 2, kernel.port);
  tcp[12] = tcp_header_size / 4 << 4;
  tcp[13] = 0x02;  // SYN
  put16(tcp + 14, 65535);
  packet.insert(packet.end(), std::begin(tcp), std::end(tcp));
  return packet;
}

void number_probe(wire::Bytes& probe, std::uint32_t seq) {
  std::uint8_t* tcp = &probe[tcp_offset(probe)];
  put16(tcp + 4, seq >> 16);
  put16(tcp + 6, seq);
  put16(tcp + 16, 0);
  // The pseudo-header (RFC 9293, section 3.1): the addresses, which end the IP header, protocol and length.
  const std::size_t addresses = is_v6(probe) ? 32 : 8;
  put16(tcp + 16,
        checksum(sum(tcp - addresses, addresses + tcp_header_size) + IPPROTO_TCP + tcp_header_size));
}

Header read_header(std::span<const std::uint8_t> packet) {
  if (!holds_tcp(packet)) return {};
  const std::size_t offset = tcp_offset(packet);
  if (packet.size() < offset + ports_size) return {};
  const std::uint8_t* tcp = &packet[offset];
  const bool v6 = is_v6(packet);
  const std::uint8_t* addresses = &packet[v6 ? 8 : 12];
  Header header;
  header.source = {read_address(addresses, v6), get16(tcp)};
  header.destination = {read_address(addresses + (v6 ? 16 : 4), v6), get16(tcp + 2)};
  if (packet.size() < offset + tcp_header_size) return header;
  header.ack = get32(tcp + 8);
  header.flags = tcp[13];
  return header;
}

}  // namespace tcpcraft::transport
