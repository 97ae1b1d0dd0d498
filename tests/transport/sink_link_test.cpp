#include <cstring>

#include <sys/ioctl.h>

#include <tcpcraft/transport/sink_link.hpp>

#include "transport/device_link_test.hpp"

namespace tcpcraft::transport {
namespace {

using SinkCases = testing::Types<Over<SinkLink, false>, Over<SinkLink, true>>;
INSTANTIATE_TYPED_TEST_SUITE_P(Sink, DeviceLinkTest, SinkCases, NameOfIp);

using SinkLinkTest = DeviceLinkTest<Over<SinkLink, false>>;

TEST_F(SinkLinkTest, packets_carry_the_time_of_the_kernel) {
  // The kernel begins to stamp a little after it was asked to.
  std::vector<Arrival> arrivals;
  for (int i = 0; i < 2000 && (arrivals.empty() || !arrivals.back().kernel_time); ++i) {
    ::poll(nullptr, 0, 1);
    send(from_peer(test::ack, 1, 1));
    arrivals = received();
  }
  const auto before = std::chrono::system_clock::now();
  send(from_peer(test::ack, 1, 1));
  const auto after = std::chrono::system_clock::now();
  ::poll(nullptr, 0, 5);
  arrivals = received();
  ASSERT_EQ(arrivals.size(), 2u);
  EXPECT_TRUE(arrivals[0].kernel_time && arrivals[1].kernel_time);
  EXPECT_LE(before, arrivals[0].time);
  EXPECT_LE(arrivals[0].time, arrivals[1].time);
  EXPECT_LE(arrivals[1].time, after);
}

TEST_F(SinkLinkTest, a_barrier_whose_answer_does_not_come_is_lost) {
  const os::UniqueFd socket = os::open_tcp_socket(AF_INET);
  EXPECT_EQ(link->barrier(), Barrier::proven);
  ifreq request{};
  const std::string device = newest_device();
  std::memcpy(request.ifr_name, device.c_str(), device.size() + 1);
  ASSERT_NE(::ioctl(socket.get(), SIOCSIFFLAGS, &request), -1);  // down
  EXPECT_EQ(link->barrier(), Barrier::lost);
}

TEST_F(SinkLinkTest, lost_packets_are_not_passed_over) {
  const std::string payload(60000, 'x');
  Packet packet = from_peer(test::rst, 1);
  packet.payload = payload;
  for (int i = 0; i < 1000; ++i) send(packet);
  const auto next = [&] {  // which tells of the loss: ours, or what IPv6 has said of itself before
    received();
    send(from_peer(test::rst, 1));
    received();
  };
  EXPECT_THROW(next(), os::SystemError);
  EXPECT_NO_THROW(received()) << "it is said once";
}

TEST_F(SinkLinkTest, too_large_a_datagram_is_refused) {
  try {
    link->send(wire::Bytes(65536, 0x45));
    FAIL();
  } catch (const os::SystemError& error) {
    EXPECT_EQ(std::string(error.what()), "sendto(SOCK_RAW): Message too long");
  }
  EXPECT_TRUE(received().empty());
}

}  // namespace
}  // namespace tcpcraft::transport
