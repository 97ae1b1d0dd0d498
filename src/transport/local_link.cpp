#include <algorithm>
#include <cassert>
#include <chrono>
#include <thread>
#include <utility>

#include <poll.h>

#include <tcpcraft/os/socket_address.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/transport/local_link.hpp>

#include "datagram.hpp"

namespace tcpcraft::transport {
namespace {

constexpr std::chrono::seconds barrier_patience{1};
constexpr std::uint8_t rst_and_ack = 0x14;

template <class T>
bool contains(const std::vector<T>& list, const T& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

LocalLink::LocalLink(const wire::IpAddress& kernel, std::vector<std::uint16_t> kernel_ports,
                     const wire::IpAddress& peer, std::vector<std::uint16_t> peer_ports)
    : kernel_(kernel),
      kernel_ports_(std::move(kernel_ports)),
      peers_{peer},
      peer_ports_(std::move(peer_ports)) {
  assert(kernel_.is_v6() == peer.is_v6() && !kernel_ports_.empty() && !peer_ports_.empty());
}

void LocalLink::add_peer(const wire::IpAddress& address) {
  assert(address.is_v6() == kernel_.is_v6());
  peers_.push_back(address);
}

void LocalLink::retarget(std::vector<std::uint16_t> kernel_ports, std::vector<std::uint16_t> peer_ports) {
  assert(!kernel_ports.empty() && !peer_ports.empty());
  kernel_ports_ = std::move(kernel_ports);
  peer_ports_ = std::move(peer_ports);
  if (closed_port_) aim_probe();
}

std::span<const Arrival> LocalLink::receive() {
  read_all();
  return {arrivals_.data(), std::exchange(unheard_, 0)};
}

Arrival& LocalLink::next_arrival() {
  if (unheard_ == arrivals_.size()) arrivals_.emplace_back();
  arrivals_[unheard_].packet.clear();
  return arrivals_[unheard_];
}

void LocalLink::aim_probe() {
  probe_ = make_probe({peer(), peer_ports_.front()}, {kernel_, closed_port_->port()});
}

Barrier LocalLink::barrier() {
  if (!closed_port_) {
    closed_port_.emplace(os::SocketAddress::from(kernel_.data(), kernel_.size(), 0));
    aim_probe();
  }
  // A number of its own for every probe: the late answer to a lost one must not serve another.
  number_probe(probe_, ++probe_seq_);
  probe_answered_ = false;
  send(probe_);
  read_all();
  if (probe_answered_) return Barrier::proven;

  const auto deadline = std::chrono::steady_clock::now() + barrier_patience;
  while (!probe_answered_) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return Barrier::lost;
    pollfd readable{fd(), POLLIN, 0};
    if (::poll(&readable, 1, static_cast<int>(left.count())) == -1 && errno != EINTR)
      throw os::SystemError("poll");
    read_all();
  }
  return Barrier::proven;
}

bool LocalLink::await_stamps(wire::Duration patience) {
  // The kernel switches its stamps on from a work queue of its own, which a busy processor delays.
  constexpr std::chrono::microseconds pause{200};
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (barrier() == Barrier::proven && !stamped_ && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(pause);
  return stamped_;
}

bool LocalLink::is_shown(std::span<const std::uint8_t> packet) {
  const Header header = read_header(packet);
  const auto is_kernel = [this](const wire::Endpoint& end) {
    return contains(kernel_ports_, end.port) && end.address == kernel_;
  };
  const auto is_peer = [this](const wire::Endpoint& end) {
    return contains(peer_ports_, end.port) && contains(peers_, end.address);
  };
  // RFC 9293, section 3.10.7.1: a SYN to a closed port is answered with ACK=SEG.SEQ+SEG.LEN.
  if (closed_port_ && header.source == wire::Endpoint{kernel_, closed_port_->port()} &&
      header.flags == rst_and_ack && header.ack == probe_seq_ + 1)
    probe_answered_ = true;
  return (is_peer(header.source) && is_kernel(header.destination)) ||
         (is_kernel(header.source) && is_peer(header.destination));
}

}  // namespace tcpcraft::transport
