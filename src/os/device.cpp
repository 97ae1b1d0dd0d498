#include <cassert>
#include <cerrno>
#include <memory>

#include <ifaddrs.h>
#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <tcpcraft/os/device.hpp>
#include <tcpcraft/os/system_error.hpp>

#include "interface.hpp"
#include "rtnetlink.hpp"
#include "wait.hpp"

namespace tcpcraft::os {
namespace {

/// Without a link-local address, the kernel has none to solicit routers from.
void make_no_link_local_address(RouteSocket& socket, unsigned index, const std::string& device) {
  nlmsghdr* header = socket.begin_link(RTM_NEWLINK, index);
  nlattr* families = mnl_attr_nest_start(header, IFLA_AF_SPEC);
  nlattr* inet6 = mnl_attr_nest_start(header, AF_INET6);
  mnl_attr_put_u8(header, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
  mnl_attr_nest_end(header, inet6);
  mnl_attr_nest_end(header, families);
  const std::string call = "IFLA_INET6_ADDR_GEN_MODE " + device;
  const int error = socket.try_execute(call);
  // Where there is no IPv6, there is nothing to switch off.
  if (error != 0 && error != EAFNOSUPPORT) throw SystemError(call, error);
}

void bring_up(RouteSocket& socket, unsigned index, const std::string& device, unsigned mtu) {
  nlmsghdr* header = socket.begin_link(RTM_NEWLINK, index);
  auto* link = static_cast<ifinfomsg*>(mnl_nlmsg_get_payload(header));
  link->ifi_flags = link->ifi_change = IFF_UP | IFF_NOARP;
  mnl_attr_put_u32(header, IFLA_MTU, mtu);
  socket.execute("RTM_NEWLINK " + device + " mtu " + std::to_string(mtu) + " up");
}

/// A veth may find its carrier a little after it is up, and loses what is sent before.
void wait_until_running(const Interface& interface, const std::string& device) {
  wait_until([&] { return (interface.flags() & IFF_RUNNING) != 0; }, device + ": its carrier");
}

}  // namespace

void configure_device(const std::string& device, const DeviceAddresses& addresses, unsigned mtu) {
  assert(addresses.kernel.size() == addresses.peer.size());
  const Interface interface(device);
  interface.switch_off({ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO, ETHTOOL_STXCSUM});
  RouteSocket socket;
  const unsigned index = device_index(device);
  make_no_link_local_address(socket, index, device);
  bring_up(socket, index, device, mtu);
  wait_until_running(interface, device);
  add_address(socket, index, addresses.kernel, addresses.peer, device);
}

void add_route(const std::string& device, std::span<const std::uint8_t> host) {
  RouteSocket socket;
  nlmsghdr* header = socket.begin(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE);
  auto* route = static_cast<rtmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(rtmsg)));
  route->rtm_family = host.size() == 16 ? AF_INET6 : AF_INET;
  route->rtm_dst_len = static_cast<std::uint8_t>(host.size() * 8);
  route->rtm_table = RT_TABLE_MAIN;
  route->rtm_protocol = RTPROT_STATIC;
  route->rtm_scope = host.size() == 16 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
  route->rtm_type = RTN_UNICAST;
  mnl_attr_put(header, RTA_DST, host.size(), host.data());
  mnl_attr_put_u32(header, RTA_OIF, device_index(device));
  const std::string call = "RTM_NEWROUTE " + device;
  const int error = socket.try_execute(call);
  if (error != 0 && error != EEXIST) throw SystemError(call, error);
}

std::uint64_t packets_dropped(const std::string& device) {
  ifaddrs* list = nullptr;
  check(::getifaddrs(&list), "getifaddrs");
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, ::freeifaddrs);
  for (const ifaddrs* entry = list; entry; entry = entry->ifa_next)
    if (entry->ifa_data && device == entry->ifa_name)  // an entry for an address has no data
      return static_cast<const rtnl_link_stats*>(entry->ifa_data)->tx_dropped;
  throw SystemError("getifaddrs " + device, ENODEV);
}

}  // namespace tcpcraft::os
