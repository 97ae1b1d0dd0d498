#pragma once

#include <cstring>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <tcpcraft/os/device.hpp>
#include <tcpcraft/os/sink_device.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/unique_fd.hpp>
#include <tcpcraft/wire/options.hpp>

#include "os/device_ends.hpp"

namespace tcpcraft::test {

/// A packet socket for everything on a device.
class Listener {
 public:
  explicit Listener(const std::string& device)
      : socket_(os::check(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), "packet socket")) {
    const int room = 32 << 20;
    // Beyond the system's limit only with privilege; without, the tests send less at a time than the limit.
    if (::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
      ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = static_cast<int>(::if_nametoindex(device.c_str()));
    os::check(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  }

  /// What has come, or gone where that is asked for; waits until there is so much.
  std::vector<wire::Bytes> heard(std::size_t count, bool gone = false, int patience_ms = 10'000) {
    std::vector<wire::Bytes> frames;
    wire::Bytes buffer(70'000);
    while (frames.size() < count) {
      pollfd ready{socket_.get(), POLLIN, 0};
      if (::poll(&ready, 1, patience_ms) != 1) break;
      sockaddr_ll from{};
      socklen_t size = sizeof from;
      const ssize_t got = ::recvfrom(socket_.get(), buffer.data(), buffer.size(), 0,
                                     reinterpret_cast<sockaddr*>(&from), &size);
      if (got >= 0 && gone == (from.sll_pkttype == PACKET_OUTGOING))
        frames.emplace_back(buffer.begin(), buffer.begin() + got);
    }
    return frames;
  }
  /// Whether nothing more has come. What IPv6 says of itself on this end, when it likes, has not come.
  bool is_silent() { return heard(1, false, 0).empty(); }

 private:
  os::UniqueFd socket_;
};

/// A veth: what is sent through `device` arrives at `other_end`.
struct Veth {
  os::SinkDevice sink{"veth"};
  std::string device = sink.name(), other_end = device + "-end";

  explicit Veth(unsigned mtu = 1500) {
    os::configure_device(device, addresses(false), mtu);
    ask(other_end, SIOCSIFMTU, static_cast<int>(mtu));
  }
  /// netdevice(7), about a device of the pair.
  template <class Value = int>
  static ifreq ask(const std::string& name, unsigned long command, Value value = {}) {
    const os::UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::memcpy(request.ifr_name, name.c_str(), name.size() + 1);
    std::memcpy(&request.ifr_ifru, &value, sizeof value);
    os::check(::ioctl(socket.get(), command, &request), "ioctl " + name);
    return request;
  }
};

}  // namespace tcpcraft::test
