#include "datagrams.hpp"

#include <algorithm>
#include <iterator>

#include <netinet/in.h>

namespace tcpcraft::capture {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t ipv4_header = 20, ipv6_header = 40, max_payload = 65535;
constexpr std::size_t max_pending = 64, max_told = 16;
constexpr auto patience = std::chrono::seconds(60);  // RFC 8200, section 4.5

std::uint16_t read16(Bytes bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

void store16(wire::Bytes& bytes, std::size_t at, std::size_t number) {
  bytes[at] = static_cast<std::uint8_t>(number >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(number);
}

wire::IpAddress address_v4(Bytes bytes, std::size_t at) {
  std::array<std::uint8_t, 4> four{};
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), 4, four.begin());
  return wire::IpAddress::v4(four);
}

wire::IpAddress address_v6(Bytes bytes, std::size_t at) {
  std::array<std::uint8_t, 16> sixteen{};
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), 16, sixteen.begin());
  return wire::IpAddress::v6(sixteen);
}

/// A length of 0 is the kernel's way of handing over more than 65,535 bytes, of which it joins no more than
/// these (GSO_MAX_SIZE) and a header.
constexpr std::size_t largest_handed_over = 8 * 65535 + 128;

Bytes first(Bytes bytes, std::size_t size) {
  return bytes.first(std::min(size, bytes.size()));
}

Datagram whole(Bytes packet, std::size_t length, std::size_t tcp) {
  const Bytes captured = first(packet, length);
  return {wire::Bytes(captured.begin(), captured.end()), length, tcp};
}

}  // namespace

std::optional<Datagram> Datagrams::take(Bytes packet, std::size_t length, std::uint64_t number,
                                        wire::Time time) {
  number_ = number;
  time_ = time;
  while (!pending_.empty() && time - pending_.front().time > patience) give_up(pending_.begin());
  return packet[0] >> 4 == 4 ? take_v4(packet, length) : take_v6(packet, length);
}

std::optional<Datagram> Datagrams::take_v4(Bytes packet, std::size_t length) {
  if (packet.size() < ipv4_header) return headless();
  const std::size_t header = (packet[0] & 0xfu) * 4;
  const std::size_t total = read16(packet, 2) != 0 ? read16(packet, 2) : length;
  if (packet[9] != IPPROTO_TCP || header < ipv4_header || total < header || total > largest_handed_over)
    return other();
  const unsigned place = read16(packet, 6);
  const std::size_t offset = (place & 0x1fff) * 8u;
  const bool more = (place & 0x2000) != 0;
  if (offset == 0 && !more) return whole(packet, total, header);
  if (packet.size() < header) return headless();
  const Key key{address_v4(packet, 12), address_v4(packet, 16), read16(packet, 4)};
  return add({key, packet.first(header), first(packet, total).subspan(header), offset, total - header, more});
}

std::optional<Datagram> Datagrams::take_v6(Bytes packet, std::size_t length) {
  if (packet.size() < ipv6_header) return headless();
  const std::size_t payload = read16(packet, 4);
  const std::size_t total = payload != 0 ? ipv6_header + payload : length;
  if (total > largest_handed_over) return other();
  packet = first(packet, total);
  bool detours = false;
  std::uint8_t next = packet[6];
  std::size_t at = ipv6_header;
  while (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS) {
    if (packet.size() < at + 8) return headless();
    detours = detours || (next == IPPROTO_ROUTING && packet[at + 3] != 0);  // segments left
    next = packet[at];
    at += (packet[at + 1] + 1u) * 8;
  }
  if (next == IPPROTO_TCP) {
    if (at > total) return other();
    Datagram datagram = whole(packet, total, at);
    datagram.detours = detours;
    return datagram;
  }
  if (next != IPPROTO_FRAGMENT) return other();
  if (packet.size() < at + 8) return headless();
  const unsigned place = read16(packet, at + 2);
  const std::uint32_t id = static_cast<std::uint32_t>(read16(packet, at + 4)) << 16 | read16(packet, at + 6);
  // What comes before the fragment header is left out of the datagram: none of it matters to TCP.
  wire::Bytes header(packet.begin(), packet.begin() + ipv6_header);
  header[6] = packet[at];
  return add({{address_v6(packet, 8), address_v6(packet, 24), id},
              header,
              packet.subspan(at + 8),
              place & 0xfff8u,
              total - at - 8,
              (place & 1) != 0});
}

