#pragma once

#include <string>

#include <tcpcraft/os/unique_fd.hpp>

namespace tcpcraft::os {

/// A TUN device: what the kernel routes to it is read from `fd`, what is written to `fd` the kernel receives,
/// one IP datagram each time, with nothing before it (IFF_TUN, IFF_NO_PI). The device goes with the
/// descriptor, which then waits for RCU: 15 to 50 ms.
struct TunDevice {
  UniqueFd fd;  ///< non-blocking, closed on exec
  std::string name;
};

/// Makes a TUN device in the present network namespace; it is down and has no address. Throws SystemError:
/// needs CAP_NET_ADMIN and the right to open /dev/net/tun, which not every system gives to its users. Only
/// for a private namespace.
TunDevice create_tun();

}  // namespace tcpcraft::os
