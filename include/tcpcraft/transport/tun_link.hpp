#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <tcpcraft/os/tun_device.hpp>
#include <tcpcraft/transport/local_link.hpp>

namespace tcpcraft::transport {

/// A TUN device of the link's own, behind which the peer is: its address is not the kernel's, so nothing has
/// to keep the kernel from answering for it. The kernel handles a sent datagram before `send` returns. Needs
/// CAP_NET_ADMIN and the right to open /dev/net/tun. Only for a private namespace, in which the peer's
/// address must not be a local one.
class TunLink : public LocalLink {
 public:
  /// Makes the device and puts the kernel's address on it; neither address may be a loopback address. `mtu`
  /// is the device's, in bytes. Throws os::SystemError, for instance "open /dev/net/tun: Permission denied".
  TunLink(wire::IpAddress kernel, std::vector<std::uint16_t> kernel_ports, wire::IpAddress peer,
          std::vector<std::uint16_t> peer_ports, unsigned mtu = 1500);
  /// Removes the device, for which the kernel waits for RCU: 15 to 50 ms.
  ~TunLink() override;

  void add_peer(const wire::IpAddress& address) override;

  /// Takes the datagram as it stands, its IPv4 checksum and length included, be they wrong; only the version
  /// must be 4 or 6. A segment that the kernel sends of itself (a timer's) in the moment before it comes to
  /// handle this one is received after it.
  void send(std::span<const std::uint8_t> packet) override;
  /// Throws os::SystemError (ENOBUFS) where packets were lost because they had not been received in time: a
  /// device holds 500. The device does not stamp packets: their time is read here, that of the peer's just
  /// after the kernel has handled them.
  std::span<const Arrival> receive() override { return LocalLink::receive(); }
  bool loops_back() const override { return false; }
  /// Readable when the kernel has sent something. What was sent to it is there without that.
  int fd() const override { return device_.fd.get(); }

 private:
  using Buffer = std::array<std::uint8_t, 65535>;

  void read_all() override;
  void note(std::span<const std::uint8_t> packet);
  void check_losses();

  os::TunDevice device_;
  std::unique_ptr<Buffer> buffer_;
  std::uint64_t dropped_ = 0;
};

}  // namespace tcpcraft::transport
