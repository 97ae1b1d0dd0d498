#include <tuple>

#include <gtest/gtest.h>

#include "fake_world.hpp"

namespace tcpcraft::engine {
namespace {

/// What becomes of an ACK that comes so long after the data that it answers.
Verdict acknowledged_after(World& world, std::chrono::milliseconds delay, const std::string& within,
                           const std::string& before = "") {
  auto& link = world.link;
  link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
  link.answer({});
  link.answer({});
  link.after(delay, link.from_kernel(ACK, 7001, 102));
  const std::string steps = "  - send: PSH-ACK \"a\"\n  - expect: ACK in " + within + "\n";
  return world.play_steps(handshake + before + steps).verdict;
}

TEST(Lateness, a_late_host_is_inconclusive_not_a_failure) {
  World world;
  world.clock.lateness = 30ms;
  EXPECT_EQ(acknowledged_after(world, 210ms, "40ms..200ms"), Verdict::inconclusive);
}

TEST(Lateness, a_segment_that_comes_in_the_grace_after_a_late_wake_up_is_inconclusive) {
  World world;
  world.clock.lateness = 10ms;
  EXPECT_EQ(acknowledged_after(world, 240ms, "40ms..200ms"), Verdict::inconclusive);
}

/// The timer that sends it may have been started before the step that was late.
TEST(Lateness, a_segment_that_is_early_by_less_than_the_host_was_late_is_inconclusive) {
  for (const auto& [lateness, delay, verdict] : {std::tuple{0ms, 199ms, Verdict::fail},
                                                 {3ms, 199ms, Verdict::inconclusive},
                                                 {3ms, 196ms, Verdict::fail},
                                                 {3ms, 201ms, Verdict::pass}}) {
    World world;
    world.clock.lateness = lateness;
    EXPECT_EQ(acknowledged_after(world, delay, "200ms..400ms", "  - wait: 10ms\n"), verdict)
        << lateness.count() << " " << delay.count();
  }
}

/// A timer is set by the ticks: where they are behind, it fires early.
TEST(Lateness, a_segment_that_is_early_by_less_than_the_ticks_were_behind_is_inconclusive) {
  for (const auto& [behind, delay, verdict] : {std::tuple{0ms, 187ms, Verdict::fail},
                                               {14ms, 187ms, Verdict::inconclusive},
                                               {14ms, 201ms, Verdict::pass}}) {
    World world;
    world.clock.ticks_behind = behind;
    EXPECT_EQ(acknowledged_after(world, delay, "200ms..400ms"), verdict)
        << behind.count() << " " << delay.count();
  }
}

TEST(Lateness, a_late_host_does_not_excuse_a_segment_that_never_comes) {
  World world;
  world.clock.lateness = 30ms;
  EXPECT_EQ(world.play_steps("  - send: SYN\n  - expect: SYN-ACK in 0..10ms\n").verdict, Verdict::fail);
}

TEST(Lateness, a_retransmission_while_we_were_held_up_is_inconclusive) {
  World world;
  auto& link = world.link;
  link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
  // The host takes the CPU away behind the ACK; meanwhile the kernel sends data, and sends it again.
  link.answer({link.from_kernel(PSH_ACK, 7001, 101, "a")});
  link.delayed_answer(250ms, link.from_kernel(PSH_ACK, 7001, 101, "a"));
  const std::string steps = handshake + "  - expect: PSH-ACK \"a\"\n  - send: ACK\n";
  EXPECT_EQ(world.play_steps(steps).verdict, Verdict::inconclusive);
}

TEST(Lateness, a_retransmission_while_a_step_waits_is_the_kernels) {
  World world;
  auto& link = world.link;
  link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
  link.answer({link.from_kernel(PSH_ACK, 7001, 101, "a")});
  link.after(200ms, link.from_kernel(PSH_ACK, 7001, 101, "a"));
  const std::string steps = handshake + "  - expect: PSH-ACK \"a\"\n  - expect: FIN-ACK\n";
  EXPECT_EQ(world.play_steps(steps).verdict, Verdict::fail);
}

}  // namespace
}  // namespace tcpcraft::engine
