#include <gtest/gtest.h>

#include <tcpcraft/wire/endpoint.hpp>

namespace tcpcraft::wire {
namespace {

TEST(Endpoint, reads_and_prints_the_same_text) {
  for (const char* text : {"127.0.0.1:9877", "[::1]:80", "[2001:db8::7]:65535", "192.0.2.1:0"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->to_string(), text);
  }
  EXPECT_EQ(Endpoint::parse("127.0.0.1:9877")->port, 9877);
}

TEST(Endpoint, refuses_what_is_none) {
  for (const char* text : {"", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                           "127.0.0.1:+1", "127.0.0.1:1x", "127.0.0.1: 1", "::1:80", "[::1]",
                           "[127.0.0.1]:80", "[::1:80", "::1]:80", "300.0.0.1:80", "host:80", "[]:80"}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
}

TEST(IpAddress, reads_both_families) {
  EXPECT_EQ(IpAddress::parse("1.2.3.4"), IpAddress::v4({1, 2, 3, 4}));
  const auto v6 = IpAddress::parse("2001:db8::1");
  ASSERT_TRUE(v6);
  EXPECT_TRUE(v6->is_v6());
  EXPECT_EQ(v6->size(), 16u);
  EXPECT_EQ(v6->data()[15], 1);
  EXPECT_EQ(v6->to_string(), "2001:db8::1");
  EXPECT_FALSE(IpAddress::parse("1.2.3"));
  EXPECT_FALSE(IpAddress::parse("[::1]"));
  EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0x", 9)));
}

TEST(IpAddress, families_never_compare_equal) {
  EXPECT_NE(IpAddress::parse("0.0.0.0"), IpAddress::parse("::"));
  EXPECT_EQ(IpAddress(), IpAddress::parse("0.0.0.0"));
}

TEST(IpAddress, knows_loopback) {
  EXPECT_TRUE(IpAddress::parse("127.0.0.1")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("127.255.0.3")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("::1")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("128.0.0.1")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("::2")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("1::1")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("::")->is_loopback());
}

}  // namespace
}  // namespace tcpcraft::wire
