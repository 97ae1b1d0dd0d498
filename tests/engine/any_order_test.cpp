#include <gtest/gtest.h>

#include "fake_world.hpp"

namespace tcpcraft::engine {
namespace {

/// A connection whose kernel answers the peer's "a\n" with these, each beginning at its number.
Result answered(World& world, const std::vector<std::pair<wire::Flags, std::uint32_t>>& answers,
                const std::string& any_order, const std::string& rest = "") {
  auto& link = world.link;
  link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
  link.answer({});
  std::vector<wire::Segment> segments;
  for (const auto& [flags, seq] : answers) segments.push_back(link.from_kernel(flags, seq, 103));
  link.answer(segments);
  return world.play_steps("  - use: handshake\n  - send: PSH-ACK \"a\\n\"\n  - any-order: " + any_order +
                          "\n" + rest);
}

TEST(AnyOrder, takes_them_as_they_come) {
  for (const char* list : {"[{expect: ACK}, {expect: FIN-ACK}]", "[{expect: FIN-ACK}, {expect: ACK}]",
                           "[FIN-ACK, ACK]", "['ACK in 0..1s', FIN-ACK]"}) {
    World world;
    EXPECT_EQ(answered(world, {{ACK, 7001}, {FIN_ACK, 7001}}, list).verdict, Verdict::pass) << list;
  }
}

TEST(AnyOrder, no_early_choice_stands_in_the_way) {
  for (const char* list : {"['ACK seq=*', ACK seq=1]", "[ACK seq=1, 'ACK seq=*']"}) {
    World world;
    EXPECT_EQ(answered(world, {{ACK, 7001}, {ACK, 7005}}, list).verdict, Verdict::pass) << list;
    World other;
    EXPECT_EQ(answered(other, {{ACK, 7005}, {ACK, 7001}}, list).verdict, Verdict::pass) << list;
  }
}

TEST(AnyOrder, takes_no_more_than_its_own) {
  World world;
  const Result result = answered(world, {{ACK, 7001}, {FIN_ACK, 7001}}, "[ACK]", "  - expect: FIN-ACK\n");
  EXPECT_EQ(result.verdict, Verdict::pass);
}

TEST(AnyOrder, waits_for_all_of_them) {
  World world;
  world.link.after(300ms, world.link.from_kernel(FIN_ACK, 7001, 103));
  const Result result =
      answered(world, {{ACK, 7001}}, "['FIN-ACK in 200ms..400ms', ACK]", "  - expect: nothing for 100ms\n");
  EXPECT_EQ(result.verdict, Verdict::pass);
  EXPECT_EQ(result.took, 400ms) << "what follows is measured from the last that came";
}

TEST(AnyOrder, says_what_is_missing_and_what_came) {
  World world;
  const Result result = answered(world, {{ACK, 7001}}, "[FIN-ACK, ACK, RST]");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->summary, "FIN-ACK and RST did not come within 1s");
  EXPECT_EQ(result.mismatch->expected, "FIN-ACK seq=1 ack=3 and RST seq=1");
  EXPECT_EQ(result.mismatch->received, "only ACK seq=1 ack=3 win=1000");
  EXPECT_EQ(world.pointed_at(result), "FIN-ACK");
}

TEST(AnyOrder, nothing_at_all) {
  World world;
  const Result result = answered(world, {}, "['FIN-ACK in 0..20ms', ACK]");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->summary, "FIN-ACK and ACK did not come within 20ms");
  EXPECT_EQ(result.mismatch->received, "nothing");
}

TEST(AnyOrder, a_segment_that_is_none_of_them_fails) {
  World world;
  const Result result = answered(world, {{ACK, 7001}, {RST, 7001}}, "[FIN-ACK, ACK, PSH-ACK \"x\"]");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->summary, "the kernel sent RST, which is none of those that are missing");
  EXPECT_EQ(world.pointed_at(result), "any-order");
  EXPECT_NE(result.mismatch->expected.find("FIN-ACK seq=1"), std::string::npos) << result.mismatch->expected;
}

TEST(AnyOrder, a_second_one_of_a_kind_fails) {
  World world;
  const Result result = answered(world, {{ACK, 7001}, {ACK, 7001}}, "[FIN-ACK, ACK]");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(world.pointed_at(result), "FIN-ACK") << "the one that is missing";
  EXPECT_EQ(result.mismatch->label, "received ACK");
}

TEST(AnyOrder, points_at_what_differs) {
  World world;
  const Result result = answered(world, {{FIN_ACK, 7002}}, "[ACK, FIN-ACK seq=1]");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(world.pointed_at(result), "seq=1");
  EXPECT_EQ(result.mismatch->label, "received seq=2");
}

TEST(AnyOrder, too_early_is_a_failure) {
  World world;
  const Result result = answered(world, {{ACK, 7001}, {FIN_ACK, 7001}}, "[ACK, 'FIN-ACK in 10ms..20ms']");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->summary, "the kernel's FIN-ACK came too early");
  EXPECT_EQ(world.pointed_at(result), "in 10ms..20ms");
}

TEST(AnyOrder, a_late_host_is_inconclusive) {
  World world;
  world.link.after(30ms, world.link.from_kernel(FIN_ACK, 7001, 103));
  world.clock.lateness = 15ms;
  EXPECT_EQ(answered(world, {{ACK, 7001}}, "[ACK, 'FIN-ACK in 10ms..20ms']").verdict, Verdict::inconclusive);
}

}  // namespace
}  // namespace tcpcraft::engine
