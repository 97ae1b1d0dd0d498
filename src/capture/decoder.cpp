#include "decoder.hpp"

#include <algorithm>

#include <pcap/pcap.h>

#include <tcpcraft/capture/link_layer.hpp>
#include <tcpcraft/wire/codec.hpp>

namespace tcpcraft::capture {
namespace {

/// A damaged time must not overflow the nanoseconds, nor must what lies between two of them.
wire::Time time_of(const timeval& stamp) {
  constexpr std::int64_t furthest = 9'000'000'000;  // the year 2255
  const std::int64_t seconds = std::clamp<std::int64_t>(stamp.tv_sec, 0, furthest);
  const std::int64_t nanoseconds = std::clamp<std::int64_t>(stamp.tv_usec, 0, 999'999'999);
  return wire::Time(std::chrono::seconds(seconds) + std::chrono::nanoseconds(nanoseconds));
}

Checksum checksum_of(const Datagram& datagram) {
  if (datagram.bytes.size() < datagram.length || datagram.detours) return Checksum::unknown;
  if (wire::checksum_ok(datagram.bytes)) return Checksum::right;
  wire::Bytes finished = datagram.bytes;
  wire::finish_checksum(finished);
  return finished != datagram.bytes ? Checksum::unfinished : Checksum::wrong;
}

/// As many as are kept for whoever asks for them.
constexpr std::size_t most_messages = 1000;

bool is_icmp(std::span<const std::uint8_t> packet) {
  if (packet.empty()) return false;
  const bool v6 = packet[0] >> 4 == 6;
  const std::size_t protocol = v6 ? 6 : 9;
  return packet.size() > protocol && packet[protocol] == (v6 ? 58 : 1);
}

/// Of the data, by the lengths that the headers claim.
std::uint32_t data_size(const Datagram& datagram, const wire::Segment& segment) {
  const std::size_t headers = datagram.tcp + segment.data_offset * 4u;
  if (segment.data_offset < 5 || headers > datagram.length) return 0;
  return static_cast<std::uint32_t>(datagram.length - headers);
}

}  // namespace

std::optional<Packet> Decoder::take(int link, const pcap_pkthdr& header, const std::uint8_t* data) {
  ++summary.packets;
  const std::span<const std::uint8_t> frame(data, header.caplen);
  const std::optional<std::size_t> ip = find_ip(link, frame);
  if (!ip) {
    ++summary.others;
    return std::nullopt;
  }
  const wire::Time time = time_of(header.ts);
  const std::size_t length = std::max(header.len, header.caplen) - *ip;
  if (is_icmp(frame.subspan(*ip)) && messages.size() < most_messages)
    messages.push_back(
        {summary.packets, time, {frame.begin() + static_cast<std::ptrdiff_t>(*ip), frame.end()}});
  const auto datagram = datagrams_.take(frame.subspan(*ip), length, summary.packets, time);
  if (!datagram) return std::nullopt;
  const auto segment = wire::decode(datagram->bytes);
  if (!segment) {
    ++summary.headless;
    return std::nullopt;
  }
  ++summary.segments;
  const std::uint32_t size = data_size(*datagram, *segment);
  return Packet{summary.packets,
                time,
                *segment,
                size,
                datagram->bytes.size() < datagram->length,
                datagram->fragments,
                checksum_of(*datagram)};
}

wire::Time stamp_of(const pcap_pkthdr& header) {
  return time_of(header.ts);
}

std::optional<std::string> link_problem(pcap* handle) {
  const int link = pcap_datalink(handle);
  if (is_known_link(link)) return std::nullopt;
  return "packets of the link type " + link_name(link) + " are not understood";
}

}  // namespace tcpcraft::capture
