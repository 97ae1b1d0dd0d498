#include <cerrno>

#include <gtest/gtest.h>

#include "fake_world.hpp"

namespace tcpcraft::engine {
namespace {

using calls::Done;
using calls::Failed;
using calls::Received;
using calls::WouldBlock;
using calls::Written;

const std::string accepted = "  - use: handshake\n";

wire::Bytes bytes(const std::string& text) {
  return {text.begin(), text.end()};
}

std::string why(const Result& result) {
  return result.mismatch ? result.mismatch->summary : result.reason;
}

/// A kernel of ISS 7000 that opens, and an application that accepts.
struct OpenWorld : World {
  OpenWorld() {
    link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
    link.answer({});
    side.results["accept"] = {Done{}};
  }
  void on(const std::string& name, const wire::Segment& segment) {
    side.on_call = [this, name, segment](const calls::Call& call) {
      if (calls::name_of(call) == name) link.put(segment, clock.now());
    };
  }
};

/// A kernel that sends this SYN when the application connects.
struct ConnectingWorld : World {
  ConnectingWorld() {
    side.on_call = [this](const calls::Call& call) {
      if (calls::name_of(call) != "connect" || side.made.size() > 1) return;
      link.put(link.from_kernel(SYN, 7000, 0), clock.now());
    };
    side.results["connect"] = {WouldBlock{EINPROGRESS}, Done{}};
  }
};

std::vector<std::string> lines_of(const Result& result) {
  std::vector<std::string> lines;
  for (const TraceEntry& entry : result.trace)
    if (const auto* call = std::get_if<PassedCall>(&entry))
      lines.push_back(call->text + (call->result.empty() ? "" : " -> " + call->result));
  return lines;
}

TEST(Call, a_handshake_accepts) {
  OpenWorld world;
  const Result result = world.play_steps(accepted + "  - app: read -> EAGAIN\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << why(result);
  EXPECT_EQ(world.side.made, (std::vector<std::string>{"accept", "read"}));
  EXPECT_EQ(lines_of(result), (std::vector<std::string>{"accept -> ok", "read -> EAGAIN"}));
  EXPECT_EQ(result.took, 0s) << "what is to block is not waited for";
}

TEST(Call, a_result_that_was_not_stated_fails) {
  for (const auto& [stated, verdict] : {std::pair{"", Verdict::pass},
                                        {" -> \"a\"", Verdict::pass},
                                        {" -> ok", Verdict::pass},
                                        {" -> 1", Verdict::pass},
                                        {" -> \"b\"", Verdict::fail},
                                        {" -> eof", Verdict::fail},
                                        {" -> 2 bytes", Verdict::fail},
                                        {" -> EAGAIN", Verdict::fail},
                                        {" -> ECONNRESET", Verdict::fail}}) {
    OpenWorld world;
    world.side.results["read"] = {Received{bytes("a")}};
    const Result result = world.play_steps(accepted + "  - app: read 5" + stated + "\n");
    EXPECT_EQ(result.verdict, verdict) << stated;
    if (verdict == Verdict::fail) {
      EXPECT_EQ(world.pointed_at(result), std::string(stated).substr(4));
      EXPECT_EQ(result.mismatch->label, "came to \"a\"");
      ASSERT_TRUE(result.mismatch->trace_entry);
      EXPECT_TRUE(std::holds_alternative<PassedCall>(result.trace[*result.mismatch->trace_entry]));
    }
  }
}

TEST(Call, one_without_a_statement_must_succeed) {
  OpenWorld world;
  world.side.results["write"] = {Failed{EPIPE}};
  const Result result = world.play_steps(accepted + "  - app: write \"a\"\n");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->summary, "the application's write failed with EPIPE");
  EXPECT_EQ(world.pointed_at(result), "write \"a\"");
}

TEST(Call, one_that_blocks_is_waited_for) {
  OpenWorld world;
  world.side.results["read"] = {WouldBlock{EAGAIN}, Received{bytes("a")}};
  const Result result = world.play_steps(accepted + "  - app: read -> \"a\"\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << why(result);
  EXPECT_EQ(world.side.waited_for, (std::vector<std::string>{"read"}));
}

TEST(Call, one_that_blocks_for_a_second_fails) {
  OpenWorld world;
  const Result result = world.play_steps(accepted + "  - app: read\n");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->summary, "the application's read blocked for 1s");
  EXPECT_EQ(result.took, 1s);
  EXPECT_EQ(world.side.made, (std::vector<std::string>{"accept", "read", "read"})) << "once more at the end";
}

TEST(Call, what_was_accepted_before_is_not_accepted_again) {
  OpenWorld world;
  const Result result = world.play_steps(accepted + "  - app: accept\n");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->summary,
            "the application's accept blocked for 1s, for the connection was accepted before");
}

TEST(Call, a_write_goes_on_until_all_is_written) {
  OpenWorld world;
  world.side.results["write"] = {Written{2}, WouldBlock{EAGAIN}, Written{1}};
  const Result result = world.play_steps(accepted + "  - app: write \"abc\"\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << why(result);
  EXPECT_EQ(world.side.made,
            (std::vector<std::string>{"accept", "write \"abc\"", "write \"c\"", "write \"c\""}));
  EXPECT_EQ(lines_of(result).back(), "write \"abc\" -> 3 bytes");
}

TEST(Call, a_write_that_is_to_take_a_part_is_made_once) {
  for (const auto& [stated, verdict] : {std::pair{"2", Verdict::pass}, {"1", Verdict::fail}}) {
    OpenWorld world;
    world.side.results["write"] = {Written{2}, Written{1}};
    EXPECT_EQ(world.play_steps(accepted + "  - app: write \"abc\" -> " + stated + "\n").verdict, verdict);
  }
}

TEST(Call, what_was_written_before_an_error_is_the_result) {
  OpenWorld world;
  world.side.results["write"] = {Written{2}, Failed{ECONNRESET}};
  const Result result = world.play_steps(accepted + "  - app: write \"abc\"\n");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->summary, "the application's write took 2 bytes of 3");
}

TEST(Call, one_that_is_started_goes_on_as_soon_as_it_can) {
  OpenWorld world;
  world.link.answer({world.link.from_kernel(ACK, 7001, 102)});
  world.side.results["read"] = {WouldBlock{EAGAIN}, WouldBlock{EAGAIN}, Received{bytes("a")}};
  const Result result =
      world.play_steps(accepted + "  - app: start read 10\n  - send: PSH-ACK \"a\"\n  - expect: ACK\n" +
                       "  - app: finish -> \"a\"\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << why(result);
  EXPECT_EQ(lines_of(result), (std::vector<std::string>{"accept -> ok", "start read 10", "finish -> \"a\""}));
  EXPECT_EQ(world.side.made.size(), 4u) << "it is not made again once it has come to something";
}

TEST(Call, finish_waits_and_may_state_that_it_still_blocks) {
  OpenWorld world;
  const Result result =
      world.play_steps(accepted + "  - app: start read\n  - app: finish -> EAGAIN\n  - app: finish -> eof\n");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->step, 6u);
  EXPECT_EQ(result.mismatch->summary, "the application's read blocked for 1s");
}

TEST(Call, a_started_one_is_waited_for_while_others_wait) {
  OpenWorld world;
  world.play_steps(accepted + "  - app: start read\n  - wait: 10ms\n");
  EXPECT_EQ(world.side.waited_for, (std::vector<std::string>{"read"}));
}

TEST(Call, what_it_makes_the_kernel_send_comes_behind_it_in_the_trace) {
  OpenWorld world;
  world.side.results["close"] = {Done{}};
  world.on("close", world.link.from_kernel(FIN_ACK, 7001, 101));
  const Result result = world.play_steps(accepted + "  - app: close\n  - expect: FIN-ACK\n  - send: ACK\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << why(result);
  ASSERT_EQ(result.trace.size(), 7u);
  EXPECT_TRUE(std::holds_alternative<PassedCall>(result.trace[4]));
  EXPECT_TRUE(std::holds_alternative<PassedSegment>(result.trace[5]));
}

TEST(Call, what_it_makes_the_kernel_send_is_answered_to_it) {
  OpenWorld world;
  world.side.results["close"] = {Done{}};
  world.on("close", world.link.from_kernel(RST_ACK, 7001, 101));
  const Result result = world.play_steps(accepted + "  - app: close\n  - expect: FIN-ACK\n");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->cause, 4u);
}

TEST(Call, silence_is_broken_by_what_a_call_sends) {
  OpenWorld world;
  world.side.results["close"] = {Done{}};
  world.on("close", world.link.from_kernel(FIN_ACK, 7001, 101));
  EXPECT_EQ(world.play_steps(accepted + "  - app: close\n  - expect: nothing\n").verdict, Verdict::fail);
}

TEST(Call, times_count_from_its_end) {
  for (const auto& [delay, verdict] : {std::pair<wire::Duration, Verdict>{199ms, Verdict::fail},
                                       {200ms, Verdict::pass},
                                       {210ms, Verdict::pass},
                                       {211ms, Verdict::fail}}) {
    OpenWorld world;
    world.side.results["write"] = {Written{1}};
    world.side.on_call = [&world, delay = delay](const calls::Call& call) {
      if (calls::name_of(call) == "write")
        world.link.later(delay, world.link.from_kernel(PSH_ACK, 7001, 101, "a"));
    };
    const Result result =
        world.play_steps(accepted + "  - app: write \"a\"\n  - expect: PSH-ACK \"a\" in 200ms..210ms\n");
    EXPECT_EQ(result.verdict, verdict) << delay.count() << " " << why(result);
  }
}

TEST(Call, times_behind_a_call_that_the_host_held_up_are_inconclusive) {
  for (const auto& [delay, verdict] : {std::pair<wire::Duration, Verdict>{192ms, Verdict::inconclusive},
                                       {212ms, Verdict::inconclusive},
                                       {100ms, Verdict::fail}}) {
    OpenWorld world;
    world.side.results["write"] = {Written{1}};
    world.side.on_call = [&world, delay = delay](const calls::Call& call) {
      if (calls::name_of(call) != "write") return;
      world.link.later(delay, world.link.from_kernel(PSH_ACK, 7001, 101, "a"));
      world.clock.jump(3ms);
    };
    const Result result =
        world.play_steps(accepted + "  - app: write \"a\"\n  - expect: PSH-ACK \"a\" in 190ms..210ms\n");
    EXPECT_EQ(result.verdict, verdict) << delay.count() << " " << why(result);
  }
}

TEST(Call, silence_behind_a_call_that_the_host_held_up_is_inconclusive) {
  for (const auto& [delay, verdict] :
       {std::pair<wire::Duration, Verdict>{102ms, Verdict::inconclusive}, {90ms, Verdict::fail}}) {
    OpenWorld world;
    world.side.results["write"] = {Written{1}};
    world.side.on_call = [&world, delay = delay](const calls::Call& call) {
      if (calls::name_of(call) != "write") return;
      world.link.later(delay, world.link.from_kernel(PSH_ACK, 7001, 101, "a"));
      world.clock.jump(3ms);
    };
    EXPECT_EQ(world.play_steps(accepted + "  - app: write \"a\"\n  - expect: nothing for 100ms\n").verdict,
              verdict);
  }
}

TEST(Call, a_retransmission_that_a_late_call_runs_into_is_inconclusive) {
  for (const auto& [lateness, seq, verdict] :
       {std::tuple<wire::Duration, std::uint32_t, Verdict>{3ms, 7001, Verdict::inconclusive},
        {3ms, 7003, Verdict::fail},
        {0ms, 7001, Verdict::fail}}) {
    OpenWorld world;
    world.clock.lateness = lateness;
    world.side.results["write"] = {Written{1}, Written{1}};
    int writes = 0;
    world.side.on_call = [&world, &writes, seq = seq](const calls::Call& call) {
      if (calls::name_of(call) != "write") return;
      const wire::Time now = world.clock.now();
      if (++writes == 2) world.link.put(world.link.from_kernel(PSH_ACK, seq, 101, "a"), now);
      world.link.put(world.link.from_kernel(PSH_ACK, 7000 + writes, 101, writes == 1 ? "a" : "b"), now);
    };
    const Result result = world.play_steps(accepted +
                                           "  - app: write \"a\"\n  - expect: PSH-ACK \"a\"\n  - wait: 1ms\n"
                                           "  - app: write \"b\"\n  - expect: PSH-ACK \"b\"\n");
    EXPECT_EQ(result.verdict, verdict) << lateness.count() << " " << seq << " " << why(result);
  }
}

TEST(Call, the_kernel_opens) {
  ConnectingWorld world;
  world.link.answer({world.link.from_kernel(ACK, 7001, 101)});
  const Result result = world.play_steps("  - use: active-open\n  - app: finish\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << why(result);
  ASSERT_EQ(world.link.sent.size(), 1u);
  EXPECT_EQ(world.link.sent[0].flags, SYN_ACK);
  EXPECT_EQ(world.link.sent[0].seq, wire::SeqNum(100));
  EXPECT_EQ(world.link.sent[0].ack, wire::SeqNum(7001)) << "it acknowledges the kernel's SYN";
}

TEST(Call, numbers_of_an_active_open_are_relative_and_derived) {
  for (const auto& [expected, verdict] :
       {std::pair{"SYN seq=0", Verdict::pass}, {"SYN seq=1", Verdict::fail}, {"SYN-ACK", Verdict::fail}}) {
    ConnectingWorld world;
    EXPECT_EQ(world.play_steps(std::string("  - app: connect\n  - expect: ") + expected + "\n").verdict,
              verdict)
        << expected;
  }
}

TEST(Call, an_ack_of_an_active_open_that_does_not_cover_the_syn_fails) {
  ConnectingWorld world;
  world.link.answer({world.link.from_kernel(ACK, 7001, 100)});
  const Result result = world.play_steps("  - use: active-open\n");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->summary, "the kernel's ACK does not cover the SYN");
}

TEST(Call, a_repeated_syn_keeps_its_number) {
  for (const auto& [seq, verdict] : {std::pair{7000u, Verdict::pass}, {7001u, Verdict::fail}}) {
    ConnectingWorld world;
    world.link.answer({world.link.from_kernel(SYN, seq, 0)});
    EXPECT_EQ(world.play_steps("  - app: connect\n  - expect: SYN\n  - send: RST\n  - expect: SYN\n").verdict,
              verdict);
  }
}

TEST(Call, both_open_at_once) {
  ConnectingWorld world;
  auto& link = world.link;
  link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
  link.answer({link.from_kernel(ACK, 7001, 101)});
  const Result result = world.play_steps(
      "  - app: connect\n  - expect: SYN\n  - send: SYN\n  - expect: SYN-ACK\n"
      "  - send: SYN-ACK\n  - expect: ACK\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << why(result);
  EXPECT_EQ(link.sent[1].seq, wire::SeqNum(100)) << "it is the peer's SYN again";
  EXPECT_EQ(link.sent[1].ack, wire::SeqNum(7001));
}

TEST(Call, a_connect_after_a_refusal_counts_anew) {
  ConnectingWorld world;
  auto& link = world.link;
  std::uint32_t iss = 7000;
  world.side.on_call = [&](const calls::Call&) {
    link.put(link.from_kernel(SYN, std::exchange(iss, 9000), 0), world.clock.now());
  };
  world.side.results["connect"] = {WouldBlock{EINPROGRESS}, WouldBlock{EINPROGRESS}};
  link.answer({});
  link.answer({link.from_kernel(ACK, 9001, 101)});
  const Result result = world.play_steps(
      "  - app: connect\n  - expect: SYN seq=0\n  - send: RST-ACK\n"
      "  - app: connect\n  - expect: SYN seq=0\n  - send: SYN-ACK\n  - expect: ACK seq=1 ack=1\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << why(result);
  EXPECT_EQ(link.sent[1].seq, wire::SeqNum(100));
  EXPECT_EQ(link.sent[1].ack, wire::SeqNum(9001));
}

TEST(Call, a_connect_that_fails_at_once_fails) {
  World world;
  world.side.results["connect"] = {Failed{EADDRINUSE}};
  EXPECT_EQ(world.play_steps("  - app: connect\n").verdict, Verdict::fail);
}

TEST(Call, a_port_is_open_when_something_listens_there) {
  const auto rule_of_first = [](const std::string& steps) {
    World world;
    world.side.results["listen"] = {Done{}};
    world.side.results["close"] = {Done{true}};
    const Result result = world.play_steps(steps);
    for (const TraceEntry& entry : result.trace)
      if (const auto* passed = std::get_if<PassedSegment>(&entry)) return std::string(passed->rule->name);
    return std::string();
  };
  EXPECT_EQ(rule_of_first("  - send: SYN\n  - app: close\n"), "listen.syn.syn_ack");
  EXPECT_EQ(rule_of_first("  - app: listen\n  - send: SYN\n"), "listen.syn.syn_ack");
  EXPECT_EQ(rule_of_first("  - send: SYN\n  - app: listen\n"), "closed.no_ack.reset");
  EXPECT_EQ(rule_of_first("  - app: close\n  - send: SYN\n"), "closed.no_ack.reset");
}

TEST(Call, half_open_connections_end_with_the_listening_socket) {
  World world;
  auto& link = world.link;
  world.side.results["close"] = {Done{true}};
  link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
  link.answer({link.from_kernel(RST, 7001, 0)});
  const Result result = world.play_steps(
      "  - send: SYN\n  - expect: SYN-ACK\n  - app: close\n  - send: ACK\n  - expect: RST seq=1\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << why(result);
}

}  // namespace
}  // namespace tcpcraft::engine
