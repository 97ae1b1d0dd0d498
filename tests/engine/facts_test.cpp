#include "fake_world.hpp"

namespace tcpcraft::engine {
namespace {

const std::string opening = "  - send: SYN\n  - expect: SYN-ACK\n";

struct FactsWorld : World {
  FactsWorld() {
    link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
    side.info.state.state = "ESTABLISHED";
    side.info.tcp_info.assign(84, 0);
    side.info.tcp_info[0] = 1;    // state
    side.info.tcp_info[24] = 3;   // unacked
    side.info.tcp_info[80] = 10;  // snd_cwnd
  }
  Result play_step(const std::string& step) { return play_steps(opening + "  - " + step + "\n"); }
};

TEST(MachineInfo, holds) {
  FactsWorld world;
  EXPECT_EQ(world.play_step("info: [state == ESTABLISHED, unacked == 3, snd_cwnd >= 10]").verdict,
            Verdict::pass);
}

TEST(MachineInfo, one_that_does_not_hold_is_pointed_at) {
  FactsWorld world;
  const Result result = world.play_step("info: [unacked == 3, snd_cwnd > 10]");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(world.pointed_at(result), "snd_cwnd > 10");
  EXPECT_EQ(result.mismatch->summary, "the kernel's snd_cwnd is 10, not > 10");
  EXPECT_EQ(result.mismatch->expected, "snd_cwnd > 10");
  EXPECT_EQ(result.mismatch->received, "snd_cwnd == 10");
}

TEST(MachineInfo, without_a_full_socket_it_fails) {
  FactsWorld world;
  world.side.info.tcp_info.clear();
  world.side.info.state.state = "TIME-WAIT";
  const Result result = world.play_step("info: unacked == 0");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->received, "TIME-WAIT, without a full socket");
}

TEST(MachineInfo, an_older_kernel_is_a_reason_to_skip) {
  FactsWorld world;
  const Result result = world.play_step("info: advmss > 0");
  EXPECT_EQ(result.verdict, Verdict::skip);
  EXPECT_EQ(result.reason, "this kernel's TCP_INFO has no 'advmss' yet");
}

TEST(MachineInfo, a_timer_that_fired_while_the_host_was_away_is_not_held_against_the_kernel) {
  FactsWorld world;
  world.link.delayed_answer(50ms, world.link.from_kernel(SYN_ACK, 7000, 101));
  EXPECT_EQ(world.play_step("info: unacked == 0").verdict, Verdict::inconclusive);
}

/// The kernel handles a segment within the call that sends it: an answer that came late was held up there.
TEST(MachineInfo, what_is_wrong_after_a_send_that_took_long_is_not_held_against_the_kernel) {
  const std::string steps = "  - send: SYN\n  - expect: SYN-ACK\n  - info: unacked == 0\n";
  for (const wire::Duration delay : {2ms, 5ms}) {
    World world;
    world.side.info = FactsWorld().side.info;
    world.link.delayed_answer(delay, world.link.from_kernel(SYN_ACK, 7000, 101));
    EXPECT_EQ(world.play_steps(steps).verdict, delay > 4ms ? Verdict::inconclusive : Verdict::fail)
        << delay.count();
  }
}

TEST(MachineInfo, what_is_wrong_where_the_host_was_late_is_not_held_against_the_kernel) {
  const std::string late = opening + "  - wait: 100ms\n  - send: ACK\n  - info: unacked == ";
  for (const wire::Duration lateness : {3ms, 5ms}) {
    FactsWorld right, wrong;
    right.clock.lateness = wrong.clock.lateness = lateness;
    EXPECT_EQ(right.play_steps(late + "3\n").verdict, Verdict::pass);
    EXPECT_EQ(wrong.play_steps(late + "0\n").verdict, lateness > 4ms ? Verdict::inconclusive : Verdict::fail);
  }
}

TEST(MachineDropped, the_last_segments_reason) {
  FactsWorld world;
  world.side.drops = {true, "TCP_CSUM"};
  EXPECT_EQ(world.play_step("dropped: TCP_CSUM").verdict, Verdict::pass);
}

TEST(MachineDropped, another_reason_or_none_is_a_failure) {
  FactsWorld world;
  world.side.drops = {true, "TCP_CSUM"};
  Result result = world.play_step("dropped: TCP_FLAGS");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->summary, "the kernel dropped the peer's SYN for another reason: TCP_CSUM");
  EXPECT_EQ(world.pointed_at(result), "TCP_FLAGS");
  FactsWorld other;
  other.side.drops = {true, {}};
  result = other.play_step("dropped: TCP_FLAGS");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->summary, "the kernel did not drop the peer's SYN");
}

TEST(MachineDropped, what_was_not_seen_is_not_judged) {
  FactsWorld world;
  EXPECT_EQ(world.play_step("dropped: TCP_FLAGS").verdict, Verdict::skip);
  FactsWorld own;
  own.setup.immediate = true;
  EXPECT_EQ(own.play_step("dropped: TCP_FLAGS").verdict, Verdict::inconclusive);
}

TEST(MachineDropped, nothing_was_sent) {
  World world;
  EXPECT_EQ(world.play_steps("  - dropped: TCP_FLAGS\n").verdict, Verdict::error);
}

}  // namespace
}  // namespace tcpcraft::engine
