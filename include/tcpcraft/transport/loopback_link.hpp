#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include <tcpcraft/os/rst_guard.hpp>
#include <tcpcraft/os/unique_fd.hpp>
#include <tcpcraft/transport/link.hpp>
#include <tcpcraft/wire/endpoint.hpp>

namespace tcpcraft::transport {

/// Raw IP sockets of the present network namespace. On `lo` the kernel handles a sent datagram before `send`
/// returns. Needs CAP_NET_RAW.
class LoopbackLink : public Link {
 public:
  /// Listens to the segments between any of the kernel's ports and any of the peer's. The first of each is
  /// the connection's own; others are where a scenario names them (`sport=`, `dport=`).
  LoopbackLink(wire::IpAddress kernel, std::vector<std::uint16_t> kernel_ports, wire::IpAddress peer,
               std::vector<std::uint16_t> peer_ports);

  void send(std::span<const std::uint8_t> packet) override;
  void receive(std::vector<Arrival>& arrivals) override;
  Barrier barrier() override;
  int fd() const override { return receiver_.get(); }

 private:
  void read_all();
  void attach_filter();

  wire::IpAddress kernel_;
  std::vector<std::uint16_t> kernel_ports_;
  wire::IpAddress peer_;
  std::vector<std::uint16_t> peer_ports_;
  os::ClosedPort closed_port_;
  os::UniqueFd sender_;
  os::UniqueFd receiver_;
  std::vector<Arrival> pending_;
  std::uint32_t probe_seq_ = 0;
  bool probe_answered_ = false;
};

}  // namespace tcpcraft::transport
