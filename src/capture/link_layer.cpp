#include <pcap/pcap.h>

#include <tcpcraft/capture/link_layer.hpp>

namespace tcpcraft::capture {
namespace {

using Frame = std::span<const std::uint8_t>;

constexpr unsigned ipv4 = 0x0800, ipv6 = 0x86dd;
constexpr unsigned vlan = 0x8100, service_vlan = 0x88a8, old_service_vlan = 0x9100;

unsigned read16(Frame frame, std::size_t at) {
  return static_cast<unsigned>(frame[at] << 8 | frame[at + 1]);
}

/// `next` is what follows the fields that the type at `at` stands in. A tag has two bytes and a type.
std::optional<std::size_t> behind_type(Frame frame, std::size_t at, std::size_t next) {
  while (at + 2 <= frame.size()) {
    const unsigned type = read16(frame, at);
    if (type == ipv4 || type == ipv6) return next;
    if (type != vlan && type != service_vlan && type != old_service_vlan) return std::nullopt;
    at = next + 2;
    next += 4;
  }
  return std::nullopt;
}

}  // namespace

bool is_known_link(int type) {
  switch (type) {
    case DLT_EN10MB:
    case DLT_LINUX_SLL:
    case DLT_LINUX_SLL2:
    case DLT_NULL:
    case DLT_LOOP:
    case DLT_RAW:
    case DLT_IPV4:
    case DLT_IPV6:
      return true;
    default:
      return false;
  }
}

std::string link_name(int type) {
  const char* const name = pcap_datalink_val_to_name(type);
  return name ? name : std::to_string(type);
}

std::optional<std::size_t> find_ip(int type, Frame frame) {
  std::optional<std::size_t> at;
  switch (type) {
    case DLT_EN10MB:
      at = behind_type(frame, 12, 14);
      break;
    case DLT_LINUX_SLL:
      at = behind_type(frame, 14, 16);
      break;
    case DLT_LINUX_SLL2:
      at = behind_type(frame, 0, 20);
      break;
    case DLT_NULL:  // the family's number differs between systems; IP's own version does not
    case DLT_LOOP:
      at = 4;
      break;
    default:
      at = 0;
  }
  if (!at || *at >= frame.size()) return std::nullopt;
  const int version = frame[*at] >> 4;
  return version == 4 || version == 6 ? at : std::nullopt;
}

}  // namespace tcpcraft::capture
