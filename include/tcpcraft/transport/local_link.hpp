#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <tcpcraft/os/rst_guard.hpp>
#include <tcpcraft/transport/link.hpp>
#include <tcpcraft/wire/endpoint.hpp>

namespace tcpcraft::transport {

/// What the links to the kernel of the present network namespace have in common: which packets are shown, and
/// the barrier. Shown are the segments between any of the kernel's ports and any of the peer's. The first of
/// each is the connection's own; others are where a scenario names them (`sport=`, `dport=`).
class LocalLink : public Link {
 public:
  /// Turns to another connection between the same addresses.
  virtual void retarget(std::vector<std::uint16_t> kernel_ports, std::vector<std::uint16_t> peer_ports);

  void receive(std::vector<Arrival>& arrivals) override;
  Barrier barrier() override;

 protected:
  /// The addresses are of one kind, and there is a port of each.
  LocalLink(const wire::IpAddress& kernel, std::vector<std::uint16_t> kernel_ports,
            const wire::IpAddress& peer, std::vector<std::uint16_t> peer_ports);

  const wire::IpAddress& kernel() const { return kernel_; }
  const wire::IpAddress& peer() const { return peer_; }
  const std::vector<std::uint16_t>& peer_ports() const { return peer_ports_; }

  /// Appends what is there to read and `is_shown`; does not wait.
  virtual void read_all(std::vector<Arrival>& arrivals) = 0;

  /// Whether the packet is one of the connection's. Notes the answer to the present barrier.
  bool is_shown(std::span<const std::uint8_t> packet);

  std::vector<Arrival> pending_;  ///< what has been read, or noted, and `receive` has not yet passed on

 private:
  void aim_probe();

  wire::IpAddress kernel_;
  std::vector<std::uint16_t> kernel_ports_;
  wire::IpAddress peer_;
  std::vector<std::uint16_t> peer_ports_;

  std::optional<os::ClosedPort> closed_port_;  ///< opened by the first barrier
  wire::Bytes probe_;
  std::uint32_t probe_seq_ = 0;
  bool probe_answered_ = false;
};

}  // namespace tcpcraft::transport
