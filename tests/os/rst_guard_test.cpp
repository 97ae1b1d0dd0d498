#include <cerrno>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>

#include <tcpcraft/os/rst_guard.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/tcp_socket.hpp>

#include "os/private_network.hpp"

namespace tcpcraft::os {
namespace {

constexpr std::uint8_t v4_loopback[] = {127, 0, 0, 1};
constexpr std::uint8_t v6_loopback[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

SocketAddress loopback(int family, std::uint16_t port = 0) {
  return family == AF_INET6 ? SocketAddress::from(v6_loopback, sizeof v6_loopback, port)
                            : SocketAddress::from(v4_loopback, sizeof v4_loopback, port);
}

class RstGuardTest : public test::PrivateNetwork, public testing::WithParamInterface<int> {
 protected:
  SocketAddress at(std::uint16_t port = 0) const { return loopback(GetParam(), port); }

  /// What has become of a connection to `port` when connect() has returned: on `lo` the answer, if there is
  /// one, has come by then.
  int connection_to(std::uint16_t port) const {
    const UniqueFd socket = open_tcp_socket(GetParam());
    const SocketAddress address = at(port);
    return ::connect(socket.get(), address.get(), address.length) == -1 ? errno : 0;
  }
};

TEST_P(RstGuardTest, swallows_a_syn) {
  const RstGuard guard(at());
  EXPECT_EQ(connection_to(guard.port()), EINPROGRESS);
  const UniqueFd socket = open_tcp_socket(GetParam());
  const SocketAddress address = at(guard.port());
  ASSERT_EQ(::connect(socket.get(), address.get(), address.length), -1);
  pollfd answered{socket.get(), POLLOUT, 0};
  EXPECT_EQ(::poll(&answered, 1, 20), 0);
}

TEST_P(RstGuardTest, reserves_its_port) {
  const RstGuard guard(at());
  EXPECT_NE(guard.port(), 0);
  try {
    const RstGuard second(at(guard.port()));
    FAIL() << "the port was given twice";
  } catch (const SystemError& error) {
    EXPECT_EQ(error.code().value(), EADDRINUSE);
    EXPECT_EQ(std::string(error.what()), "bind " + at(guard.port()).to_string() + ": Address already in use");
  }
}

TEST_P(RstGuardTest, takes_the_port_asked_for) {
  std::uint16_t port = 0;
  {
    const RstGuard guard(at());
    port = guard.port();
  }
  EXPECT_EQ(RstGuard(at(port)).port(), port);
}

TEST_P(RstGuardTest, a_closed_port_refuses) {
  const ClosedPort closed(at());
  // Whether the refusal shows at once or is found a moment later is up to connect().
  const UniqueFd socket = open_tcp_socket(GetParam());
  const SocketAddress address = at(closed.port());
  if (::connect(socket.get(), address.get(), address.length) == -1 && errno == EINPROGRESS) {
    pollfd answered{socket.get(), POLLOUT, 0};
    ASSERT_EQ(::poll(&answered, 1, 1000), 1);
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    errno = error;
  }
  EXPECT_EQ(errno, ECONNREFUSED);
  EXPECT_THROW(ClosedPort{at(closed.port())}, SystemError);
}

TEST_P(RstGuardTest, leaves_no_file_open) {
  const std::size_t before = test::open_files();
  {
    const RstGuard guard(at());
    const ClosedPort closed(at());
    EXPECT_EQ(test::open_files(), before + 2);
    EXPECT_THROW(RstGuard{at(guard.port())}, SystemError);
  }
  EXPECT_EQ(test::open_files(), before);
}

INSTANTIATE_TEST_SUITE_P(Ip, RstGuardTest, testing::Values(AF_INET, AF_INET6),
                         [](const auto& test) { return test.param == AF_INET ? "v4" : "v6"; });

using RstGuardPair = test::PrivateNetwork;

TEST_F(RstGuardPair, ipv6_does_not_take_the_ipv4_port) {
  // The unspecified address of IPv6 would stand for both.
  constexpr std::uint8_t any[16] = {};
  const RstGuard guard(SocketAddress::from(any, 16, 0));
  EXPECT_EQ(RstGuard(SocketAddress::from(any, 4, guard.port())).port(), guard.port());
}

TEST(SocketAddressTest, is_printed_as_an_endpoint) {
  EXPECT_EQ(loopback(AF_INET, 9877).to_string(), "127.0.0.1:9877");
  EXPECT_EQ(loopback(AF_INET6, 9877).to_string(), "[::1]:9877");
  EXPECT_EQ(loopback(AF_INET6, 9877).port(), 9877);
  EXPECT_EQ(loopback(AF_INET, 9877).family(), AF_INET);
}

}  // namespace
}  // namespace tcpcraft::os
