#include <cassert>
#include <cerrno>
#include <string_view>

#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/socket.h>

#include <tcpcraft/os/sink_device.hpp>
#include <tcpcraft/os/system_error.hpp>

#include "interface.hpp"
#include "rtnetlink.hpp"

namespace tcpcraft::os {
namespace {

void put_other_end(nlmsghdr* header, const std::string& name) {
  nlattr* data = mnl_attr_nest_start(header, IFLA_INFO_DATA);
  nlattr* other = mnl_attr_nest_start(header, VETH_INFO_PEER);
  mnl_nlmsg_put_extra_header(header, sizeof(ifinfomsg));
  mnl_attr_put_strz(header, IFLA_IFNAME, name.c_str());
  mnl_attr_nest_end(header, other);
  mnl_attr_nest_end(header, data);
}

int create(RouteSocket& socket, const std::string& name, std::string_view kind, const std::string& call) {
  const std::string other_end = name + "-end";
  nlmsghdr* header = socket.begin_link(RTM_NEWLINK, 0, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
  mnl_attr_put_strz(header, IFLA_IFNAME, name.c_str());
  nlattr* info = mnl_attr_nest_start(header, IFLA_LINKINFO);
  mnl_attr_put_strz(header, IFLA_INFO_KIND, kind.data());
  if (kind == "veth") put_other_end(header, other_end);
  mnl_attr_nest_end(header, info);
  const int error = socket.try_execute(call);
  // First, so that this end has a carrier as soon as it is up itself.
  if (error == 0 && kind == "veth") Interface(other_end).raise(IFF_UP | IFF_NOARP);
  return error;
}

}  // namespace

SinkDevice::SinkDevice(std::initializer_list<const char*> kinds) {
  assert(kinds.size() != 0);
  RouteSocket socket;
  std::string call;
  int error = 0;
  for (const char* kind : kinds) {
    unsigned number = 0;
    do {
      name_ = "sink" + std::to_string(number++);
      call = "RTM_NEWLINK " + name_ + " type " + kind;
      error = create(socket, name_, kind, call);
    } while (error == EEXIST);
    if (error != EOPNOTSUPP) break;  // which is what the kernel says of a kind that it does not know
  }
  if (error != 0) throw SystemError(call, error);
  index_ = device_index(name_);
}

SinkDevice::~SinkDevice() {
  // Removing it would wait until nothing refers to it: a connection that was injected over IPv6 and then left
  // alone does so until the kernel gives it up, after minutes.
  try {
    RouteSocket socket;
    // One that says no more names the first address, and there is but one; IPv6 drops its own without help.
    nlmsghdr* header = socket.begin(RTM_DELADDR, NLM_F_ACK);
    auto* address = static_cast<ifaddrmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(ifaddrmsg)));
    address->ifa_family = AF_INET;
    address->ifa_index = index_;
    socket.try_execute("RTM_DELADDR " + name_);
    header = socket.begin_link(RTM_NEWLINK, index_);
    static_cast<ifinfomsg*>(mnl_nlmsg_get_payload(header))->ifi_change = IFF_UP;
    socket.try_execute("RTM_NEWLINK " + name_ + " down");
  } catch (const SystemError&) {
    // Then it goes with its namespace.
  }
}

}  // namespace tcpcraft::os
