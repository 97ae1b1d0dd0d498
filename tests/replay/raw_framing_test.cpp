#include <gtest/gtest.h>
#include <net/if_arp.h>
#include <pcap/dlt.h>

#include <tcpcraft/replay/framing.hpp>

namespace tcpcraft::replay {
namespace {

using wire::Bytes;

const Bytes ip4{0x45, 0, 0, 20, 1}, ip6{0x60, 0, 0, 0, 2};

Bytes joined(Bytes front, const Bytes& back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

Bytes bytes_of(std::span<const std::uint8_t> span) {
  return {span.begin(), span.end()};
}

TEST(Framing, ethernet_is_left_alone) {
  for (const unsigned hardware : {ARPHRD_ETHER, ARPHRD_LOOPBACK}) {
    auto framing = Framing::between(DLT_EN10MB, hardware);
    ASSERT_TRUE(framing);
    const Bytes arp = joined(Bytes(12, 0xff), {0x08, 0x06, 1, 2, 3});
    EXPECT_EQ(framing->frame(arp)->data(), arp.data()) << "not even copied";
    EXPECT_EQ(framing->header_size(arp), 14u);
  }
}

TEST(Framing, a_vlan_tag_does_not_count_for_the_mtu) {
  const auto framing = Framing::between(DLT_EN10MB, ARPHRD_ETHER);
  EXPECT_EQ(framing->header_size(joined(Bytes(12, 0xff), {0x81, 0, 0, 7, 8, 0, 0x45})), 18u);
}

TEST(Framing, bare_ip_goes_to_an_interface_of_bare_ip) {
  for (const int link : {DLT_RAW, DLT_IPV4, DLT_IPV6}) {
    auto framing = Framing::between(link, ARPHRD_NONE);
    ASSERT_TRUE(framing);
    EXPECT_EQ(bytes_of(*framing->frame(ip4)), ip4);
    EXPECT_EQ(framing->header_size(ip4), 0u);
  }
}

TEST(Framing, a_header_that_was_on_no_wire_is_left_out) {
  auto cooked = Framing::between(DLT_LINUX_SLL, ARPHRD_NONE);
  ASSERT_TRUE(cooked);
  EXPECT_EQ(bytes_of(*cooked->frame(joined(joined(Bytes(14, 0), {0x08, 0x00}), ip4))), ip4);
  EXPECT_FALSE(cooked->frame(joined(joined(Bytes(14, 0), {0x08, 0x06}), ip4))) << "ARP";
  auto cooked2 = Framing::between(DLT_LINUX_SLL2, ARPHRD_NONE);
  EXPECT_EQ(bytes_of(*cooked2->frame(joined(joined({0x86, 0xdd}, Bytes(18, 0)), ip6))), ip6);
  auto bsd = Framing::between(DLT_NULL, ARPHRD_NONE);
  EXPECT_EQ(bytes_of(*bsd->frame(joined({2, 0, 0, 0}, ip4))), ip4);
}

TEST(Framing, on_loopback_ip_gets_the_header_that_all_frames_have_there) {
  auto framing = Framing::between(DLT_RAW, ARPHRD_LOOPBACK);
  ASSERT_TRUE(framing);
  EXPECT_EQ(bytes_of(*framing->frame(ip4)), joined(joined(Bytes(12, 0), {0x08, 0x00}), ip4));
  EXPECT_EQ(bytes_of(*framing->frame(ip6)), joined(joined(Bytes(12, 0), {0x86, 0xdd}), ip6));
  EXPECT_EQ(framing->header_size(*framing->frame(ip4)), 14u);
  EXPECT_FALSE(framing->frame(Bytes{0x15, 0, 0})) << "no version of IP";
}

TEST(Framing, what_would_have_to_be_made_up_or_left_out_is_refused_with_the_reason) {
  EXPECT_FALSE(Framing::between(DLT_RAW, ARPHRD_ETHER));
  EXPECT_NE(Framing::why_not(DLT_RAW, "veth0").find("no Ethernet header"), std::string::npos);
  EXPECT_FALSE(Framing::between(DLT_LINUX_SLL, ARPHRD_ETHER));
  EXPECT_FALSE(Framing::between(DLT_EN10MB, ARPHRD_NONE));
  EXPECT_NE(Framing::why_not(DLT_EN10MB, "tun0").find("Ethernet headers, which tun0"), std::string::npos);
  EXPECT_FALSE(Framing::between(DLT_IEEE802_11, ARPHRD_ETHER));
  EXPECT_NE(Framing::why_not(DLT_IEEE802_11, "veth0").find("IEEE802_11"), std::string::npos);
}

}  // namespace
}  // namespace tcpcraft::replay
