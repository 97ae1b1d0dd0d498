#include <array>
#include <cerrno>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>
#include <net/if.h>
#include <poll.h>
#include <unistd.h>

#include <tcpcraft/os/device.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/tun_device.hpp>

#include "os/device_ends.hpp"
#include "os/private_network.hpp"

namespace tcpcraft::os {
namespace {

using test::addresses;
using test::send_datagram;

class TunDeviceTest : public test::PrivateNetwork {
 protected:
  void SetUp() override {
    PrivateNetwork::SetUp();
    if (IsSkipped()) return;
    try {
      tun = create_tun();
    } catch (const SystemError& error) {
      const int code = error.code().value();
      if (code != EACCES && code != EPERM && code != ENOENT) throw;
      GTEST_SKIP() << error.what();
    }
  }

  TunDevice tun;
  std::array<std::uint8_t, 2000> bytes;
};

TEST_F(TunDeviceTest, what_the_kernel_sends_to_the_peer_is_read_from_it) {
  configure_device(tun.name, addresses(false), 1500);
  EXPECT_EQ(::read(tun.fd.get(), bytes.data(), bytes.size()), -1);
  send_datagram(addresses(false));
  EXPECT_EQ(::read(tun.fd.get(), bytes.data(), bytes.size()), 20 + 8 + 1);
  EXPECT_EQ(bytes[0], 0x45);
}

TEST_F(TunDeviceTest, carries_nothing_unasked) {
  configure_device(tun.name, addresses(true), 1500);
  pollfd readable{tun.fd.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&readable, 1, 1500), 0) << "routers are solicited within a second";
}

TEST_F(TunDeviceTest, counts_what_it_loses) {
  configure_device(tun.name, addresses(false), 1500);
  for (int i = 0; i < 500; ++i) send_datagram(addresses(false));
  EXPECT_EQ(packets_dropped(tun.name), 0u);
  for (int i = 0; i < 3; ++i) send_datagram(addresses(false));
  EXPECT_EQ(packets_dropped(tun.name), 3u);
  EXPECT_THROW(packets_dropped("no_such_device"), SystemError);
}

TEST_F(TunDeviceTest, goes_with_its_descriptor) {
  EXPECT_NE(::if_nametoindex(tun.name.c_str()), 0u);
  tun.fd.reset();
  EXPECT_EQ(::if_nametoindex(tun.name.c_str()), 0u);
}

TEST_F(TunDeviceTest, a_failure_names_the_device) {
  try {
    configure_device("no_such_device", addresses(false), 1500);
    FAIL();
  } catch (const SystemError& error) {
    EXPECT_EQ(std::string(error.what()), "SIOCETHTOOL no_such_device: No such device");
  }
}

}  // namespace
}  // namespace tcpcraft::os
