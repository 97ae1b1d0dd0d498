#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <tcpcraft/os/device.hpp>
#include <tcpcraft/os/rst_guard.hpp>
#include <tcpcraft/os/sink_device.hpp>
#include <tcpcraft/os/socket_address.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/unique_fd.hpp>

#include "os/device_ends.hpp"
#include "os/private_network.hpp"

namespace tcpcraft::os {
namespace {

using test::addresses;
using test::at;
using test::send_datagram;

ifreq asked(const std::string& device, unsigned long command, void* data = nullptr) {
  const UniqueFd socket(check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
  ifreq request{};
  std::memcpy(request.ifr_name, device.c_str(), device.size() + 1);
  request.ifr_data = static_cast<char*>(data);
  check(::ioctl(socket.get(), command, &request), device);
  return request;
}

std::uint32_t offload(const std::string& device, std::uint32_t command) {
  ethtool_value value{command, 1};
  asked(device, SIOCETHTOOL, &value);
  return value.data;
}

/// Packets to the UDP port 9 that leave through the device.
class Watcher {
 public:
  explicit Watcher(unsigned index)
      : socket_(check(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "AF_PACKET")) {
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = static_cast<int>(index);
    check(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  }

  int count() const {
    int result = 0;
    std::array<std::uint8_t, 2000> bytes;
    while (::recv(socket_.get(), bytes.data(), bytes.size(), 0) > 0) {
      const std::size_t udp = bytes[0] >> 4 == 6 ? 40 : 20;
      result += bytes[udp == 40 ? 6 : 9] == IPPROTO_UDP && bytes[udp + 3] == 9;
    }
    return result;
  }

 private:
  UniqueFd socket_;
};

struct Kind {
  const char* name;
  bool v6;
};

class SinkDeviceTest : public test::PrivateNetwork, public testing::WithParamInterface<Kind> {
 protected:
  DeviceAddresses ends = addresses(GetParam().v6);
};

TEST_P(SinkDeviceTest, what_the_kernel_sends_to_the_peer_passes_at_once) {
  const SinkDevice sink({GetParam().name});
  configure_device(sink.name(), ends, 1500);
  const Watcher watcher(sink.index());
  send_datagram(ends);
  EXPECT_EQ(watcher.count(), 1);
}

TEST_P(SinkDeviceTest, is_up_and_as_it_was_asked_for) {
  const SinkDevice sink({GetParam().name});
  configure_device(sink.name(), ends, 1400);
  const int flags = asked(sink.name(), SIOCGIFFLAGS).ifr_flags;
  EXPECT_TRUE((flags & IFF_UP) && (flags & IFF_RUNNING) && (flags & IFF_NOARP)) << std::hex << flags;
  EXPECT_EQ(asked(sink.name(), SIOCGIFMTU).ifr_mtu, 1400);
  for (const std::uint32_t command : {ETHTOOL_GTSO, ETHTOOL_GGSO, ETHTOOL_GGRO, ETHTOOL_GTXCSUM})
    EXPECT_EQ(offload(sink.name(), command), 0u) << std::hex << command;
}

TEST_P(SinkDeviceTest, its_address_is_the_kernels_at_once) {
  const SinkDevice sink({GetParam().name});
  EXPECT_THROW(ClosedPort{at(ends.kernel)}, SystemError);
  configure_device(sink.name(), ends, 1500);
  EXPECT_NE(ClosedPort(at(ends.kernel)).port(), 0);
  EXPECT_THROW(ClosedPort{at(ends.peer)}, SystemError) << "the peer's is not";
  const SocketAddress source = source_towards(at(ends.peer, 9));
  EXPECT_EQ(source.to_string(), at(ends.kernel, source.port()).to_string());
}

TEST_P(SinkDeviceTest, has_no_address_of_its_own_making) {
  const SinkDevice sink({GetParam().name});
  configure_device(sink.name(), ends, 1500);
  ifaddrs* list = nullptr;
  check(::getifaddrs(&list), "getifaddrs");
  int count = 0;
  for (const ifaddrs* entry = list; entry; entry = entry->ifa_next)
    count += sink.name() == entry->ifa_name && entry->ifa_addr->sa_family != AF_PACKET;
  ::freeifaddrs(list);
  EXPECT_EQ(count, 1);
}

TEST_P(SinkDeviceTest, leads_nowhere_without_its_owner) {
  std::string name;
  {
    const SinkDevice first({GetParam().name});
    configure_device(first.name(), ends, 1500);
    EXPECT_NO_THROW(source_towards(at(ends.peer, 9)));
    name = first.name();
  }
  EXPECT_THROW(source_towards(at(ends.peer, 9)), SystemError);
  EXPECT_THROW(ClosedPort{at(ends.kernel)}, SystemError);
  const SinkDevice second({GetParam().name});
  EXPECT_NE(second.name(), name);
  configure_device(second.name(), ends, 1500);
  const Watcher watcher(second.index());
  send_datagram(ends);
  EXPECT_EQ(watcher.count(), 1);
}

INSTANTIATE_TEST_SUITE_P(Kinds, SinkDeviceTest,
                         testing::Values(Kind{"bridge", false}, Kind{"bridge", true}, Kind{"veth", false},
                                         Kind{"veth", true}),
                         [](const auto& test) {
                           return std::string(test.param.name) + (test.param.v6 ? "_v6" : "_v4");
                         });

using SinkDeviceKinds = test::PrivateNetwork;

TEST_F(SinkDeviceKinds, one_that_the_kernel_does_not_know_is_passed_over) {
  EXPECT_NE(SinkDevice({"no_such_kind", "veth"}).index(), 0u);
}

TEST_F(SinkDeviceKinds, a_failure_names_the_device) {
  try {
    SinkDevice({"no_such_kind"});
    FAIL();
  } catch (const SystemError& error) {
    EXPECT_EQ(error.code().value(), EOPNOTSUPP);
    const std::string text = error.what();
    EXPECT_TRUE(text.starts_with("RTM_NEWLINK sink")) << text;
    EXPECT_TRUE(text.ends_with(" type no_such_kind: Operation not supported")) << text;
  }
}

}  // namespace
}  // namespace tcpcraft::os
