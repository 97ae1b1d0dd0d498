#include <gtest/gtest.h>

#include "fake_world.hpp"

namespace tcpcraft::engine {
namespace {

/// A kernel of ISS 7000 that opens and then answers "a\n" like the article's server.
void serve_article(World& world) {
  auto& link = world.link;
  link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
  link.answer({});
  link.answer({link.from_kernel(ACK, 7001, 103), link.from_kernel(PSH_ACK, 7001, 103, "a\n"),
               link.from_kernel(FIN_ACK, 7003, 103)});
}

const std::string article = R"(scenario: The server closes first
steps:
  - send:   SYN
  - expect: SYN-ACK
  - send:   ACK
  - send:   PSH-ACK "a\n"
  - expect: ACK
  - expect: PSH-ACK "a\n"
  - expect: FIN-ACK
  - send:   ACK ack=3
  - send:   ACK
  - state:  FIN-WAIT-2
)";

TEST(Machine, plays_the_article) {
  World world;
  serve_article(world);
  world.side.state.state = "FIN-WAIT-2";
  const Result result = world.play(article);
  EXPECT_EQ(result.verdict, Verdict::pass)
      << result.reason << (result.mismatch ? result.mismatch->summary : "");
  ASSERT_EQ(world.link.sent.size(), 5u);
  EXPECT_EQ(world.link.sent[0].seq, wire::SeqNum(100));
  EXPECT_EQ(world.link.sent[1].seq, wire::SeqNum(101));
  EXPECT_EQ(world.link.sent[1].ack, wire::SeqNum(7001));
  EXPECT_EQ(world.link.sent[3].ack, wire::SeqNum(7003));
  EXPECT_EQ(world.link.sent[4].ack, wire::SeqNum(7004)) << "the FIN is covered";
  EXPECT_EQ(world.link.sent[4].seq, wire::SeqNum(103));
  EXPECT_EQ(result.trace.size(), 9u);
  EXPECT_EQ(world.link.barriers, 1) << "after the last step the kernel must have nothing more to say";
}

TEST(Machine, the_wrong_state_fails) {
  World world;
  serve_article(world);
  world.side.state.state = "FIN-WAIT-1";
  const Result result = world.play(article);
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->summary, "the kernel's socket is in FIN-WAIT-1, not FIN-WAIT-2");
  EXPECT_EQ(world.pointed_at(result), "FIN-WAIT-2");
}

TEST(Machine, says_in_one_line_how_a_segment_differs) {
  struct Case {
    std::string expected;
    wire::Flags flags;
    std::uint32_t seq;
    std::string payload, summary;
  };
  const std::vector<Case> cases{
      {"ACK", ACK, 7003, "", "the kernel's ACK begins 2 past the number expected"},
      {"ACK", ACK, 6998, "", "the kernel's ACK begins 3 before the number expected"},
      {"ACK", ACK, 7000, "",
       "the kernel's ACK begins 1 before the number expected: a window probe or keep-alive has "
       "seq=snd.una-1"},
      {"ACK seq=snd.una-1", ACK, 7000, "", ""},
      {"ACK", ACK, 7001, "a", "the kernel's ACK carries data where none is expected"},
      {"ACK \"ab\"", ACK, 7001, "", "the kernel's ACK carries no data"},
      {"ACK \"ab\"", ACK, 7001, "a", "the kernel's ACK carries 1 byte instead of 2"},
      {"ACK \"ab\"", ACK, 7001, "aB", "the kernel's ACK differs from the payload expected at byte 2"},
      {"ACK len=1", ACK, 7001, "ab", "the kernel's ACK carries a payload of another length"},
      {"RST", ACK, 7001, "", "the kernel sent ACK, not RST"}};
  for (const Case& c : cases) {
    World world;
    auto& link = world.link;
    link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
    link.answer({});
    link.answer({link.from_kernel(c.flags, c.seq, 102, c.payload)});
    const Result result =
        world.play_steps(handshake + "  - send: PSH-ACK \"a\"\n  - expect: " + c.expected + "\n");
    EXPECT_EQ(result.mismatch ? result.mismatch->summary : "", c.summary) << result.reason;
  }
}

