#include <algorithm>

#include <gtest/gtest.h>
#include <net/if_arp.h>
#include <unistd.h>

#include <tcpcraft/os/device.hpp>
#include <tcpcraft/os/network_interface.hpp>
#include <tcpcraft/os/sink_device.hpp>

#include "os/device_ends.hpp"
#include "os/private_network.hpp"

namespace tcpcraft::os {
namespace {

class NetworkInterfaces : public test::PrivateNetwork {};

TEST_F(NetworkInterfaces, loopback_is_what_it_is) {
  const NetworkInterface lo = find_network_interface("lo");
  EXPECT_EQ(lo.index, 1u);
  EXPECT_EQ(lo.hardware, static_cast<unsigned>(ARPHRD_LOOPBACK));
  EXPECT_EQ(lo.mtu, 65536u);
  EXPECT_TRUE(lo.is_up);
  EXPECT_TRUE(lo.is_running);
  EXPECT_FALSE(lo.has_queue);
}

TEST_F(NetworkInterfaces, one_that_is_down_and_then_up) {
  const SinkDevice sink{"veth"};
  const NetworkInterface down = find_network_interface(sink.name());
  EXPECT_FALSE(down.is_up);
  EXPECT_FALSE(down.is_running);
  EXPECT_EQ(down.driver, "veth");
  configure_device(sink.name(), test::addresses(false), 1400);
  const NetworkInterface up = find_network_interface(sink.name());
  EXPECT_TRUE(up.is_up);
  EXPECT_TRUE(up.is_running);
  EXPECT_EQ(up.mtu, 1400u);
  EXPECT_EQ(up.hardware, static_cast<unsigned>(ARPHRD_ETHER));
}

TEST_F(NetworkInterfaces, one_that_is_not_there) {
  for (const std::string name : {"nix", "", "a-name-that-is-too-long-for-any"}) try {
      find_network_interface(name);
      FAIL() << name;
    } catch (const SystemError& error) {
      EXPECT_EQ(error.code().value(), ENODEV) << error.what();
    }
  const auto names = network_interface_names();
  EXPECT_NE(std::find(names.begin(), names.end(), "lo"), names.end());
}

TEST_F(NetworkInterfaces, a_private_network_is_not_the_first) {
  EXPECT_FALSE(is_in_first_network());
}

}  // namespace
}  // namespace tcpcraft::os
