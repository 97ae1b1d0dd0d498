#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <tcpcraft/os/socket_address.hpp>
#include <tcpcraft/os/unique_fd.hpp>
#include <tcpcraft/transport/local_link.hpp>

namespace tcpcraft::transport {

class Batch;

/// A raw IP socket in the present network namespace. On `lo` the kernel handles a sent datagram before `send`
/// returns. Needs CAP_NET_RAW.
class LoopbackLink : public LocalLink {
 public:
  /// `crowded` says that other traffic passes in this network, which the kernel is then told to filter out;
  /// in a namespace of one's own that costs more than it saves.
  LoopbackLink(wire::IpAddress kernel, std::vector<std::uint16_t> kernel_ports, wire::IpAddress peer,
               std::vector<std::uint16_t> peer_ports, bool crowded = true);
  ~LoopbackLink() override;

  void retarget(std::vector<std::uint16_t> kernel_ports, std::vector<std::uint16_t> peer_ports) override;
  void send(std::span<const std::uint8_t> packet) override;
  /// Throws os::SystemError (ENOBUFS) where packets were lost because they had not been received in time.
  std::span<const Arrival> receive() override { return LocalLink::receive(); }
  bool loops_back() const override { return true; }
  int fd() const override { return socket_.get(); }

 private:
  void read_all() override;
  void read_one(std::size_t index);

  bool crowded_;
  os::SocketAddress destination_;
  os::UniqueFd socket_;
  std::unique_ptr<Batch> batch_;
};

}  // namespace tcpcraft::transport
