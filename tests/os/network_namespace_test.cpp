#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <tcpcraft/os/device.hpp>
#include <tcpcraft/os/network_namespace.hpp>
#include <tcpcraft/os/rst_guard.hpp>
#include <tcpcraft/os/sink_device.hpp>
#include <tcpcraft/os/tcp_socket.hpp>
#include <tcpcraft/os/unique_fd.hpp>

#include "os/private_network.hpp"

namespace tcpcraft::os {
namespace {

using NetworkNamespace = test::PrivateNetwork;

constexpr std::uint8_t v4_loopback[] = {127, 0, 0, 1};

std::string read_sysctl(const std::string& path) {
  std::string value;
  std::ifstream("/proc/sys/net/" + path) >> value;
  return value;
}

ino_t inode(const char* path) {
  struct stat status {};
  check(::stat(path, &status), "stat");
  return status.st_ino;
}

ino_t network_inode() {
  return inode("/proc/self/ns/net");
}

int sysctl_error(std::string_view name, std::string_view value) {
  try {
    write_sysctl(name, value);
  } catch (const SystemError& error) {
    return error.code().value();
  }
  return 0;
}

ifreq loopback_request() {
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", 3);
  return request;
}

std::uint32_t offload(std::uint32_t command) {
  const UniqueFd socket(check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
  ethtool_value value{command, 1};
  ifreq request = loopback_request();
  request.ifr_data = reinterpret_cast<char*>(&value);
  check(::ioctl(socket.get(), SIOCETHTOOL, &request), "SIOCETHTOOL");
  return value.data;
}

// First, and without the fixture: within a user namespace, nobody can become somebody else.
TEST(OrdinaryUser, an_ordinary_user_can_do_all_that_is_needed) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become an ordinary user";
  constexpr int elsewhere = 77;
  const int code = test::in_child([] {
    constexpr uid_t nobody = 65534;
    if (::setgroups(0, nullptr) == -1) return elsewhere;
    check(::setresgid(nobody, nobody, nobody), "setresgid");
    check(::setresuid(nobody, nobody, nobody), "setresuid");
    // A process that changed its user does not own its files in /proc; one started by that user
    // does.
    check(::prctl(PR_SET_DUMPABLE, 1), "prctl");
    if (may_use_raw_sockets()) return 1;
    enter_private_network();
    bring_up_loopback();
    constexpr std::uint8_t address[] = {192, 0, 2, 1};
    add_loopback_address(address, sizeof address);
    write_sysctl("net.ipv4.tcp_rfc1337", "1");
    RstGuard guard(SocketAddress::from(address, sizeof address, 0));
    constexpr std::uint8_t peer[] = {192, 0, 2, 2};
    const SinkDevice sink;
    configure_device(sink.name(), {address, peer}, 1500);
    check(::socket(AF_PACKET, SOCK_DGRAM, 0), "AF_PACKET");
    return ::geteuid() == nobody && may_use_raw_sockets() && read_sysctl("ipv4/tcp_rfc1337") == "1" ? 0 : 2;
  });
  if (code == elsewhere) GTEST_SKIP() << "only root outside any user namespace can become an ordinary user";
  EXPECT_EQ(code, 0);
}

TEST_F(NetworkNamespace, entering_gives_another_network_and_keeps_the_user) {
  const ino_t before = network_inode();
  const ino_t users_before = inode("/proc/self/ns/user");
  const uid_t user = ::geteuid();
  EXPECT_EQ(test::in_child([&] {
              enter_private_network();
              return network_inode() != before && inode("/proc/self/ns/user") != users_before &&
                             ::geteuid() == user && may_use_raw_sockets()
                         ? 0
                         : 1;
            }),
            0);
  EXPECT_EQ(network_inode(), before);
}

TEST_F(NetworkNamespace, loopback_is_up_and_has_no_offloads) {
  const UniqueFd socket = open_tcp_socket(AF_INET);
  EXPECT_NE(bind_socket(socket, SocketAddress::from(v4_loopback, sizeof v4_loopback, 0)), 0);
  ifreq request = loopback_request();
  check(::ioctl(socket.get(), SIOCGIFFLAGS, &request), "SIOCGIFFLAGS");
  EXPECT_TRUE(request.ifr_flags & IFF_UP);
  EXPECT_EQ(offload(ETHTOOL_GTSO), 0u);
  EXPECT_EQ(offload(ETHTOOL_GGSO), 0u);
  EXPECT_EQ(offload(ETHTOOL_GGRO), 0u);
}

TEST_F(NetworkNamespace, an_added_address_can_be_bound_at_once) {
  constexpr std::uint8_t v4[] = {192, 0, 2, 7};
  constexpr std::uint8_t v6[] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7};
  EXPECT_THROW(ClosedPort(SocketAddress::from(v4, sizeof v4, 0)), SystemError);
  add_loopback_address(v4, sizeof v4);
  add_loopback_address(v6, sizeof v6);
  EXPECT_NE(ClosedPort(SocketAddress::from(v4, sizeof v4, 0)).port(), 0);
  EXPECT_NE(ClosedPort(SocketAddress::from(v6, sizeof v6, 0)).port(), 0);
  EXPECT_NO_THROW(add_loopback_address(v4, sizeof v4)) << "an address that is there already is no error";
}

TEST_F(NetworkNamespace, what_is_sent_to_an_added_address_arrives_at_once) {
  for (std::uint8_t last = 100; last < 120; ++last) {
    const std::uint8_t v6[] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last};
    add_loopback_address(v6, sizeof v6);
    const SocketAddress address = SocketAddress::from(v6, sizeof v6, 9);
    const UniqueFd socket(check(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
    check(::bind(socket.get(), address.get(), address.length), "bind");
    EXPECT_EQ(::sendto(socket.get(), "x", 1, 0, address.get(), address.length), 1);
    char received;
    EXPECT_EQ(::recv(socket.get(), &received, 1, MSG_DONTWAIT), 1);
  }
}

TEST_F(NetworkNamespace, a_sysctl_is_set) {
  write_sysctl("net.ipv4.tcp_rfc1337", "1");
  EXPECT_EQ(read_sysctl("ipv4/tcp_rfc1337"), "1");
  write_sysctl("net.ipv4.tcp_rfc1337", "0");
  EXPECT_EQ(read_sysctl("ipv4/tcp_rfc1337"), "0");
}

TEST_F(NetworkNamespace, what_is_wrong_with_a_sysctl_is_told_apart) {
  EXPECT_EQ(sysctl_error("net.ipv4.no_such_thing", "1"), ENOENT);
  EXPECT_EQ(sysctl_error("net.ipv4", "1"), ENOENT);
  EXPECT_EQ(sysctl_error("net.ipv4.tcp_rfc1337", "a word"), EINVAL);
  EXPECT_EQ(sysctl_error("net.ipv4.tcp_rfc1337", ""), EINVAL);
  EXPECT_EQ(sysctl_error("kernel.hostname", "x"), EPERM);
  EXPECT_EQ(sysctl_error("net.ipv4/tcp_rfc1337", "1"), ENOENT);
  EXPECT_EQ(sysctl_error("net...kernel.hostname", "x"), ENOENT);
  EXPECT_EQ(sysctl_error("net.", "1"), ENOENT);
  EXPECT_EQ(sysctl_error("", "1"), ENOENT);
}

TEST_F(NetworkNamespace, a_failure_names_the_sysctl) {
  try {
    write_sysctl("net.ipv4.no_such_thing", "1");
    FAIL();
  } catch (const SystemError& error) {
    EXPECT_EQ(std::string(error.what()), "sysctl net.ipv4.no_such_thing=1: No such file or directory");
  }
}

TEST(WhyNotPrivate, always_says_what_else_can_be_done) {
  for (const int error : {EPERM, ENOSPC, EUSERS, EINVAL})
    EXPECT_NE(why_not_private(error).find("--net host and CAP_NET_RAW"), std::string::npos);
  EXPECT_NE(why_not_private(ENOSPC).find("user.max_user_namespaces"), std::string::npos);
}

}  // namespace
}  // namespace tcpcraft::os
