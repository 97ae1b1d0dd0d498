#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include <net/if.h>

#include <tcpcraft/os/unique_fd.hpp>

namespace tcpcraft::os {

/// A network device as netdevice(7) has it.
class Interface {
 public:
  explicit Interface(std::string name);

  int flags() const;
  /// Adds flags, such as IFF_UP.
  void raise(int flags) const;
  void set_mtu(unsigned mtu) const;
  /// Switches offloads off, each named by its command for SIOCETHTOOL: ETHTOOL_STSO.
  void switch_off(std::initializer_list<std::uint32_t> offloads) const;

 private:
  ifreq request() const;
  void call(unsigned long command, const char* command_name, ifreq& request) const;

  std::string name_;
  UniqueFd socket_;
};

}  // namespace tcpcraft::os