TEST(Machine, an_acknowledgement_that_does_not_cover_what_was_sent_fails) {
  World world;
  auto& link = world.link;
  link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
  link.answer({});
  link.answer({link.from_kernel(ACK, 7001, 102)});
  const Result result = world.play_steps(handshake + "  - send: PSH-ACK \"a\\n\"\n  - expect: ACK\n");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->summary, "the kernel's ACK does not cover 1 byte of data");
  EXPECT_EQ(result.mismatch->label, "received ack=2");
  EXPECT_EQ(result.mismatch->expected, "ACK seq=1 ack=3");
  EXPECT_EQ(world.pointed_at(result), "ACK");
  ASSERT_TRUE(result.mismatch->rule);
}

TEST(Machine, a_claimed_number_is_verified_instead_of_the_derived_one) {
  for (const auto& [claim, verdict] : {std::pair{"ack=3", Verdict::pass},
                                       {"ack=2", Verdict::fail},
                                       {"ack=4", Verdict::fail},
                                       {"ack=*", Verdict::pass},
                                       {"ack=rcv.nxt", Verdict::pass},
                                       {"ack=irs+3", Verdict::pass},
                                       {"ack=abs(103)", Verdict::pass},
                                       {"seq=1", Verdict::pass},
                                       {"seq=2", Verdict::fail},
                                       {"seq=snd.nxt", Verdict::pass},
                                       {"seq=abs(7001)", Verdict::pass},
                                       {"win=1000", Verdict::pass},
                                       {"win=999", Verdict::fail},
                                       {"ttl=64", Verdict::pass},
                                       {"ttl=63", Verdict::fail},
                                       {"urg=0", Verdict::pass},
                                       {"<>", Verdict::pass},
                                       {"<mss 1>", Verdict::fail},
                                       {"<...>", Verdict::pass}}) {
    World world;
    auto& link = world.link;
    link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
    link.answer({});
    link.answer({link.from_kernel(ACK, 7001, 103)});
    const Result result =
        world.play_steps(handshake + "  - send: PSH-ACK \"a\\n\"\n  - expect: 'ACK " + claim + "'\n");
    EXPECT_EQ(result.verdict, verdict) << claim;
    if (result.verdict == Verdict::fail) {
      EXPECT_EQ(world.pointed_at(result), claim);
    }
  }
}

TEST(Machine, an_unread_segment_at_the_end_fails) {
  World world;
  serve_article(world);
  const Result result = world.play_steps(
      handshake + "  - send: PSH-ACK \"a\\n\"\n  - expect: ACK\n  - expect: PSH-ACK \"a\\n\"\n");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->summary, "the kernel sent one more segment, FIN-ACK, that no step expects");
  EXPECT_EQ(result.mismatch->step, world.scenario->steps.size());
}

TEST(Machine, silence_that_is_not) {
  World world;
  world.link.answer({world.link.from_kernel(SYN_ACK, 7000, 101)});
  const Result result = world.play_steps("  - send: SYN\n  - expect: nothing\n");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->summary, "the kernel was to be silent, but sent SYN-ACK");
}

TEST(Machine, silence_is_proven_by_a_barrier) {
  World world;
  world.link.answer({});
  EXPECT_EQ(world.play_steps("  - send: SYN-FIN\n  - expect: nothing\n").verdict, Verdict::pass);
  EXPECT_EQ(world.link.barriers, 2);
}

TEST(Machine, a_lost_barrier_is_no_silence) {
  World world;
  world.link.answer({});
  world.link.outcome = transport::Barrier::lost;
  EXPECT_EQ(world.play_steps("  - send: SYN-FIN\n  - expect: nothing\n").verdict, Verdict::inconclusive);
}

