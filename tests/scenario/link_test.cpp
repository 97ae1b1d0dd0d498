#include "reading.hpp"

namespace tcpcraft::scenario {
namespace {

/// The addresses of the kernel and the peer where these keys are given.
std::string ends(const std::string& keys) {
  const Scenario scenario = good("scenario: t\n" + keys + "steps:\n  - send: SYN\n");
  return scenario.kernel.address.to_string() + " " + scenario.peers.front().address.to_string();
}

Strings wrong_keys(const std::string& keys) {
  return wrong("scenario: t\n" + keys + "steps:\n  - send: SYN\n");
}

TEST(ReadLink, is_loopback_unless_it_says_otherwise) {
  const Scenario usual = good("scenario: t\nsteps:\n  - send: SYN\n");
  EXPECT_EQ(usual.kernel.link, Wire::loopback);
  EXPECT_FALSE(usual.kernel.mtu);
  const Scenario device = good("scenario: t\nkernel: {link: tun, mtu: 1280}\nsteps:\n  - send: SYN\n");
  EXPECT_EQ(device.kernel.link, Wire::tun);
  EXPECT_EQ(device.kernel.mtu, 1280u);
}

TEST(ReadLink, the_ends_of_a_device_have_addresses_of_their_own) {
  EXPECT_EQ(ends("kernel: {link: tun}\n"), "192.0.2.2:9877 192.0.2.1");
  EXPECT_EQ(ends("kernel: {link: tun, address: 10.0.0.7:80}\n"), "10.0.0.7:80 192.0.2.1");
  EXPECT_EQ(ends("kernel: {link: tun, address: 192.0.2.1:80}\n"), "192.0.2.1:80 192.0.2.2");
  EXPECT_EQ(ends("kernel: {link: tun, address: '[2001:db8::9]:80'}\n"), "[2001:db8::9]:80 2001:db8::1");
  EXPECT_EQ(ends("kernel: {link: tun}\npeer: {address: 10.0.0.7}\n"), "192.0.2.2:9877 10.0.0.7");
  EXPECT_EQ(ends("kernel: {link: tun}\npeer: {address: 192.0.2.2}\n"), "192.0.2.1:9877 192.0.2.2");
  EXPECT_EQ(ends("peer: {address: '2001:db8::2'}\nkernel: {link: tun}\n"), "[2001:db8::1]:9877 2001:db8::2");
}

TEST(ReadLink, addresses_that_no_device_has) {
  const std::string message = "a loopback address cannot be reached over a device | one such as ";
  EXPECT_EQ(wrong_keys("kernel: {address: 127.0.0.1:9877, link: tun}\n"),
            (Strings{"2:19-33 " + message + "192.0.2.2:9877"}));
  EXPECT_EQ(wrong_keys("kernel: {address: '[::1]:9877', link: tun}\n"),
            (Strings{"2:20-30 " + message + "[2001:db8::2]:9877"}));
  EXPECT_EQ(wrong_keys("kernel: {link: tun}\npeer: {address: 127.0.0.2}\n"),
            (Strings{"3:17-26 " + message + "192.0.2.1"}));
  EXPECT_EQ(
      wrong_keys("kernel: {link: tun}\npeer: {address: 192.0.2.2}\n").size() +
          wrong_keys("kernel: {link: tun, address: 10.0.0.1:1}\npeer: {address: '10.0.0.1:2'}\n").size(),
      1u)
      << "the second gives both ends one address";
  EXPECT_EQ(wrong_keys("kernel: {link: tun, address: 10.0.0.1:1}\npeer: {address: '2001:db8::1'}\n"),
            (Strings{"3:18-29 the peer and the kernel are of different IP versions | the kernel is at "
                     "10.0.0.1:1"}));
}

TEST(ReadLink, mtus_that_no_link_has) {
  EXPECT_EQ(wrong_keys("kernel: {mtu: 67}\n"),
            (Strings{"2:15-17 'kernel.mtu' wants an integer from 68 to 65536"}));
  EXPECT_EQ(wrong_keys("kernel: {mtu: 65536, link: tun}\n"),
            (Strings{"2:15-20 a device has an MTU of at most 65535 bytes"}));
  EXPECT_EQ(wrong_keys("kernel: {mtu: 1279, address: '[::1]:80'}\n"),
            (Strings{"2:15-19 IPv6 needs an MTU of at least 1280 bytes"}));
  EXPECT_EQ(wrong_keys("kernel: {link: ton}\n"), (Strings{"2:16-19 unknown link 'ton' | loopback or tun"}));
}

}  // namespace
}  // namespace tcpcraft::scenario
