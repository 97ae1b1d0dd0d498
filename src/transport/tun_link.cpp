#include <cerrno>
#include <chrono>
#include <utility>

#include <unistd.h>

#include <tcpcraft/os/device.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/transport/tun_link.hpp>

namespace tcpcraft::transport {
namespace {

/// Packets that a TUN device holds before it drops them: TUN_READQ_SIZE of the kernel's drivers/net/tun.c.
constexpr std::size_t queue_length = 500;

}  // namespace

TunLink::TunLink(wire::IpAddress kernel, std::vector<std::uint16_t> kernel_ports, wire::IpAddress peer,
                 std::vector<std::uint16_t> peer_ports, unsigned mtu)
    : LocalLink(kernel, std::move(kernel_ports), peer, std::move(peer_ports)),
      device_(os::create_tun()),
      buffer_(new Buffer) {
  os::configure_device(device_.name, {{kernel.data(), kernel.size()}, {peer.data(), peer.size()}}, mtu);
}

TunLink::~TunLink() = default;

void TunLink::add_peer(const wire::IpAddress& address) {
  os::add_route(device_.name, {address.data(), address.size()});
  LocalLink::add_peer(address);
}

void TunLink::send(std::span<const std::uint8_t> packet) {
  // What waits to be read was sent before the kernel hears of this packet.
  read_all();
  const bool shown = is_shown(packet);
  if (shown) note(packet);
  if (::write(device_.fd.get(), packet.data(), packet.size()) == -1) {
    const int error = errno;
    if (shown) drop_arrival();
    throw os::SystemError("write /dev/net/tun", error);
  }
  // Once more: however long that took, what is read next was sent at about the time that this packet was.
  if (shown) last_arrival().time = wire::Time(std::chrono::system_clock::now());
}

void TunLink::note(std::span<const std::uint8_t> packet) {
  Arrival& arrival = next_arrival();
  arrival.packet.assign(packet.begin(), packet.end());
  arrival.time = wire::Time(std::chrono::system_clock::now());
  arrival.kernel_time = false;
  keep_arrival();
}

void TunLink::read_all() {
  for (std::size_t count = 0;; ++count) {
    const ssize_t size = ::read(device_.fd.get(), buffer_->data(), buffer_->size());
    if (size == -1 && errno == EINTR) continue;
    if (size == -1 && errno != EAGAIN) throw os::SystemError("read /dev/net/tun");
    if (size == -1) {
      // A queue that was not nearly full has lost nothing: its places come free some at a time, not each as
      // it is read.
      if (count >= queue_length / 2) check_losses();
      return;
    }
    const std::span<const std::uint8_t> packet(buffer_->data(), static_cast<std::size_t>(size));
    if (is_shown(packet)) note(packet);
  }
}

void TunLink::check_losses() {
  const std::uint64_t dropped = os::packets_dropped(device_.name);
  if (std::exchange(dropped_, dropped) != dropped)
    throw os::SystemError("read /dev/net/tun: packets were lost, the device's queue was full", ENOBUFS);
}

}  // namespace tcpcraft::transport
