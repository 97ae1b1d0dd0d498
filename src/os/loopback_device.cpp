#include <cassert>
#include <cstring>

#include <linux/ethtool.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <tcpcraft/os/network_namespace.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/unique_fd.hpp>

namespace tcpcraft::os {
namespace {

constexpr char loopback[] = "lo";

ifreq loopback_request() {
  ifreq request{};
  std::memcpy(request.ifr_name, loopback, sizeof loopback);
  return request;
}

void switch_off(const UniqueFd& socket, std::uint32_t offload) {
  ethtool_value off{offload, 0};
  ifreq request = loopback_request();
  request.ifr_data = reinterpret_cast<char*>(&off);
  // A device without the offload has nothing to switch off.
  if (::ioctl(socket.get(), SIOCETHTOOL, &request) == -1 && errno != EOPNOTSUPP)
    throw SystemError("SIOCETHTOOL lo");
}

/// RTM_NEWADDR with one IFA_LOCAL: rtnetlink(7).
struct NewAddress {
  nlmsghdr header{};
  ifaddrmsg address{};
  rtattr local{};
  std::uint8_t bytes[16]{};
};

NewAddress new_address(const std::uint8_t* address, std::size_t size) {
  NewAddress request;
  request.header.nlmsg_len = static_cast<std::uint32_t>(offsetof(NewAddress, bytes) + size);
  request.header.nlmsg_type = RTM_NEWADDR;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
  request.address.ifa_family = size == 16 ? AF_INET6 : AF_INET;
  request.address.ifa_prefixlen = static_cast<std::uint8_t>(size * 8);
  // Without duplicate address detection, during which an address cannot be bound.
  request.address.ifa_flags = size == 16 ? IFA_F_NODAD : 0;
  request.address.ifa_index = ::if_nametoindex(loopback);
  request.local.rta_type = IFA_LOCAL;
  request.local.rta_len = static_cast<std::uint16_t>(RTA_LENGTH(size));
  std::memcpy(request.bytes, address, size);
  return request;
}

}  // namespace

void bring_up_loopback() {
  const UniqueFd socket(check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
  ifreq request = loopback_request();
  check(::ioctl(socket.get(), SIOCGIFFLAGS, &request), "SIOCGIFFLAGS lo");
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  check(::ioctl(socket.get(), SIOCSIFFLAGS, &request), "SIOCSIFFLAGS lo");
  for (const std::uint32_t offload : {ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO}) switch_off(socket, offload);
}

void add_loopback_address(const std::uint8_t* address, std::size_t size) {
  assert(size == 4 || size == 16);
  const UniqueFd socket(check(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), "socket"));
  const NewAddress request = new_address(address, size);
  if (::send(socket.get(), &request, request.header.nlmsg_len, 0) == -1) throw SystemError("RTM_NEWADDR lo");

  struct {
    nlmsghdr header;
    nlmsgerr result;
    NewAddress echo;
  } answer{};
  if (::recv(socket.get(), &answer, sizeof answer, 0) == -1) throw SystemError("RTM_NEWADDR lo");
  // An address that is there already is what was wanted.
  if (answer.result.error != 0 && answer.result.error != -EEXIST)
    throw SystemError("RTM_NEWADDR lo", -answer.result.error);
}

}  // namespace tcpcraft::os
