#include <tcpcraft/transport/tun_link.hpp>

#include "transport/device_link_test.hpp"

namespace tcpcraft::transport {
namespace {

using TunCases = testing::Types<Over<TunLink, false>, Over<TunLink, true>>;
INSTANTIATE_TYPED_TEST_SUITE_P(Tun, DeviceLinkTest, TunCases, NameOfIp);

using TunLinkTest = DeviceLinkTest<Over<TunLink, false>>;

TEST_F(TunLinkTest, its_times_are_not_the_kernels) {
  send(from_peer(test::syn, 1));
  const std::vector<Arrival> arrivals = received();
  ASSERT_EQ(arrivals.size(), 2u);
  EXPECT_FALSE(arrivals[0].kernel_time || arrivals[1].kernel_time);
}

TEST_F(TunLinkTest, a_wrong_ip_header_stays_wrong) {
  wire::Bytes sent = test::to_bytes(from_peer(test::syn, 1));
  sent[11] ^= 1;
  link->send(sent);
  EXPECT_EQ(link->barrier(), Barrier::proven);
  const std::vector<Arrival> arrivals = received();
  ASSERT_EQ(arrivals.size(), 1u) << "not answered";
  EXPECT_EQ(arrivals[0].packet, sent);
}

TEST_F(TunLinkTest, what_is_refused_is_not_shown) {
  wire::Bytes packet = test::to_bytes(from_peer(test::syn, 1));
  packet[0] = static_cast<std::uint8_t>(7 << 4 | 5);
  try {
    link->send(packet);
    FAIL();
  } catch (const os::SystemError& error) {
    EXPECT_EQ(std::string(error.what()), "write /dev/net/tun: Invalid argument");
  }
  EXPECT_THROW(link->send({}), os::SystemError);
  EXPECT_TRUE(received().empty());
}

TEST_F(TunLinkTest, lost_packets_are_not_passed_over) {
  send_datagrams(490);
  EXPECT_NO_THROW(received()) << "the device holds 500, of which some may be what IPv6 says of itself";
  send_datagrams(501);
  EXPECT_THROW(received(), os::SystemError);
  EXPECT_NO_THROW(received()) << "it is said once";
  send_datagrams(501);
  EXPECT_THROW(send(from_peer(test::syn, 1)), os::SystemError);
}

}  // namespace
}  // namespace tcpcraft::transport