TEST(Machine, silence_for_a_time_hears_timers) {
  for (const auto& [delay, verdict] :
       {std::pair<wire::Duration, Verdict>{150ms, Verdict::fail}, {250ms, Verdict::pass}}) {
    World world;
    auto& link = world.link;
    link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
    link.answer({});
    link.after(delay, link.from_kernel(SYN_ACK, 7000, 101));
    const std::string rest = verdict == Verdict::pass ? "  - expect: SYN-ACK in 50ms..50ms\n" : "";
    EXPECT_EQ(world.play_steps(handshake + "  - expect: nothing for 200ms\n" + rest).verdict, verdict);
  }
}

TEST(Machine, nothing_comes) {
  World world;
  const Result result = world.play_steps("  - send: SYN\n  - expect: SYN-ACK\n");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->summary, "no SYN-ACK came within 1s");
  EXPECT_EQ(result.took, 1s);
}

TEST(Machine, intervals_are_measured_from_the_end_of_the_previous_step) {
  for (const auto& [delay, verdict] : {std::pair<wire::Duration, Verdict>{39ms, Verdict::fail},
                                       {40ms, Verdict::pass},
                                       {200ms, Verdict::pass},
                                       {201ms, Verdict::fail}}) {
    World world;
    auto& link = world.link;
    link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
    link.answer({});
    link.answer({});
    link.after(delay, link.from_kernel(ACK, 7001, 102));
    EXPECT_EQ(
        world.play_steps(handshake + "  - send: PSH-ACK \"a\"\n  - expect: ACK in 40ms..200ms\n").verdict,
        verdict)
        << delay.count();
  }
}

TEST(Machine, two_acknowledgements_each_cover_what_had_come_by_then) {
  World world;
  auto& link = world.link;
  link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
  link.answer({});
  link.answer({link.from_kernel(ACK, 7001, 102)});
  link.answer({link.from_kernel(ACK, 7001, 103)});
  EXPECT_EQ(
      world
          .play_steps(
              handshake +
              "  - send: PSH-ACK \"a\"\n  - send: PSH-ACK \"b\"\n  - expect: ACK\n  - expect: ACK ack=3\n")
          .verdict,
      Verdict::pass);
}

TEST(Machine, an_optional_segment_may_come_or_not) {
  for (const bool comes : {true, false}) {
    World world;
    auto& link = world.link;
    link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
    link.answer({});
    std::vector<wire::Segment> answer{link.from_kernel(PSH_ACK, 7001, 102, "a")};
    if (comes) answer.insert(answer.begin(), link.from_kernel(ACK, 7001, 102));
    link.answer(answer);
    EXPECT_EQ(
        world
            .play_steps(handshake + "  - send: PSH-ACK \"a\"\n  - optional: ACK\n  - expect: PSH-ACK \"a\"\n")
            .verdict,
        Verdict::pass);
  }
}

TEST(Machine, an_optional_segment_is_not_waited_for_at_the_end) {
  World world;
  const Result result = world.play_steps("  - send: SYN\n  - optional: SYN-ACK\n");
  EXPECT_EQ(result.verdict, Verdict::pass);
  EXPECT_EQ(result.took, 0s);
}

TEST(Machine, counters_move_since_the_step_before) {
  World world;
  world.side.readings = {{{"Tcp.InErrs", 5}}, {{"Tcp.InErrs", 6}}, {{"Tcp.InErrs", 6}}, {{"Tcp.InErrs", 8}}};
  const Result result = world.play_steps(
      "  - counter: Tcp.InErrs += 1\n  - counter: Tcp.InErrs += 0\n  - counter: Tcp.InErrs += 1\n");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->summary, "Tcp.InErrs moved by 2, not by 1");
  EXPECT_EQ(result.mismatch->step, 2u);
}

TEST(Machine, an_unknown_counter_is_an_error) {
  World world;
  world.side.readings = {{{"Tcp.InErrs", 5}}};
  const Result result = world.play_steps("  - counter: Tcp.InErr += 1\n");
  EXPECT_EQ(result.verdict, Verdict::error);
  EXPECT_EQ(result.reason, "this kernel has no counter 'Tcp.InErr': did you mean 'Tcp.InErrs'?");
}

