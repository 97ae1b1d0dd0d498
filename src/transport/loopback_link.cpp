#include <cstring>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/tcp_socket.hpp>
#include <tcpcraft/transport/loopback_link.hpp>

#include "capture.hpp"
#include "port_filter.hpp"

namespace tcpcraft::transport {
namespace {

constexpr std::size_t ipv6_header_size = 40;
/// IPV6_FLOWINFO of linux/in6.h, which cannot be included together with netinet/in.h.
constexpr int ipv6_flowinfo = 11;

/// The IPv6 header that a raw socket keeps to itself (RFC 8200, section 3).
void put_ipv6_header(wire::Bytes& header, const Ancillary& ancillary, std::size_t payload_size,
                     const in6_addr& source) {
  header.resize(ipv6_header_size);
  std::memcpy(&header[0], &ancillary.flow_info, sizeof ancillary.flow_info);
  header[0] = static_cast<std::uint8_t>(6 << 4 | (header[0] & 0xf));
  header[4] = static_cast<std::uint8_t>(payload_size >> 8);
  header[5] = static_cast<std::uint8_t>(payload_size);
  header[6] = IPPROTO_TCP;
  header[7] = ancillary.hop_limit;
  std::memcpy(&header[8], &source, sizeof source);
  std::memcpy(&header[24], &ancillary.destination, sizeof ancillary.destination);
}

/// Takes whole datagrams to send, and tells what was in the headers of those received.
void pass_ipv6_headers(const os::UniqueFd& socket) {
  os::set_option(socket, IPPROTO_IPV6, IPV6_HDRINCL, 1, "IPV6_HDRINCL");
  os::set_option(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO");
  os::set_option(socket, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1, "IPV6_RECVHOPLIMIT");
  os::set_option(socket, IPPROTO_IPV6, ipv6_flowinfo, 1, "IPV6_FLOWINFO");
}

}  // namespace

LoopbackLink::LoopbackLink(wire::IpAddress kernel, std::vector<std::uint16_t> kernel_ports,
                           wire::IpAddress peer, std::vector<std::uint16_t> peer_ports, bool crowded)
    : LocalLink(kernel, std::move(kernel_ports), peer, std::move(peer_ports)),
      crowded_(crowded),
      destination_(os::SocketAddress::from(kernel.data(), kernel.size(), 0)),
      socket_(os::check(::socket(destination_.family(), SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP),
                        "socket(SOCK_RAW)")),
      // An IPv4 datagram brings its addresses itself.
      batch_(std::make_unique<Batch>(kernel.is_v6())) {
  // Until the filter stands, the socket takes in everything; what is not ours is not shown.
  if (crowded_) attach_filter(socket_, port_filter(kernel.is_v6(), this->peer_ports()));
  prepare_capture(socket_);
  if (kernel.is_v6())
    pass_ipv6_headers(socket_);
  else
    os::set_option(socket_, IPPROTO_IP, IP_HDRINCL, 1, "IP_HDRINCL");
}

LoopbackLink::~LoopbackLink() = default;

void LoopbackLink::retarget(std::vector<std::uint16_t> kernel_ports, std::vector<std::uint16_t> peer_ports) {
  LocalLink::retarget(std::move(kernel_ports), std::move(peer_ports));
  if (crowded_) attach_filter(socket_, port_filter(kernel().is_v6(), this->peer_ports()));
}

void LoopbackLink::send(std::span<const std::uint8_t> packet) {
  if (::sendto(socket_.get(), packet.data(), packet.size(), 0, destination_.get(), destination_.length) == -1)
    throw os::SystemError("sendto(SOCK_RAW)");
}

void LoopbackLink::read_all() {
  // A batch that is not full has emptied the queue.
  for (std::size_t count = Batch::capacity; count == Batch::capacity;) {
    count = batch_->read(socket_);
    for (std::size_t i = 0; i < count; ++i) read_one(i);
  }
}

void LoopbackLink::read_one(std::size_t index) {
  const Ancillary ancillary = batch_->ancillary(index);
  note_stamp(ancillary.time != wire::Time{});
  const std::span<const std::uint8_t> bytes = batch_->datagram(index);
  Arrival& arrival = next_arrival();
  if (kernel().is_v6()) put_ipv6_header(arrival.packet, ancillary, bytes.size(), batch_->source(index));
  arrival.packet.insert(arrival.packet.end(), bytes.begin(), bytes.end());
  if (!is_shown(arrival.packet)) return;
  stamp(arrival, ancillary);
  keep_arrival();
}

}  // namespace tcpcraft::transport
