#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/tun_device.hpp>

namespace tcpcraft::os {

TunDevice create_tun() {
  TunDevice device;
  device.fd = UniqueFd(check(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC), "open /dev/net/tun"));
  ifreq request{};  // without a name, for which the kernel then finds one
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  check(::ioctl(device.fd.get(), TUNSETIFF, &request), "TUNSETIFF");
  device.name = request.ifr_name;
  return device;
}

}  // namespace tcpcraft::os
