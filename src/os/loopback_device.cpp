#include <cassert>

#include <linux/ethtool.h>
#include <net/if.h>

#include <tcpcraft/os/network_namespace.hpp>

#include "interface.hpp"
#include "rtnetlink.hpp"

namespace tcpcraft::os {

void bring_up_loopback() {
  const Interface loopback("lo");
  loopback.raise(IFF_UP);
  loopback.switch_off({ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO});
}

void set_loopback_mtu(unsigned mtu) {
  Interface("lo").set_mtu(mtu);
}

void add_loopback_address(const std::uint8_t* address, std::size_t size) {
  assert(size == 4 || size == 16);
  RouteSocket socket;
  add_address(socket, device_index("lo"), {address, size}, {}, "lo");
}

}  // namespace tcpcraft::os
