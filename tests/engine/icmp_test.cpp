#include "fake_world.hpp"

namespace tcpcraft::engine {
namespace {

/// What the wire's other end got that was no segment is kept apart.
struct IcmpWorld : World {
  /// An active open whose SYN the message quotes.
  Result connect(const std::string& steps) {
    side.results["connect"] = {calls::WouldBlock{EINPROGRESS}};
    side.on_call = [this](const calls::Call&) { link.put(link.from_kernel(SYN, 500, 0), clock.now()); };
    return play_steps("  - app: connect\n  - expect: SYN\n" + steps);
  }
};

const PassedIcmp* icmp_in(const Result& result) {
  for (const TraceEntry& entry : result.trace)
    if (const auto* icmp = std::get_if<PassedIcmp>(&entry)) return icmp;
  return nullptr;
}

TEST(MachineIcmp, quotes_the_kernels_last_segment) {
  IcmpWorld world;
  const Result result = world.connect("  - send: ICMP host-unreachable\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << result.reason;
  ASSERT_EQ(world.link.datagrams.size(), 1u);
  const wire::Bytes& packet = world.link.datagrams[0];
  EXPECT_EQ(packet[9], 1) << "ICMP";
  EXPECT_EQ(packet[20], 3);
  EXPECT_EQ(packet[21], 1);
  const auto quoted = wire::decode(std::span(packet).subspan(28));
  ASSERT_TRUE(quoted);
  EXPECT_EQ(quoted->seq.raw(), 500u);
  EXPECT_EQ(quoted->source, world.setup.kernel);
  EXPECT_EQ(quoted->destination, world.setup.peers.front().end);
  ASSERT_TRUE(icmp_in(result));
  EXPECT_EQ(icmp_in(result)->text, "ICMP host-unreachable quoting SYN seq=0");
}

TEST(MachineIcmp, a_written_number_is_quoted_instead) {
  IcmpWorld world;
  const Result result = world.connect("  - send: ICMP frag-needed mtu=1300 seq=snd.nxt+10\n");
  ASSERT_EQ(world.link.datagrams.size(), 1u);
  EXPECT_EQ(wire::decode(std::span(world.link.datagrams[0]).subspan(28))->seq.raw(), 511u);
  EXPECT_EQ(icmp_in(result)->text, "ICMP frag-needed mtu=1300 quoting SYN seq=11");
}

TEST(MachineIcmp, is_answered_like_a_segment_and_is_the_cause) {
  IcmpWorld world;
  world.link.after_datagram(world.link.from_kernel(SYN, 500, 0));
  const Result result = world.connect("  - send: ICMP net-unreachable\n  - expect: nothing\n");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->cause, 2u);
}

TEST(MachineIcmp, needs_a_segment_to_quote) {
  World world;
  const Result result = world.play_steps("  - send: ICMP net-unreachable\n");
  EXPECT_EQ(result.verdict, Verdict::error);
  ASSERT_TRUE(result.place);
  EXPECT_EQ(world.source.text.substr(result.place->begin, 4), "ICMP");
}

TEST(MachineLink, a_probe_costs_more_where_the_link_loops_back) {
  for (const bool loops_back : {true, false}) {
    World world;
    world.link.looping = loops_back;
    world.link.answer({world.link.from_kernel(SYN_ACK, 500, 101)});
    // The SYN, the probe, and on loopback the SYN-ACK and the probe's answer.
    world.side.readings = {{{"Tcp.InSegs", 0}}, {{"Tcp.InSegs", loops_back ? 4 : 2}}};
    const Result result = world.play_steps(
        "  - send: SYN\n  - expect: SYN-ACK\n  - expect: nothing\n  - counter: Tcp.InSegs += 1\n");
    EXPECT_EQ(result.verdict, Verdict::pass) << result.reason;
  }
}

}  // namespace
}  // namespace tcpcraft::engine
