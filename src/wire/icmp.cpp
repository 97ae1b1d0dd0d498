#include <algorithm>

#include <netinet/in.h>

#include <tcpcraft/wire/icmp.hpp>

#include "checksum.hpp"
#include "datagram.hpp"

namespace tcpcraft::wire {
namespace {

constexpr std::size_t icmp_header_size = 8;
constexpr std::size_t largest_v4 = 576;   // RFC 1812, section 4.3.2.3
constexpr std::size_t largest_v6 = 1280;  // RFC 4443, section 2.4 (c)
constexpr std::uint8_t hop_limit = 64;

void put16(std::uint8_t* at, std::size_t number) {
  at[0] = static_cast<std::uint8_t>(number >> 8);
  at[1] = static_cast<std::uint8_t>(number);
}

void put_checksum(std::uint8_t* at, const ChecksumSum& sum) {
  const auto in_wire_order = static_cast<std::uint16_t>(~sum.folded());
  std::copy_n(reinterpret_cast<const std::uint8_t*>(&in_wire_order), 2, at);
}

Bytes ip_header(const IpAddress& from, const IpAddress& to, std::size_t payload) {
  const bool v6 = from.is_v6();
  Bytes header(v6 ? 8 : 12);
  if (v6) {
    header[0] = 6 << 4;
    put16(&header[4], payload);
    header[6] = IPPROTO_ICMPV6;
    header[7] = hop_limit;
  } else {
    header[0] = 4 << 4 | ipv4_header / 4;
    put16(&header[2], ipv4_header + payload);
    header[8] = hop_limit;
    header[9] = IPPROTO_ICMP;
  }
  header.insert(header.end(), from.data(), from.data() + from.size());
  header.insert(header.end(), to.data(), to.data() + to.size());
  if (v6) return header;
  ChecksumSum sum;
  sum.add(header);
  put_checksum(&header[10], sum);
  return header;
}

}  // namespace

Bytes encode_icmp(const IcmpHeader& header, const IpAddress& from, const IpAddress& to,
                  std::span<const std::uint8_t> quoted, std::size_t max_size) {
  const bool v6 = from.is_v6();
  const std::size_t before = (v6 ? ipv6_header : ipv4_header) + icmp_header_size;
  const std::size_t size = std::min(v6 ? largest_v6 : largest_v4, std::max(max_size, before));
  quoted = quoted.first(std::min(quoted.size(), size - before));
  Bytes message(icmp_header_size);
  message[0] = header.type;
  message[1] = header.code;
  put16(&message[4], header.rest >> 16);
  put16(&message[6], header.rest & 0xffff);
  message.insert(message.end(), quoted.begin(), quoted.end());

  ChecksumSum sum;
  if (v6) {  // RFC 4443, section 2.3: over a pseudo-header
    sum.add({from.data(), from.size()});
    sum.add({to.data(), to.size()});
    sum.add_number(static_cast<std::uint16_t>(message.size()));
    sum.add_number(IPPROTO_ICMPV6);
  }
  sum.add(message);
  put_checksum(&message[2], sum);

  Bytes packet = ip_header(from, to, message.size());
  packet.insert(packet.end(), message.begin(), message.end());
  return packet;
}

}  // namespace tcpcraft::wire
