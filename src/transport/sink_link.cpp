#include <utility>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <tcpcraft/os/device.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/tcp_socket.hpp>
#include <tcpcraft/transport/sink_link.hpp>

#include "capture.hpp"
#include "sink_filter.hpp"

namespace tcpcraft::transport {
namespace {

os::UniqueFd open_injector(int family) {
  os::UniqueFd socket(
      os::check(::socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW), "socket(SOCK_RAW)"));
  if (family == AF_INET6) os::set_option(socket, IPPROTO_IPV6, IPV6_HDRINCL, 1, "IPV6_HDRINCL");
  return socket;
}

/// Sees all devices at once, so that one queue holds both directions in their order. Without a protocol until
/// it is bound: otherwise binding it to another would wait for RCU, and packets would come before the filter.
os::UniqueFd open_capture(unsigned sink, bool v6) {
  os::UniqueFd socket(
      os::check(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket(AF_PACKET)"));
  attach_filter(socket, sink_filter(sink, v6));
  prepare_capture(socket);
  sockaddr_ll everywhere{};
  everywhere.sll_family = AF_PACKET;
  everywhere.sll_protocol = htons(ETH_P_ALL);  // no other protocol sees what is sent
  os::check(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&everywhere), sizeof everywhere),
            "bind(AF_PACKET)");
  return socket;
}

}  // namespace

SinkLink::SinkLink(wire::IpAddress kernel, std::vector<std::uint16_t> kernel_ports, wire::IpAddress peer,
                   std::vector<std::uint16_t> peer_ports, unsigned mtu)
    : LocalLink(kernel, std::move(kernel_ports), peer, std::move(peer_ports)),
      destination_(os::SocketAddress::from(kernel.data(), kernel.size(), 0)),
      injector_(open_injector(destination_.family())),
      capture_(open_capture(device_.index(), kernel.is_v6())),
      batch_(std::make_unique<Batch>(false)) {
  os::configure_device(device_.name(), {{kernel.data(), kernel.size()}, {peer.data(), peer.size()}}, mtu);
}

SinkLink::~SinkLink() = default;

void SinkLink::add_peer(const wire::IpAddress& address) {
  os::add_route(device_.name(), {address.data(), address.size()});
  LocalLink::add_peer(address);
}

void SinkLink::send(std::span<const std::uint8_t> packet) {
  if (::sendto(injector_.get(), packet.data(), packet.size(), 0, destination_.get(), destination_.length) ==
      -1)
    throw os::SystemError("sendto(SOCK_RAW)");
}

void SinkLink::read_all() {
  // A batch that is not full has emptied the queue.
  for (std::size_t count = Batch::capacity; count == Batch::capacity;) {
    count = batch_->read(capture_);
    for (std::size_t i = 0; i < count; ++i) {
      const Ancillary ancillary = batch_->ancillary(i);
      note_stamp(ancillary.time != wire::Time{});
      const std::span<const std::uint8_t> packet = batch_->datagram(i);
      if (!is_shown(packet)) continue;
      Arrival& arrival = next_arrival();
      arrival.packet.assign(packet.begin(), packet.end());
      stamp(arrival, ancillary);
      keep_arrival();
    }
  }
}

}  // namespace tcpcraft::transport
