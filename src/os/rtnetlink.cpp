#include "rtnetlink.hpp"

#include <cassert>
#include <cerrno>

#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <tcpcraft/os/system_error.hpp>

#include "wait.hpp"

namespace tcpcraft::os {

RouteSocket::RouteSocket() : socket_(mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC)) {
  if (!socket_) throw SystemError("NETLINK_ROUTE");
}

RouteSocket::~RouteSocket() {
  mnl_socket_close(socket_);
}

nlmsghdr* RouteSocket::begin(std::uint16_t type, std::uint16_t flags) {
  nlmsghdr* header = mnl_nlmsg_put_header(buffer_.data());
  header->nlmsg_type = type;
  header->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  header->nlmsg_seq = ++sequence_;
  return header;
}

nlmsghdr* RouteSocket::begin_link(std::uint16_t type, unsigned index, std::uint16_t flags) {
  nlmsghdr* header = begin(type, flags);
  auto* link = static_cast<ifinfomsg*>(mnl_nlmsg_put_extra_header(header, sizeof(ifinfomsg)));
  link->ifi_index = static_cast<int>(index);
  return header;
}

const nlmsghdr* RouteSocket::exchange(const std::string& call) {
  const auto* request = reinterpret_cast<const nlmsghdr*>(buffer_.data());
  assert(request->nlmsg_len <= buffer_.size() / 2 && "the answer repeats the request");
  if (mnl_socket_sendto(socket_, request, request->nlmsg_len) == -1) throw SystemError(call);
  for (;;) {
    const ssize_t size = mnl_socket_recvfrom(socket_, buffer_.data(), buffer_.size());
    if (size == -1 && errno == EINTR) continue;
    if (size == -1) throw SystemError(call);
    const auto* answer = reinterpret_cast<const nlmsghdr*>(buffer_.data());
    if (mnl_nlmsg_ok(answer, static_cast<int>(size)) && answer->nlmsg_seq == sequence_) return answer;
  }
}

int RouteSocket::try_execute(const std::string& call) {
  const nlmsghdr* answer = exchange(call);
  assert(answer->nlmsg_type == NLMSG_ERROR);
  return -static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(answer))->error;
}

void RouteSocket::execute(const std::string& call) {
  if (const int error = try_execute(call)) throw SystemError(call, error);
}

unsigned device_index(const std::string& name) {
  const unsigned index = ::if_nametoindex(name.c_str());
  if (index == 0) throw SystemError("if_nametoindex " + name);
  return index;
}

namespace {

int request_address(RouteSocket& socket, unsigned index, std::span<const std::uint8_t> address,
                    std::span<const std::uint8_t> peer, const std::string& call) {
  const bool v6 = address.size() == 16;
  nlmsghdr* header = socket.begin(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
  auto* message = static_cast<ifaddrmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(ifaddrmsg)));
  message->ifa_family = v6 ? AF_INET6 : AF_INET;
  message->ifa_prefixlen = static_cast<std::uint8_t>(address.size() * 8);
  // Without duplicate address detection, during which an address cannot be bound.
  message->ifa_flags = v6 ? IFA_F_NODAD : 0;
  message->ifa_index = index;
  mnl_attr_put(header, IFA_LOCAL, address.size(), address.data());
  if (!peer.empty()) mnl_attr_put(header, IFA_ADDRESS, peer.size(), peer.data());
  return socket.try_execute(call);
}

/// What the kernel would do with a packet for an address.
struct Route {
  unsigned char type = RTN_UNREACHABLE;
  unsigned device = 0;
};

Route route_to(RouteSocket& socket, std::span<const std::uint8_t> address) {
  nlmsghdr* header = socket.begin(RTM_GETROUTE, 0);
  auto* message = static_cast<rtmsg*>(mnl_nlmsg_put_extra_header(header, sizeof(rtmsg)));
  message->rtm_family = address.size() == 16 ? AF_INET6 : AF_INET;
  message->rtm_dst_len = static_cast<std::uint8_t>(address.size() * 8);
  mnl_attr_put(header, RTA_DST, address.size(), address.data());
  const nlmsghdr* answer = socket.exchange("RTM_GETROUTE");
  if (answer->nlmsg_type != RTM_NEWROUTE) return {};
  Route route;
  route.type = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(answer))->rtm_type;
  const auto read_attribute = [](const nlattr* attribute, void* data) {
    if (mnl_attr_get_type(attribute) == RTA_OIF)
      static_cast<Route*>(data)->device = mnl_attr_get_u32(attribute);
    return MNL_CB_OK;
  };
  mnl_attr_parse(answer, sizeof(rtmsg), read_attribute, &route);
  return route;
}

}  // namespace

void add_address(RouteSocket& socket, unsigned index, std::span<const std::uint8_t> address,
                 std::span<const std::uint8_t> peer, const std::string& device) {
  assert(address.size() == 4 || address.size() == 16);
  assert(peer.empty() || peer.size() == address.size());
  const std::string call = "RTM_NEWADDR " + device;
  const int error = request_address(socket, index, address, peer, call);
  if (error != 0 && error != EEXIST) throw SystemError(call, error);
  // IPv6 leaves the routes of an address to a work queue (addrconf_dad_work), even where it detects nothing.
  const auto ready = [&] {
    return route_to(socket, address).type == RTN_LOCAL &&
           (peer.empty() || route_to(socket, peer).device == index);
  };
  wait_until(ready, call + ": its route");
}

}  // namespace tcpcraft::os
