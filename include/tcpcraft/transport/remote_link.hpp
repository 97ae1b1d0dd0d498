#pragma once

#include <span>
#include <vector>

#include <tcpcraft/transport/loopback_link.hpp>

namespace tcpcraft::transport {

/// The way to a kernel elsewhere, over this host's network. What is sent does not come by here again, so it
/// is noted as it is sent; and there is no barrier: nothing is sent to anyone that was not asked for.
class RemoteLink : public Link {
 public:
  RemoteLink(wire::IpAddress kernel, std::vector<std::uint16_t> kernel_ports, wire::IpAddress peer,
             std::vector<std::uint16_t> peer_ports)
      : link_(kernel, std::move(kernel_ports), peer, std::move(peer_ports)) {}

  void send(std::span<const std::uint8_t> packet) override;
  std::span<const Arrival> receive() override;
  Barrier barrier() override { return Barrier::lost; }
  bool loops_back() const override { return false; }
  int fd() const override { return link_.fd(); }

 private:
  LoopbackLink link_;
  std::vector<Arrival> sent_;
  std::vector<Arrival> arrivals_;
};

}  // namespace tcpcraft::transport
