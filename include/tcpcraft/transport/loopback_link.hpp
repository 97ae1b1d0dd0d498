#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <tcpcraft/os/rst_guard.hpp>
#include <tcpcraft/os/socket_address.hpp>
#include <tcpcraft/os/unique_fd.hpp>
#include <tcpcraft/transport/link.hpp>
#include <tcpcraft/wire/endpoint.hpp>

namespace tcpcraft::transport {

/// A raw IP socket in the present network namespace. On `lo` the kernel handles a sent datagram before `send`
/// returns. Needs CAP_NET_RAW.
class LoopbackLink : public Link {
 public:
  /// Listens to the segments between any of the kernel's ports and any of the peer's. The first of each is
  /// the connection's own; others are where a scenario names them (`sport=`, `dport=`).
  /// `crowded` says that other traffic passes in this network, which the kernel is then told to filter out;
  /// in a namespace of one's own that costs more than it saves.
  LoopbackLink(wire::IpAddress kernel, std::vector<std::uint16_t> kernel_ports, wire::IpAddress peer,
               std::vector<std::uint16_t> peer_ports, bool crowded = true);
  ~LoopbackLink() override;

  /// Turns to another connection between the same addresses.
  void retarget(std::vector<std::uint16_t> kernel_ports, std::vector<std::uint16_t> peer_ports);

  void send(std::span<const std::uint8_t> packet) override;
  /// Throws os::SystemError (ENOBUFS) where packets were lost because they had not been received in time.
  std::span<const Arrival> receive() override;
  Barrier barrier() override;
  int fd() const override { return socket_.get(); }

 private:
  struct Batch;

  void read_all();
  void read_one(std::size_t index, std::size_t size);
  bool is_shown(const wire::Bytes& packet);

  wire::IpAddress kernel_;
  std::vector<std::uint16_t> kernel_ports_;
  wire::IpAddress peer_;
  std::vector<std::uint16_t> peer_ports_;
  bool crowded_;
  os::SocketAddress destination_;
  os::UniqueFd socket_;
  std::unique_ptr<Batch> batch_;
  std::vector<Arrival> arrivals_;  ///< their packets' memory is used again
  std::size_t unheard_ = 0;        ///< how many of them `receive` has not shown yet

  std::optional<os::ClosedPort> closed_port_;  ///< opened by the first barrier
  wire::Bytes probe_;
  std::uint32_t probe_seq_ = 0;
  bool probe_answered_ = false;
};

}  // namespace tcpcraft::transport
