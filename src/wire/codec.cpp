#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>
#include <stdexcept>

#include <tins/ip.h>
#include <tins/ipv6.h>
#include <tins/tcp.h>

#include <tcpcraft/wire/codec.hpp>

#include "checksum.hpp"
#include "datagram.hpp"
#include "option_bytes.hpp"

namespace tcpcraft::wire {
namespace {

constexpr std::size_t tcp_offset_at = 12;
constexpr std::size_t ipv4_length_at = 2;
constexpr std::size_t ipv4_checksum_at = 10;
constexpr std::size_t ipv6_length_at = 4;

void store(std::uint8_t* at, std::uint16_t in_wire_order) {
  std::memcpy(at, &in_wire_order, 2);
}

void store16(std::uint8_t* at, std::uint16_t number) {
  at[0] = static_cast<std::uint8_t>(number >> 8);
  at[1] = static_cast<std::uint8_t>(number);
}

/// The options, padded with end-of-option-list bytes (RFC 9293, section 3.1: the padding is zeros), and then
/// the data: all that follows the fixed TCP header.
void append_options_and_data(Bytes& packet, const Segment& segment, std::size_t padded_options) {
  const std::size_t end_of_options = packet.size() + padded_options;
  packet.reserve(end_of_options + segment.payload.size());
  append_options(packet, segment.options);
  packet.resize(end_of_options);
  packet.insert(packet.end(), segment.payload.begin(), segment.payload.end());
}

/// An IP and a TCP header of libtins, kept from one segment to the next: making them anew takes as long as
/// all else that is done with them. libtins asks the routing table for an unspecified source, which a crafted
/// packet may well have: so it is shown no address at all, and the true ones are written over.
template <class Ip>
struct Headers {
  explicit Headers(const typename Ip::address_type& placeholder) : ip(placeholder, placeholder) {
    ip.inner_pdu(tcp);
  }
  Tins::TCP* const tcp = new Tins::TCP;  // `ip` owns it
  Ip ip;
};

void fill(Tins::TCP& tcp, const Segment& segment) {
  tcp.dport(segment.destination.port);
  tcp.sport(segment.source.port);
  tcp.seq(segment.seq.raw());
  tcp.ack_seq(segment.ack.raw());
  tcp.window(segment.window);
  tcp.urg_ptr(segment.urgent_pointer);
}

/// libtins writes the fixed headers only, because it refuses some options that are malformed on purpose; the
/// lengths are set right afterwards.
Bytes serialize_v4(const Segment& segment, std::size_t padded_options) {
  thread_local Headers<Tins::IP> headers("127.0.0.1");
  fill(*headers.tcp, segment);
  Tins::IP& ip = headers.ip;
  ip.ttl(segment.ttl);
  ip.tos(segment.tos);
  ip.id(segment.id);
  ip.flags(segment.df ? Tins::IP::DONT_FRAGMENT : Tins::IP::Flags{});
  Bytes packet = ip.serialize();
  append_options_and_data(packet, segment, padded_options);
  store16(&packet[ipv4_length_at], static_cast<std::uint16_t>(packet.size()));
  std::copy_n(segment.source.address.data(), 4, packet.begin() + 12);
  std::copy_n(segment.destination.address.data(), 4, packet.begin() + 16);

  store(&packet[ipv4_checksum_at], 0);
  ChecksumSum sum;
  sum.add({packet.data(), ipv4_header});
  store(&packet[ipv4_checksum_at], static_cast<std::uint16_t>(~sum.folded()));
  return packet;
}

Bytes serialize_v6(const Segment& segment, std::size_t padded_options) {
  thread_local Headers<Tins::IPv6> headers("::1");
  fill(*headers.tcp, segment);
  headers.ip.hop_limit(segment.ttl);
  headers.ip.traffic_class(segment.tos);
  Bytes packet = headers.ip.serialize();
  append_options_and_data(packet, segment, padded_options);
  store16(&packet[ipv6_length_at], static_cast<std::uint16_t>(packet.size() - ipv6_header));
  std::copy_n(segment.source.address.data(), 16, packet.begin() + 8);
  std::copy_n(segment.destination.address.data(), 16, packet.begin() + 24);
  return packet;
}

/// Writes what libtins rewrites or does not know: data offset, reserved bits, AE, and the flags beside it.
void patch_offset_and_flags(std::uint8_t* tcp, const Segment& segment, std::uint8_t data_offset) {
  store16(tcp + tcp_offset_at,
          static_cast<std::uint16_t>((data_offset & 0xf) << 12 | (segment.reserved & 7) << 9 |
                                     segment.flags.bits()));
}

void patch_checksum(Bytes& packet, const Datagram& datagram, const Deformity& deformity) {
  std::uint8_t* const checksum = &packet[datagram.tcp + tcp_checksum_at];
  store(checksum, 0);
  store(checksum, static_cast<std::uint16_t>(~segment_sum(packet, datagram)));
  // One bit more or less is never right: 0 and 0xffff, the two forms of zero, differ in all of them.
  if (deformity.bad_checksum) checksum[1] ^= 1;
  if (deformity.checksum) store16(checksum, *deformity.checksum);
}

IpAddress read_address(const std::uint8_t* at, bool v6) {
  std::array<std::uint8_t, 16> sixteen{};
  std::array<std::uint8_t, 4> four{};
  if (v6) {
    std::copy_n(at, 16, sixteen.begin());
    return IpAddress::v6(sixteen);
  }
  std::copy_n(at, 4, four.begin());
  return IpAddress::v4(four);
}

void read_ip(Segment& segment, const std::uint8_t* ip, bool v6) {
  segment.source.address = read_address(ip + (v6 ? 8 : 12), v6);
  segment.destination.address = read_address(ip + (v6 ? 24 : 16), v6);
  segment.ttl = ip[v6 ? 7 : 8];
  if (v6) {
    segment.tos = static_cast<std::uint8_t>(read16(ip) >> 4);
  } else {
    segment.tos = ip[1];
    segment.id = read16(ip + 4);
    segment.df = (ip[6] & 0x40) != 0;
  }
}

void read_tcp(Segment& segment, const std::uint8_t* tcp) {
  const std::uint16_t offset_and_flags = read16(tcp + tcp_offset_at);
  segment.source.port = read16(tcp);
  segment.destination.port = read16(tcp + 2);
  segment.seq = SeqNum(read32(tcp + 4));
  segment.ack = SeqNum(read32(tcp + 8));
  segment.data_offset = static_cast<std::uint8_t>(offset_and_flags >> 12);
  segment.reserved = offset_and_flags >> 9 & 7;
  segment.flags = Flags(offset_and_flags);
  segment.window = read16(tcp + 14);
  segment.checksum = read16(tcp + tcp_checksum_at);
  segment.urgent_pointer = read16(tcp + 18);
}

}  // namespace

Bytes encode(const Segment& segment, const Deformity& deformity) {
  const bool v6 = segment.source.address.is_v6();
  assert(segment.destination.address.is_v6() == v6);
  const std::size_t options = options_size(segment.options);
  if (options > max_options) throw std::length_error("TCP options beyond 40 bytes");
  const std::size_t padded_options = (options + 3) / 4 * 4;
  const std::size_t header = tcp_header + padded_options;
  const std::size_t counted_ip_header = v6 ? 0 : ipv4_header;  // IPv6 counts what follows its header
  if (counted_ip_header + header + segment.payload.size() > std::numeric_limits<std::uint16_t>::max())
    throw std::length_error("IP datagram beyond 65535 bytes");

  Bytes packet = v6 ? serialize_v6(segment, padded_options) : serialize_v4(segment, padded_options);
  const std::size_t tcp_at = v6 ? ipv6_header : ipv4_header;
  const Datagram datagram{v6, tcp_at, packet.size() - tcp_at, packet.size()};
  const auto right_offset = static_cast<std::uint8_t>(header / 4);
  patch_offset_and_flags(&packet[tcp_at], segment, deformity.data_offset.value_or(right_offset));
  patch_checksum(packet, datagram, deformity);
  return packet;
}

std::optional<Segment> decode(std::span<const std::uint8_t> packet) {
  const std::optional<Datagram> datagram = find_tcp(packet);
  if (!datagram) return std::nullopt;
  Segment segment;
  read_ip(segment, packet.data(), datagram->v6);
  const auto tcp = packet.subspan(datagram->tcp, datagram->end - datagram->tcp);
  read_tcp(segment, tcp.data());
  const std::size_t header = segment.data_offset * 4u;
  if (header < tcp_header || header > tcp.size()) return segment;
  segment.options = read_options(tcp.subspan(tcp_header, header - tcp_header));
  segment.payload.assign(tcp.begin() + static_cast<std::ptrdiff_t>(header), tcp.end());
  return segment;
}

bool checksum_ok(std::span<const std::uint8_t> packet) {
  const std::optional<Datagram> datagram = find_tcp(packet);
  return datagram && datagram->whole() && segment_sum(packet, *datagram) == 0xffff;
}

void finish_checksum(std::span<std::uint8_t> packet) {
  const std::optional<Datagram> datagram = find_tcp(packet);
  if (!datagram || !datagram->whole()) return;
  std::uint8_t* const checksum = &packet[datagram->tcp + tcp_checksum_at];
  const std::uint16_t unfinished = pseudo_header_sum(packet, *datagram);
  if (std::memcmp(checksum, &unfinished, 2) != 0) return;
  store(checksum, 0);
  store(checksum, static_cast<std::uint16_t>(~segment_sum(packet, *datagram)));
}

}  // namespace tcpcraft::wire
