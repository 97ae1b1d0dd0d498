#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <tcpcraft/os/sink_device.hpp>
#include <tcpcraft/os/socket_address.hpp>
#include <tcpcraft/os/unique_fd.hpp>
#include <tcpcraft/transport/local_link.hpp>

namespace tcpcraft::transport {

class Batch;

/// A device of the link's own that leads nowhere, and a packet socket that sees what the kernel sends to the
/// peer through it. The peer's segments are injected over `lo`, since the kernel's address is a local one;
/// the same packet socket sees them there just before the kernel handles them, which it does before `send`
/// returns. The peer's address is not the kernel's, so nothing has to keep the kernel from answering for it.
/// Needs CAP_NET_ADMIN and CAP_NET_RAW, which an ordinary user has in a private namespace. Only for such a
/// one, with `lo` up, and in which the peer's address must not be a local one.
class SinkLink : public LocalLink {
 public:
  /// Makes the device and puts the kernel's address on it; neither address may be a loopback address. `mtu`
  /// is the device's, in bytes: what the peer sends may be up to that of `lo`. Throws os::SystemError.
  SinkLink(wire::IpAddress kernel, std::vector<std::uint16_t> kernel_ports, wire::IpAddress peer,
           std::vector<std::uint16_t> peer_ports, unsigned mtu = 1500);
  /// Takes the device down and closes the packet socket, for which the kernel waits for RCU: 10 to 50 ms.
  ~SinkLink() override;

  void add_peer(const wire::IpAddress& address) override;

  /// The kernel completes an IPv4 header: identification 0, length and checksum, raw(7).
  void send(std::span<const std::uint8_t> packet) override;
  /// Throws os::SystemError (ENOBUFS) where packets were lost because they had not been received in time.
  std::span<const Arrival> receive() override { return LocalLink::receive(); }
  bool loops_back() const override { return false; }
  int fd() const override { return capture_.get(); }

 private:
  void read_all() override;

  os::SinkDevice device_;
  os::SocketAddress destination_;
  os::UniqueFd injector_;
  os::UniqueFd capture_;
  std::unique_ptr<Batch> batch_;
};

}  // namespace tcpcraft::transport