std::list<Datagrams::Pending>::iterator Datagrams::pending_of(const Key& key) {
  auto found = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& p) { return p.key == key; });
  if (found != pending_.end()) return found;
  if (pending_.size() >= max_pending) give_up(pending_.begin());
  Pending pending;
  pending.key = key;
  pending.packet = number_;
  pending.time = time_;
  return pending_.insert(pending_.end(), std::move(pending));
}

bool Datagrams::fits(const Pending& pending, const Fragment& fragment) const {
  const std::size_t end = fragment.offset + fragment.length;
  if (fragment.length == 0 || end > max_payload || (fragment.more && fragment.length % 8 != 0)) return false;
  if (pending.total && (end > *pending.total || (!fragment.more && end != *pending.total))) return false;
  if (!fragment.more && !pending.ranges.empty() && pending.ranges.rbegin()->second > end) return false;
  const auto behind = pending.ranges.lower_bound(fragment.offset);
  if (behind != pending.ranges.end() && behind->first < end) return false;
  return behind == pending.ranges.begin() || std::prev(behind)->second <= fragment.offset;
}

std::optional<Datagram> Datagrams::add(const Fragment& fragment) {
  ++summary_.fragments;
  const auto pending = pending_of(fragment.key);
  const std::size_t end = fragment.offset + fragment.length;
  const auto same = pending->ranges.find(fragment.offset);
  if (same != pending->ranges.end() && same->second == end) return std::nullopt;  // a copy
  if (!fits(*pending, fragment)) {
    give_up(pending);
    return std::nullopt;
  }
  pending->ranges.emplace(fragment.offset, end);
  pending->covered += fragment.length;
  if (!fragment.more) pending->total = end;
  if (fragment.offset == 0) pending->header.assign(fragment.header.begin(), fragment.header.end());
  if (fragment.data.size() < fragment.length)
    pending->cut_at = std::min(pending->cut_at, fragment.offset + fragment.data.size());
  if (pending->data.size() < end) pending->data.resize(end);
  std::copy(fragment.data.begin(), fragment.data.end(),
            pending->data.begin() + static_cast<std::ptrdiff_t>(fragment.offset));
  if (pending->covered != pending->total) return std::nullopt;
  return finish(pending);
}

std::optional<Datagram> Datagrams::finish(std::list<Pending>::iterator pending) {
  const std::size_t fragments = pending->ranges.size();
  wire::Bytes bytes = std::move(pending->header);
  const std::size_t total = bytes.size() + *pending->total;
  const std::size_t captured = std::min(*pending->total, pending->cut_at);
  bytes.insert(bytes.end(), pending->data.begin(),
               pending->data.begin() + static_cast<std::ptrdiff_t>(captured));
  pending_.erase(pending);
  if (bytes[0] >> 4 == 4) {
    if (total > max_payload) return other();
    store16(bytes, 2, total);
    store16(bytes, 6, 0);
  } else {
    if (bytes[6] == IPPROTO_FRAGMENT) return other();  // a fragment of a fragment
    store16(bytes, 4, total - ipv6_header);
  }
  std::optional<Datagram> datagram =
      bytes[0] >> 4 == 4 ? take_v4(bytes, total) : take_v6(bytes, total);  // which is a fragment no longer
  if (datagram) datagram->fragments = fragments;
  return datagram;
}

void Datagrams::give_up(std::list<Pending>::iterator pending) {
  ++summary_.incomplete_datagrams;
  if (summary_.incomplete.size() < max_told)
    summary_.incomplete.push_back(
        {pending->packet, pending->key.source, pending->key.destination, pending->covered});
  pending_.erase(pending);
}

void Datagrams::end() {
  while (!pending_.empty()) give_up(pending_.begin());
}

}  // namespace tcpcraft::capture
