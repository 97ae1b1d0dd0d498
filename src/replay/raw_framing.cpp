#include <net/if_arp.h>
#include <pcap/dlt.h>

#include <tcpcraft/capture/link_layer.hpp>
#include <tcpcraft/replay/framing.hpp>

namespace tcpcraft::replay {
namespace {

constexpr std::size_t ethernet_header = 14, vlan_tag = 4;

bool is_bare_ip(int link) {
  return link == DLT_RAW || link == DLT_IPV4 || link == DLT_IPV6;
}

/// With a header that the capturing made up, and IP behind it.
bool is_dressed_ip(int link) {
  return link == DLT_LINUX_SLL || link == DLT_LINUX_SLL2 || link == DLT_NULL || link == DLT_LOOP;
}

}  // namespace

std::optional<Framing> Framing::between(int link, unsigned hardware) {
  const bool loopback = hardware == ARPHRD_LOOPBACK;
  const bool ethernet = hardware == ARPHRD_ETHER || loopback;
  const bool ip = hardware == ARPHRD_NONE || hardware == ARPHRD_RAWIP;
  if ((link == DLT_EN10MB && ethernet) || (is_bare_ip(link) && ip))
    return Framing(link, Way::untouched, ethernet);
  if (is_dressed_ip(link) && ip) return Framing(link, Way::without_header, false);
  if ((is_bare_ip(link) || is_dressed_ip(link)) && loopback) return Framing(link, Way::loopback_header, true);
  return std::nullopt;
}

std::string Framing::why_not(int link, const std::string& interface) {
  if (is_bare_ip(link) || is_dressed_ip(link))
    return "its packets have no Ethernet header, without which nothing can be sent through " + interface +
           "; lo and tun devices take them";
  if (link == DLT_EN10MB)
    return "its packets have Ethernet headers, which " + interface + " has no place for";
  return "its packets are of the link type " + capture::link_name(link) + ", which " + interface +
         " does not have";
}

std::optional<std::span<const std::uint8_t>> Framing::frame(std::span<const std::uint8_t> packet) {
  if (way_ == Way::untouched) return packet;
  const auto ip = capture::find_ip(link_, packet);
  if (!ip) return std::nullopt;
  const auto datagram = packet.subspan(*ip);
  if (way_ == Way::without_header) return datagram;
  made_.assign(ethernet_header, 0);
  const bool v6 = datagram[0] >> 4 == 6;
  made_[12] = v6 ? 0x86 : 0x08;
  made_[13] = v6 ? 0xdd : 0x00;
  made_.insert(made_.end(), datagram.begin(), datagram.end());
  return made_;
}

std::size_t Framing::header_size(std::span<const std::uint8_t> frame) const {
  if (!ethernet_) return 0;
  const bool tagged = frame.size() > ethernet_header && frame[12] == 0x81 && frame[13] == 0x00;
  return ethernet_header + (tagged ? vlan_tag : 0);
}

}  // namespace tcpcraft::replay
