// Timestamps that the machine keeps up, and those that a step writes.

#include <gtest/gtest.h>

#include "fake_world.hpp"

namespace tcpcraft::engine {
namespace {

TEST(Machine, timestamps_are_kept_up) {
  World world;
  auto& link = world.link;
  wire::Segment syn_ack = link.from_kernel(SYN_ACK, 7000, 101);
  syn_ack.options = {wire::Mss{1000}, wire::Timestamps{5000, 100}};
  link.answer({syn_ack});
  link.answer({});
  const Result result =
      world.play_steps("  - send: 'SYN <mss 1460, ts 100:0>'\n  - expect: SYN-ACK\n  - send: ACK\n");
  EXPECT_EQ(result.verdict, Verdict::pass);
  const auto* timestamps = wire::find<wire::Timestamps>(world.link.sent[1].options);
  ASSERT_TRUE(timestamps);
  EXPECT_EQ(timestamps->tsval, 100u);
  EXPECT_EQ(timestamps->tsecr, 5000u);
}

TEST(Machine, timestamps_are_written_in_terms_of_those_kept_up) {
  World world;
  auto& link = world.link;
  wire::Segment syn_ack = link.from_kernel(SYN_ACK, 7000, 101);
  syn_ack.options = {wire::Mss{1000}, wire::Timestamps{5000, 100}};
  link.answer({syn_ack});
  link.answer({});
  link.answer({});
  const Result result = world.play_steps(
      "  - send: 'SYN <mss 1460, ts 100:0>'\n  - expect: SYN-ACK\n"
      "  - send: 'ACK <ts now-10:echo+3>'\n  - send: ACK\n");
  EXPECT_EQ(result.verdict, Verdict::pass);
  const auto* old = wire::find<wire::Timestamps>(world.link.sent[1].options);
  ASSERT_TRUE(old);
  EXPECT_EQ(*old, (wire::Timestamps{90, 5003}));
  const auto* usual = wire::find<wire::Timestamps>(world.link.sent[2].options);
  ASSERT_TRUE(usual);
  EXPECT_EQ(*usual, (wire::Timestamps{100, 5000})) << "the clock goes on from where it was";
}

}  // namespace
}  // namespace tcpcraft::engine
