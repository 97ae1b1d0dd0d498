// Several connections: what belongs to which.

#include <gtest/gtest.h>

#include "fake_world.hpp"

namespace tcpcraft::engine {
namespace {

const std::string two = "scenario: t\npeers: {a: {}, b: {}}\n";
const std::string both_open = "steps:\n  - use: handshake\n  - b@use: handshake\n";

/// A world with two peers: a of ISS 100 at port 40000, b of ISS 200 at port 40001.
class PeersTest : public testing::Test {
 protected:
  World world;
  FakeLink& link = world.link;

  /// What the kernel sends to b.
  wire::Segment to_b(wire::Flags flags, std::uint32_t seq, std::uint32_t ack,
                     const std::string& data = "") const {
    wire::Segment segment = link.from_kernel(flags, seq, ack, data);
    segment.destination.port = 40001;
    return segment;
  }
  void answer_handshakes() {
    link.answer({link.from_kernel(SYN_ACK, 7000, 101)});
    link.answer({});
    link.answer({to_b(SYN_ACK, 9000, 201)});
    link.answer({});
  }
  static std::string what(const Result& result) {
    return result.mismatch ? result.mismatch->summary : result.reason;
  }
};

TEST_F(PeersTest, each_has_numbers_of_its_own) {
  answer_handshakes();
  link.answer({to_b(ACK, 9001, 204)});
  link.answer({link.from_kernel(ACK, 7001, 102)});
  const Result result = world.play(two + both_open + R"(
  - b@send:   PSH-ACK "abc"
  - b@expect: ACK ack=4
  - send:     PSH-ACK "x"
  - expect:   ACK ack=2
)");
  EXPECT_EQ(result.verdict, Verdict::pass) << what(result);
  ASSERT_EQ(link.sent.size(), 6u);
  EXPECT_EQ(link.sent[2].source.port, 40001);
  EXPECT_EQ(link.sent[2].seq, wire::SeqNum(200));
  EXPECT_EQ(link.sent[4].seq, wire::SeqNum(201));
  EXPECT_EQ(link.sent[4].ack, wire::SeqNum(9001));
  EXPECT_EQ(link.sent[5].seq, wire::SeqNum(101));
  EXPECT_EQ(link.sent[5].ack, wire::SeqNum(7001));
  EXPECT_EQ(link.sent[5].id, 3) << "a's third datagram";
  std::string whose;
  for (const TraceEntry& entry : result.trace) whose += std::to_string(*peer_of(entry));
  EXPECT_EQ(whose, "0001111100");
}

TEST_F(PeersTest, the_next_segment_is_that_of_the_connection) {
  answer_handshakes();
  link.answer({to_b(PSH_ACK, 9001, 201, "b"), link.from_kernel(ACK, 7001, 102)});
  const std::string sent = two + both_open + "  - send: PSH-ACK \"x\"\n  - expect: ACK\n";
  EXPECT_EQ(world.play(sent + "  - b@expect: PSH-ACK \"b\"\n").verdict, Verdict::pass);
}

TEST_F(PeersTest, silence_is_that_of_the_connection) {
  answer_handshakes();
  link.answer({link.from_kernel(ACK, 7001, 102)});
  const Result result = world.play(
      two + both_open +
      "  - send: PSH-ACK \"x\"\n  - b@expect: nothing\n  - b@expect: nothing for 10ms\n  - expect: ACK\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << what(result);
}

TEST_F(PeersTest, at_the_end_none_has_more_to_say) {
  answer_handshakes();
  link.answer({to_b(PSH_ACK, 9001, 201, "b"), link.from_kernel(ACK, 7001, 102)});
  const Result result = world.play(two + both_open + "  - send: PSH-ACK \"x\"\n  - expect: ACK\n");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->summary, "the kernel sent one more segment, PSH-ACK, that no step expects");
  EXPECT_EQ(result.mismatch->peer, 1u);
}

TEST_F(PeersTest, a_failure_tells_of_its_connection) {
  answer_handshakes();
  link.answer({to_b(ACK, 9001, 203)});
  link.answer({link.from_kernel(ACK, 7001, 102)});
  world.side.state.state = "ESTABLISHED";
  world.side.other_state.state = "CLOSE-WAIT";
  const Result result = world.play(two + both_open + R"(
  - b@send:   PSH-ACK "abc"
  - send:     PSH-ACK "x"
  - expect:   ACK
  - b@expect: ACK
)");
  ASSERT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->summary, "the kernel's ACK does not cover 1 byte of data");
  EXPECT_EQ(result.mismatch->peer, 1u);
  EXPECT_EQ(result.mismatch->kernel.state, "CLOSE-WAIT");
  ASSERT_TRUE(result.mismatch->cause);
  EXPECT_EQ(*result.mismatch->cause, 6u) << "b's own send";
  EXPECT_NE(result.mismatch->timing.find("after the PSH-ACK"), std::string::npos);
}

TEST_F(PeersTest, the_state_asked_for_is_that_of_the_connection) {
  world.side.state.state = "ESTABLISHED";
  world.side.other_state.state = "CLOSE-WAIT";
  const std::string steps = "steps: [{state: ESTABLISHED}, {b@state: CLOSE-WAIT}]\n";
  EXPECT_EQ(world.play(two + steps).verdict, Verdict::pass);
}

TEST_F(PeersTest, times_count_from_the_connections_own_steps) {
  answer_handshakes();
  link.after(300ms, to_b(PSH_ACK, 9001, 201, "b"));
  const Result result = world.play(two + both_open + R"(
  - expect:   nothing for 200ms
  - b@expect: PSH-ACK "b" in 300ms..310ms
)");
  EXPECT_EQ(result.verdict, Verdict::pass) << what(result);
}

TEST_F(PeersTest, a_wait_is_everyones) {
  answer_handshakes();
  link.after(300ms, to_b(PSH_ACK, 9001, 201, "b"));
  const Result result =
      world.play(two + both_open + "  - wait: 200ms\n  - b@expect: PSH-ACK \"b\" in 100ms..110ms\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << what(result);
}

TEST_F(PeersTest, what_came_while_another_was_waited_for_is_not_late) {
  answer_handshakes();
  link.after(100ms, to_b(PSH_ACK, 9001, 201, "b"));
  const Result result =
      world.play(two + both_open + "  - expect: nothing for 3s\n  - b@expect: PSH-ACK \"b\"\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << what(result);
}

TEST_F(PeersTest, an_optional_looks_no_further_than_its_own_connection) {
  answer_handshakes();
  link.answer({to_b(ACK, 9001, 202)});
  const Result result =
      world.play(two + both_open + "  - b@send: PSH-ACK \"x\"\n  - optional: ACK\n  - b@expect: ACK\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << what(result);
  EXPECT_GE(link.barriers, 1) << "it is proven that nothing is there";
}

TEST_F(PeersTest, any_order_takes_its_own_connections_segments) {
  answer_handshakes();
  link.answer({link.from_kernel(ACK, 7001, 101), to_b(PSH_ACK, 9001, 202, "hi"), to_b(FIN_ACK, 9003, 202)});
  const Result result = world.play(two + both_open +
                                   "  - b@send: PSH-ACK \"x\"\n"
                                   "  - b@any-order: [FIN-ACK seq=3, PSH-ACK \"hi\"]\n  - expect: ACK\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << what(result);
}

TEST_F(PeersTest, calls_are_made_on_the_connection) {
  world.side.results["accept"] = {calls::Done{}, calls::Done{}};
  world.side.results["read"] = {calls::Received{{'b'}}};
  answer_handshakes();
  const Result result = world.play(two + both_open + "  - b@app: read 1 -> \"b\"\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << what(result);
  EXPECT_EQ(world.side.made, (std::vector<std::string>{"accept", "1@accept", "1@read 1"}));
}

TEST_F(PeersTest, each_has_its_own_call_running) {
  world.side.results["accept"] = {calls::Done{}, calls::Done{}};
  answer_handshakes();
  link.answer({});
  world.side.on_call = [&](const calls::Call&) {
    if (link.sent.size() == 5 && world.side.made.back() == "1@read 2")
      world.side.results["read"] = {calls::Received{{'b'}}};
  };
  const Result result = world.play(two + both_open + R"(
  - app:    start read 1
  - b@app:  start read 2
  - wait:   1ms
  - b@send: PSH-ACK "b"
  - b@app:  finish -> "b"
  - app:    finish -> EAGAIN
)");
  EXPECT_EQ(result.verdict, Verdict::pass) << what(result);
  EXPECT_NE(std::find(world.side.waited_for.begin(), world.side.waited_for.end(), "1@read 2"),
            world.side.waited_for.end());
  EXPECT_NE(std::find(world.side.waited_for.begin(), world.side.waited_for.end(), "read 1"),
            world.side.waited_for.end());
}

TEST_F(PeersTest, a_segment_between_other_ports_is_of_the_connection_whose_step_sent_it) {
  wire::Segment reset = link.from_kernel(RST, 0, 0);
  reset.destination.port = 50000;
  link.answer({reset});
  const Result result = world.play(two + "steps: [{b@send: ACK ack=0 sport=50000}, {b@expect: RST seq=0}]\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << what(result);
  EXPECT_EQ(peer_of(result.trace.back()), 1u);
}

TEST_F(PeersTest, timestamp_clocks_are_their_own) {
  const std::string stamped =
      "scenario: t\npeers: {a: {options: {timestamps: true}}, b: {options: {timestamps: true}}}\n";
  const Result result =
      world.play(stamped + "steps: [{send: 'SYN <ts 5000:0>'}, {wait: 10ms}, {b@send: SYN}]\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << what(result);
  ASSERT_EQ(link.sent.size(), 2u);
  EXPECT_EQ(wire::find<wire::Timestamps>(link.sent[1].options)->tsval, 11u) << "1 and the wait";
}

}  // namespace
}  // namespace tcpcraft::engine
