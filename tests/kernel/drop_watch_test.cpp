#include <memory>

#include <gtest/gtest.h>

#include <tcpcraft/kernel/drop_watch.hpp>
#include <tcpcraft/kernel/local_side.hpp>
#include <tcpcraft/os/rst_guard.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/transport/loopback_link.hpp>
#include <tcpcraft/wire/codec.hpp>

#include "kernel/client.hpp"
#include "os/private_network.hpp"
#include "transport/packets.hpp"

namespace tcpcraft::kernel {
namespace {

/// Opened when the program starts, because within a user namespace it is too late.
struct Opened {
  Opened() {
    try {
      watch = std::make_unique<DropWatch>();
    } catch (const os::SystemError& error) {
      refusal = error.what();
    }
  }
  std::unique_ptr<DropWatch> watch;
  std::string refusal;
} opened;

class DropWatchTest : public test::PrivateNetwork, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    PrivateNetwork::SetUp();
    if (!IsSkipped() && !opened.watch) GTEST_SKIP() << opened.refusal;
  }
};

TEST_P(DropWatchTest, tells_why_a_segment_was_dropped) {
  const wire::Endpoint kernel = test::loopback(GetParam(), 9871);
  const auto at = os::SocketAddress::from(kernel.address.data(), kernel.address.size(), 0);
  const os::RstGuard guard(at);
  const wire::Endpoint peer = test::loopback(GetParam(), guard.port());
  LocalSide side(App::none, kernel, {peer});
  side.watch(opened.watch.get());
  transport::LoopbackLink link(kernel.address, {kernel.port}, peer.address, {peer.port}, false);
  wire::Segment segment;
  segment.source = peer;
  segment.destination = kernel;
  segment.flags = {wire::Flag::syn};
  EXPECT_TRUE(opened.watch->knows("NO_SOCKET"));
  EXPECT_FALSE(opened.watch->knows("NO_SUCH_REASON"));
  side.take_drops();
  const auto fate_of_a_segment = [&] {
    Drops drops;
    while (!drops.told) {  // a busy kernel may handle it elsewhere
      link.send(wire::encode(segment));
      drops = side.take_drops();
    }
    return drops;
  };
  for (int i = 0; i < 100; ++i) EXPECT_EQ(fate_of_a_segment().reason, "NO_SOCKET");
  EXPECT_FALSE(side.take_drops().told) << "nothing was sent since";

  const LocalSide server(App::discard, kernel, {peer});
  const Drops taken = fate_of_a_segment();
  EXPECT_FALSE(taken.reason) << *taken.reason;
}

class SocketInfoTest : public test::PrivateNetwork, public testing::WithParamInterface<bool> {};

TEST_P(SocketInfoTest, socket_info_is_of_the_connection) {
  const wire::Endpoint kernel = test::loopback(GetParam(), 9872);
  const wire::Endpoint nobody = test::loopback(GetParam(), 9);
  LocalSide lonely(App::discard, kernel, {nobody});
  EXPECT_TRUE(lonely.socket_info(0).tcp_info.empty());
  EXPECT_TRUE(lonely.socket_info(0).state.listening);
  test::Client client(kernel);
  lonely.retarget(client.endpoint());
  const SocketInfo info = lonely.socket_info(0);
  ASSERT_GE(info.tcp_info.size(), 104u);
  EXPECT_EQ(info.tcp_info[0], 1) << "ESTABLISHED";
}

INSTANTIATE_TEST_SUITE_P(Both, DropWatchTest, testing::Bool(),
                         [](const auto& v) { return v.param ? "v6" : "v4"; });

INSTANTIATE_TEST_SUITE_P(Both, SocketInfoTest, testing::Bool(),
                         [](const auto& v) { return v.param ? "v6" : "v4"; });

}  // namespace
}  // namespace tcpcraft::kernel
