#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tcpcraft/os/network_interface.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/unique_fd.hpp>

namespace tcpcraft::os {
namespace {

/// netdevice(7), for one device.
class Requests {
 public:
  explicit Requests(const std::string& name)
      : name_(name), socket_(check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket")) {
    if (name.empty() || name.size() >= IFNAMSIZ) throw SystemError("interface " + name, ENODEV);
  }
  ifreq get(unsigned long command) const {
    ifreq request = named();
    if (::ioctl(socket_.get(), command, &request) == -1) throw SystemError("interface " + name_);
    return request;
  }
  std::string driver() const {
    ethtool_drvinfo info{};
    info.cmd = ETHTOOL_GDRVINFO;
    return ask_driver(&info) ? info.driver : "";
  }
  /// Nothing where the driver does not say.
  std::optional<bool> has_carrier() const {
    ethtool_value link{ETHTOOL_GLINK, 0};
    return ask_driver(&link) ? std::optional(link.data != 0) : std::nullopt;
  }

 private:
  bool ask_driver(void* question) const {
    ifreq request = named();
    request.ifr_data = static_cast<char*>(question);
    return ::ioctl(socket_.get(), SIOCETHTOOL, &request) == 0;
  }
  ifreq named() const {
    ifreq request{};
    std::memcpy(request.ifr_name, name_.c_str(), name_.size() + 1);
    return request;
  }
  std::string name_;
  UniqueFd socket_;
};

/// What a dump of queueing disciplines is asked for.
struct Queues {
  int device = 0;
  bool any = false;
};

int note_queue(const nlmsghdr* message, void* data) {
  auto& queues = *static_cast<Queues*>(data);
  if (static_cast<const tcmsg*>(mnl_nlmsg_get_payload(message))->tcm_ifindex != queues.device)
    return MNL_CB_OK;
  const auto note_kind = [](const nlattr* attribute, void* any) {
    if (mnl_attr_get_type(attribute) == TCA_KIND && std::strcmp(mnl_attr_get_str(attribute), "noqueue") != 0)
      *static_cast<bool*>(any) = true;
    return MNL_CB_OK;
  };
  return mnl_attr_parse(message, sizeof(tcmsg), note_kind, &queues.any);
}

bool has_queue(unsigned index) {
  using Socket = std::unique_ptr<mnl_socket, int (*)(mnl_socket*)>;
  const Socket socket(mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC), mnl_socket_close);
  if (!socket) throw SystemError("NETLINK_ROUTE");
  alignas(nlmsghdr) std::array<char, 32768> buffer;  // as large as any message of a dump
  nlmsghdr* const request = mnl_nlmsg_put_header(buffer.data());
  request->nlmsg_type = RTM_GETQDISC;
  request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request->nlmsg_seq = 1;
  static_cast<tcmsg*>(mnl_nlmsg_put_extra_header(request, sizeof(tcmsg)))->tcm_ifindex =
      static_cast<int>(index);
  if (mnl_socket_sendto(socket.get(), request, request->nlmsg_len) == -1) throw SystemError("RTM_GETQDISC");
  Queues queues{static_cast<int>(index), false};
  for (int more = MNL_CB_OK; more > MNL_CB_STOP;) {
    const ssize_t size = mnl_socket_recvfrom(socket.get(), buffer.data(), buffer.size());
    if (size == -1 && errno == EINTR) continue;
    if (size == -1) throw SystemError("RTM_GETQDISC");
    more = mnl_cb_run(buffer.data(), static_cast<std::size_t>(size), 1, mnl_socket_get_portid(socket.get()),
                      note_queue, &queues);
    if (more == MNL_CB_ERROR) throw SystemError("RTM_GETQDISC");
  }
  return queues.any;
}

/// Whether a packet socket for all protocols is bound to the device, or to none, which means all.
bool is_watched(unsigned index) {
  std::ifstream sockets("/proc/thread-self/net/packet");
  std::string line;
  std::getline(sockets, line);  // the heading
  while (std::getline(sockets, line)) {
    std::istringstream fields(line);
    std::string socket, references, type;
    unsigned protocol = 0, device = 0;
    fields >> socket >> references >> type >> std::hex >> protocol >> std::dec >> device;
    if (protocol == ETH_P_ALL && (device == index || device == 0)) return true;
  }
  return false;
}

}  // namespace

NetworkInterface find_network_interface(const std::string& name) {
  const Requests requests(name);
  NetworkInterface found;
  found.name = name;
  found.index = static_cast<unsigned>(requests.get(SIOCGIFINDEX).ifr_ifindex);
  found.hardware = requests.get(SIOCGIFHWADDR).ifr_hwaddr.sa_family;
  found.mtu = static_cast<unsigned>(requests.get(SIOCGIFMTU).ifr_mtu);
  const int flags = requests.get(SIOCGIFFLAGS).ifr_flags;
  found.is_up = flags & IFF_UP;
  // A carrier that is lost is seen in the flag a little later; one that is found is of use only from then on.
  found.is_running = found.is_up && (flags & IFF_RUNNING) && requests.has_carrier().value_or(true);
  found.driver = requests.driver();
  found.has_queue = has_queue(found.index);
  found.is_watched = is_watched(found.index);
  return found;
}

std::vector<std::string> network_interface_names() {
  std::vector<std::string> names;
  const std::unique_ptr<struct if_nameindex, void (*)(struct if_nameindex*)> list(::if_nameindex(),
                                                                                  ::if_freenameindex);
  if (!list) throw SystemError("if_nameindex");
  for (const struct if_nameindex* one = list.get(); one->if_index != 0; ++one)
    names.emplace_back(one->if_name);
  return names;
}

bool is_in_first_network() {
  struct stat first {
  }, own{};
  if (::stat("/proc/1/ns/net", &first) == 0 && ::stat("/proc/thread-self/ns/net", &own) == 0)
    return first.st_dev == own.st_dev && first.st_ino == own.st_ino;
  // Another's process may not be looked into. This sysctl is the machine's, and shown in its first network
  // only.
  return ::access("/proc/sys/net/core/netdev_max_backlog", F_OK) == 0;
}

}  // namespace tcpcraft::os
