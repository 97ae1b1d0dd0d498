#include "interface.hpp"

#include <cassert>
#include <cstring>
#include <utility>

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <tcpcraft/os/system_error.hpp>

namespace tcpcraft::os {

Interface::Interface(std::string name)
    : name_(std::move(name)), socket_(check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket")) {
  assert(name_.size() < IFNAMSIZ);
}

ifreq Interface::request() const {
  ifreq request{};
  std::memcpy(request.ifr_name, name_.c_str(), name_.size() + 1);
  return request;
}

void Interface::call(unsigned long command, const char* command_name, ifreq& request) const {
  if (::ioctl(socket_.get(), command, &request) == -1) {
    const int error = errno;
    throw SystemError(command_name + (" " + name_), error);
  }
}

int Interface::flags() const {
  ifreq request = this->request();
  call(SIOCGIFFLAGS, "SIOCGIFFLAGS", request);
  return request.ifr_flags;
}

void Interface::raise(int flags) const {
  ifreq request = this->request();
  request.ifr_flags = static_cast<short>(this->flags() | flags);
  call(SIOCSIFFLAGS, "SIOCSIFFLAGS", request);
}

void Interface::set_mtu(unsigned mtu) const {
  ifreq request = this->request();
  request.ifr_mtu = static_cast<int>(mtu);
  call(SIOCSIFMTU, "SIOCSIFMTU", request);
}

void Interface::switch_off(std::initializer_list<std::uint32_t> offloads) const {
  for (const std::uint32_t offload : offloads) {
    ethtool_value off{offload, 0};
    ifreq request = this->request();
    request.ifr_data = reinterpret_cast<char*>(&off);
    // A device without the offload has nothing to switch off.
    if (::ioctl(socket_.get(), SIOCETHTOOL, &request) == -1 && errno != EOPNOTSUPP)
      throw SystemError("SIOCETHTOOL " + name_);
  }
}

}  // namespace tcpcraft::os
