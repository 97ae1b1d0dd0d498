#include "messages.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace tcpcraft::record {
namespace {

using View = std::span<const std::uint8_t>;

std::uint32_t number(View bytes, std::size_t at, std::size_t size) {
  std::uint32_t result = 0;
  for (std::size_t i = 0; i < size; ++i) result = result << 8 | bytes[at + i];
  return result;
}

/// What lies behind an IP header of this protocol; empty where it is none.
View behind_ip(View packet, std::uint8_t protocol) {
  if (packet.empty()) return {};
  const bool v6 = packet[0] >> 4 == 6;
  const std::size_t size = v6 ? 40 : (packet[0] & 15u) * 4u;
  if (packet.size() < size || size < 20 || packet[v6 ? 6 : 9] != protocol) return {};
  return packet.subspan(size);
}

wire::IpAddress address(View packet, bool destination) {
  if (packet[0] >> 4 == 6) {
    std::array<std::uint8_t, 16> bytes{};
    std::copy_n(packet.begin() + (destination ? 24 : 8), 16, bytes.begin());
    return wire::IpAddress::v6(bytes);
  }
  std::array<std::uint8_t, 4> bytes{};
  std::copy_n(packet.begin() + (destination ? 16 : 12), 4, bytes.begin());
  return wire::IpAddress::v4(bytes);
}

std::optional<wire::IcmpSpec> spec_of(const wire::IcmpHeader& header, bool v6) {
  wire::IcmpSpec spec;
  for (const std::string_view name : wire::icmp_names()) {
    spec = {name, {}, {}, {}};
    if (name == "unreachable") continue;
    if (name == "frag-needed") spec.mtu = v6 ? header.rest : header.rest & 0xffff;
    const auto one = wire::icmp_header(spec, v6);
    if (one && one->type == header.type && one->code == header.code) return spec;
  }
  spec = {"unreachable", header.code, {}, {}};
  const auto other = wire::icmp_header(spec, v6);
  return other && other->type == header.type ? std::optional(spec) : std::nullopt;
}

}  // namespace

std::optional<Report> parse_message(const capture::Message& message) {
  const View datagram(message.datagram);
  const bool v6 = !datagram.empty() && datagram[0] >> 4 == 6;
  const View icmp = behind_ip(datagram, v6 ? 58 : 1);
  if (icmp.size() < 8) return {};
  const auto spec = spec_of({icmp[0], icmp[1], number(icmp, 4, 4)}, v6);
  const View quoted = icmp.subspan(8);
  const View tcp = behind_ip(quoted, 6);
  if (!spec || tcp.size() < 8) return {};
  const auto port = [&](std::size_t at) { return static_cast<std::uint16_t>(number(tcp, at, 2)); };
  return Report{*spec,
                {address(quoted, false), port(0)},
                {address(quoted, true), port(2)},
                wire::SeqNum(number(tcp, 4, 4))};
}

}  // namespace tcpcraft::record
