#pragma once

#include <string>
#include <vector>

namespace tcpcraft::os {

/// A network device of any kind, as it is now: what a sender of whole frames has to know of it.
struct NetworkInterface {
  std::string name;
  unsigned index = 0;
  unsigned hardware = 0;  ///< an ARPHRD of <net/if_arp.h>: what its frames look like
  unsigned mtu = 0;       ///< without the link layer's header
  bool is_up = false;
  bool is_running = false;  ///< it is up and has a carrier
  std::string driver;       ///< "veth"; empty where the kernel does not say
  bool has_queue = false;   ///< a queueing discipline, or a classifier, sees what is sent
  bool is_watched = false;  ///< a packet socket, such as tcpdump's, sees what is sent
};

/// Throws SystemError: ENODEV where there is none of that name.
NetworkInterface find_network_interface(const std::string& name);

/// The names of all that there are in this namespace.
std::vector<std::string> network_interface_names();

/// Whether this network namespace is the one that the machine, or the container, began with, and not one that
/// was made since.
bool is_in_first_network();

}  // namespace tcpcraft::os