TEST(Machine, the_hosts_own_reset_is_not_blamed_on_the_kernel) {
  World world;
  auto& link = world.link;
  wire::Segment leak = link.from_kernel(RST, 101, 0);
  std::swap(leak.source, leak.destination);
  link.answer({link.from_kernel(SYN_ACK, 7000, 101), leak});
  const Result result = world.play_steps("  - send: SYN\n  - expect: SYN-ACK\n");
  EXPECT_EQ(result.verdict, Verdict::error);
  EXPECT_NE(result.reason.find("the host's own TCP answered for the peer with RST"), std::string::npos)
      << result.reason;
}

TEST(Machine, a_timer_that_crosses_the_peers_segment_is_inconclusive) {
  World world;
  auto& link = world.link;
  link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
  link.answer({});
  link.answer({});                                  // the acknowledgement of "a" is delayed
  link.answer({link.from_kernel(ACK, 7001, 102)});  // and sent before "b" arrives
  EXPECT_EQ(
      world.play_steps(handshake + "  - send: PSH-ACK \"a\"\n  - send: PSH-ACK \"b\"\n  - expect: ACK\n")
          .verdict,
      Verdict::inconclusive);
}

TEST(Machine, a_closed_port_counts_from_the_wire) {
  World world;
  world.link.answer({world.link.from_kernel(RST_ACK, 0, 101)});
  EXPECT_EQ(
      world.play("scenario: t\nkernel: {app: none}\nsteps:\n  - send: SYN\n  - expect: RST-ACK seq=0 ack=1\n")
          .verdict,
      Verdict::pass);
}

TEST(Machine, a_segment_broken_on_purpose_does_not_move_the_arithmetic) {
  World world;
  auto& link = world.link;
  link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
  link.answer({});
  link.answer({});
  link.answer({link.from_kernel(ACK, 7001, 102)});
  const Result result = world.play_steps(handshake +
                                         "  - send: PSH-ACK \"zz\" checksum=bad\n  - expect: nothing\n"
                                         "  - send: PSH-ACK \"a\"\n  - expect: ACK\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << (result.mismatch ? result.mismatch->summary : result.reason);
  EXPECT_EQ(world.link.sent[3].seq, wire::SeqNum(101));
}

// RFC 6191 2 lets the SYN open the connection anew, RFC 5961 4.2 lets it be challenged: the answer tells.
TEST(Machine, the_kernels_answer_tells_which_way_it_took) {
  World world;
  auto& link = world.link;
  link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
  link.answer({link.from_kernel(FIN_ACK, 7001, 101)});
  link.answer({link.from_kernel(ACK, 7002, 102)});
  link.answer({link.from_kernel(ACK, 7002, 102)});
  link.answer({});
  const Result result = world.play_steps(handshake +
                                         "  - expect: FIN-ACK\n  - send: FIN-ACK\n  - expect: ACK\n"
                                         "  - send: SYN seq=snd.nxt\n  - expect: ACK\n  - send: ACK\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << result.reason;
  EXPECT_EQ(world.link.sent[4].seq, wire::SeqNum(102)) << "the old connection's numbers still hold";
  EXPECT_EQ(world.link.sent[4].ack, wire::SeqNum(7002));
}

TEST(Machine, a_missing_timestamp_is_a_mismatch) {
  World world;
  auto& link = world.link;
  wire::Segment syn_ack = link.from_kernel(SYN_ACK, 7000, 101);
  syn_ack.options = {wire::Timestamps{5000, 1}};
  link.answer({syn_ack});
  link.answer({});
  link.answer({link.from_kernel(ACK, 7001, 102)});
  const Result result = world.play("scenario: t\npeer: {options: {timestamps: true}}\nsteps:\n" + handshake +
                                   "  - send: PSH-ACK \"a\"\n  - expect: ACK\n");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->differences.front().part, wire::Part::options);
}

}  // namespace
}  // namespace tcpcraft::engine
