#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <tcpcraft/wire/endpoint.hpp>
#include <tcpcraft/wire/options.hpp>

namespace tcpcraft::test {

constexpr std::uint8_t fin = 1, syn = 2, rst = 4, psh = 8, ack = 16;

/// A segment as the tests of links write and read it: independent of the codec.
struct Packet {
  wire::Endpoint from;
  wire::Endpoint to;
  std::uint8_t flags = 0;
  std::uint32_t seq = 0;
  std::uint32_t ack = 0;
  std::string_view payload = {};
};

namespace detail {

inline void put(wire::Bytes& bytes, std::uint32_t value, int size) {
  while (size-- > 0) bytes.push_back(static_cast<std::uint8_t>(value >> 8 * size));
}

inline std::uint32_t get(const wire::Bytes& bytes, std::size_t at, int size) {
  std::uint32_t value = 0;
  while (size-- > 0) value = value << 8 | bytes.at(at++);
  return value;
}

inline std::uint16_t checksum(wire::Bytes bytes) {
  if (bytes.size() % 2) bytes.push_back(0);
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2) sum += get(bytes, i, 2);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

inline std::size_t header_size(const wire::Bytes& packet) {
  return packet.at(0) >> 4 == 6 ? 40 : (packet.at(0) & 0xfu) * 4;
}

}  // namespace detail

inline wire::Bytes tcp_bytes(const Packet& packet) {
  using detail::put;
  const auto append_address = [](wire::Bytes& bytes, const wire::IpAddress& address) {
    bytes.insert(bytes.end(), address.data(), address.data() + address.size());
  };
  wire::Bytes tcp;
  put(tcp, packet.from.port, 2);
  put(tcp, packet.to.port, 2);
  put(tcp, packet.seq, 4);
  put(tcp, packet.ack, 4);
  put(tcp, 5 << 4, 1);
  put(tcp, packet.flags, 1);
  put(tcp, 65535, 2);
  put(tcp, 0, 4);
  tcp.insert(tcp.end(), packet.payload.begin(), packet.payload.end());

  wire::Bytes summed;
  append_address(summed, packet.from.address);
  append_address(summed, packet.to.address);
  put(summed, 6, 2);
  put(summed, static_cast<std::uint32_t>(tcp.size()), 2);
  summed.insert(summed.end(), tcp.begin(), tcp.end());
  const std::uint16_t sum = detail::checksum(summed);
  tcp[16] = static_cast<std::uint8_t>(sum >> 8);
  tcp[17] = static_cast<std::uint8_t>(sum);
  return tcp;
}

/// Makes the checksum of an IPv4 header right; an IPv6 header has none.
inline void sum_ip_header(wire::Bytes& packet) {
  if (packet.at(0) >> 4 == 6) return;
  packet[10] = packet[11] = 0;
  const std::uint16_t sum = detail::checksum({packet.begin(), packet.begin() + 20});
  packet[10] = static_cast<std::uint8_t>(sum >> 8);
  packet[11] = static_cast<std::uint8_t>(sum);
}

/// The whole datagram; IPv6 with traffic class 0xb8 and flow label 0x12345, hop limit 61.
inline wire::Bytes to_bytes(const Packet& packet) {
  using detail::put;
  const wire::Bytes tcp = tcp_bytes(packet);
  wire::Bytes bytes;
  if (packet.to.address.is_v6()) {
    put(bytes, 0x6b812345, 4);
    put(bytes, static_cast<std::uint32_t>(tcp.size()), 2);
    put(bytes, 6, 1);
    put(bytes, 61, 1);
  } else {
    put(bytes, 0x45b8, 2);
    put(bytes, static_cast<std::uint32_t>(tcp.size()) + 20, 2);
    put(bytes, 0x1234, 2);
    put(bytes, 0, 2);
    put(bytes, 61, 1);
    put(bytes, 6, 1);
    put(bytes, 0, 2);
  }
  for (const wire::IpAddress* address : {&packet.from.address, &packet.to.address})
    bytes.insert(bytes.end(), address->data(), address->data() + address->size());
  sum_ip_header(bytes);
  bytes.insert(bytes.end(), tcp.begin(), tcp.end());
  return bytes;
}

/// What the tests look at in a received datagram.
struct Seen {
  explicit Seen(const wire::Bytes& packet) {
    const std::size_t tcp = detail::header_size(packet);
    source_port = static_cast<std::uint16_t>(detail::get(packet, tcp, 2));
    destination_port = static_cast<std::uint16_t>(detail::get(packet, tcp + 2, 2));
    seq = detail::get(packet, tcp + 4, 4);
    ack = detail::get(packet, tcp + 8, 4);
    flags = packet.at(tcp + 13);
  }
  std::uint16_t source_port;
  std::uint16_t destination_port;
  std::uint32_t seq;
  std::uint32_t ack;
  std::uint8_t flags;
};

}  // namespace tcpcraft::test
