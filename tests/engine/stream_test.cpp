#include <gtest/gtest.h>

#include "fake_world.hpp"

namespace tcpcraft::engine {
namespace {

/// A kernel of ISS 7000 that opens; its MSS is 10.
struct StreamWorld : World {
  explicit StreamWorld(std::uint16_t window = 1000) {
    wire::Segment answer = link.from_kernel(SYN_ACK, 7000, 101);
    answer.window = window;
    answer.options = {wire::Mss{10}};
    link.answer({answer});
  }
  wire::Segment data(std::uint32_t offset, const std::string& text, wire::Flags flags = ACK) const {
    return link.from_kernel(flags, 7001 + offset, 101, text);
  }
  wire::Segment acknowledgment(std::uint32_t bytes, std::uint16_t window = 1000) const {
    wire::Segment segment = link.from_kernel(ACK, 7001, 101 + bytes);
    segment.window = window;
    return segment;
  }
  /// What the peer acknowledged behind the handshake.
  std::vector<std::uint32_t> acknowledged() const {
    std::vector<std::uint32_t> result;
    for (std::size_t i = 2; i < link.sent.size(); ++i) result.push_back(link.sent[i].ack.raw() - 7001);
    return result;
  }
  /// The sizes of what the peer sent behind the handshake.
  std::vector<std::size_t> sizes() const {
    std::vector<std::size_t> result;
    for (std::size_t i = 2; i < link.sent.size(); ++i) result.push_back(link.sent[i].payload.size());
    return result;
  }
};

std::string why(const Result& result) {
  return result.mismatch ? result.mismatch->summary : result.reason;
}

using Numbers = std::vector<std::uint32_t>;
using Sizes = std::vector<std::size_t>;

TEST(Stream, is_whatever_segments_it_comes_in) {
  StreamWorld world;
  world.link.answer({world.data(0, "he"), world.data(2, "l", PSH_ACK)});
  world.link.answer({world.data(3, ""), world.data(3, "lo, "), world.data(7, "world", PSH_ACK)});
  const Result result = world.play_steps(handshake + "  - expect: stream \"hello, world\"\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << why(result);
  // Everything that came at once by one; the end is left to the steps behind.
  EXPECT_EQ(world.acknowledged(), Numbers{3});
}

TEST(Stream, its_bytes_are_compared) {
  StreamWorld world;
  world.link.answer({world.data(0, "hel"), world.data(3, "10")});
  const Result result = world.play_steps(handshake + "  - expect: stream \"hello\"\n");
  EXPECT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(why(result), "the kernel's ACK differs from the payload expected at byte 1");
  EXPECT_EQ(result.mismatch->expected, "ACK seq=4 ack=1 \"lo\"");
  EXPECT_EQ(world.pointed_at(result), "stream \"hello\"");
}

TEST(Stream, by_its_length_it_may_be_anything) {
  StreamWorld world;
  world.link.answer({world.data(0, "123"), world.data(3, "45")});
  const Result result = world.play_steps(handshake + "  - expect: stream len=5\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << why(result);
}

TEST(Stream, too_much_is_not_the_stream) {
  StreamWorld world;
  world.link.answer({world.data(0, "123"), world.data(3, "456")});
  const Result result = world.play_steps(handshake + "  - expect: stream len=5\n");
  EXPECT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->expected, "ACK seq=4 ack=1 len=2");
}

TEST(Stream, every_number_in_it_is_checked) {
  StreamWorld world;
  world.link.answer({world.data(0, "123"), world.data(2, "345")});
  const Result result = world.play_steps(handshake + "  - expect: stream len=6\n");
  EXPECT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.mismatch->differences.at(0).part, wire::Part::seq);
}

TEST(Stream, may_end_with_a_fin) {
  StreamWorld world;
  world.link.answer({world.data(0, "12"), world.data(2, "3", FIN_ACK)});
  Result result = world.play_steps(handshake + "  - expect: stream FIN len=3\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << why(result);
  EXPECT_EQ(world.acknowledged(), Numbers{});

  StreamWorld alone;
  alone.link.answer({alone.data(0, "12"), alone.data(2, "3")});
  alone.link.answer({alone.data(3, "", FIN_ACK)});
  result = alone.play_steps(handshake + "  - expect: stream FIN len=3\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << why(result);
  EXPECT_EQ(alone.acknowledged(), Numbers{3});

  StreamWorld early;
  early.link.answer({early.data(0, "12", FIN_ACK)});
  result = early.play_steps(handshake + "  - expect: stream FIN len=3\n");
  EXPECT_EQ(why(result), "the kernel sent FIN-ACK, not ACK");

  StreamWorld unwanted;
  unwanted.link.answer({unwanted.data(0, "123", FIN_ACK)});
  result = unwanted.play_steps(handshake + "  - expect: stream len=3\n");
  EXPECT_EQ(why(result), "the kernel sent FIN-ACK, not ACK");
}

TEST(Stream, that_stops_fails) {
  StreamWorld world;
  world.link.answer({world.data(0, "12")});
  Result result = world.play_steps(handshake + "  - expect: stream len=5\n");
  EXPECT_EQ(why(result), "the kernel sent 2 of 5 bytes, and no more within 1s");

  StreamWorld open;
  open.link.answer({open.data(0, "12")});
  result = open.play_steps(handshake + "  - expect: stream FIN len=2\n");
  EXPECT_EQ(why(result), "the kernel sent no FIN behind the stream, and no more within 1s");
}

TEST(Stream, a_timer_that_fired_because_the_host_was_late_says_nothing) {
  StreamWorld world;
  world.link.delayed_answer(10ms, world.data(0, "13"));
  const Result result = world.play_steps(handshake + "  - expect: stream \"12\"\n");
  EXPECT_EQ(result.verdict, Verdict::inconclusive) << why(result);
}

TEST(Stream, is_sent_in_segments_of_the_kernels_mss) {
  StreamWorld world;
  world.link.answer({});
  for (const std::uint32_t bytes : {10u, 20u, 25u}) world.link.answer({world.acknowledgment(bytes)});
  const Result result = world.play_steps(handshake + "  - send: stream len=25\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << why(result);
  EXPECT_EQ(world.sizes(), (Sizes{10, 10, 5}));
  EXPECT_EQ(world.link.sent[2].flags, ACK);
  EXPECT_EQ(world.link.sent[4].flags, PSH_ACK);
  EXPECT_EQ(world.link.sent[4].payload, (wire::Bytes{'u', 'v', 'w', 'x', 'y'}));
}

TEST(Stream, is_sent_within_the_kernels_window) {
  StreamWorld world(14);
  world.link.answer({});
  world.link.answer({world.acknowledgment(10, 4)});
  world.link.answer({world.acknowledgment(14, 0)});
  world.link.after(300ms, world.acknowledgment(14, 100));
  const Result result = world.play_steps(handshake + "  - send: stream len=20\n");
  EXPECT_EQ(why(result), "the kernel acknowledged 14 of 20 bytes, and no more within 1s: it offers win=94");
  EXPECT_EQ(world.sizes(), (Sizes{10, 4, 6}));
}

TEST(Stream, a_window_that_stays_closed_fails) {
  StreamWorld world(10);
  world.link.answer({});
  world.link.answer({world.acknowledgment(10, 0)});
  const Result result = world.play_steps(handshake + "  - send: stream len=20\n");
  EXPECT_EQ(why(result), "the kernel acknowledged 10 of 20 bytes, and no more within 1s: it offers win=0");
}

TEST(Stream, an_answer_in_its_midst_fails) {
  StreamWorld world;
  world.link.answer({});
  world.link.answer({world.link.from_kernel(PSH_ACK, 7001, 111, "no")});
  const Result result = world.play_steps(handshake + "  - send: stream len=20\n");
  EXPECT_EQ(why(result), "the kernel sent PSH-ACK, not ACK");
}

TEST(Stream, an_answer_behind_it_is_left_to_the_next_step) {
  StreamWorld world;
  world.link.answer({});
  world.link.answer({world.acknowledgment(10)});
  world.link.answer({world.link.from_kernel(PSH_ACK, 7001, 121, "ok")});
  const Result result = world.play_steps(handshake +
                                         "  - send:   stream len=20\n"
                                         "  - expect: PSH-ACK \"ok\"\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << why(result);
}

TEST(Stream, is_read_as_it_comes) {
  StreamWorld world;
  world.link.answer({});
  for (const std::uint32_t bytes : {10u, 20u}) world.link.answer({world.acknowledgment(bytes)});
  world.side.results["accept"] = {calls::Done{}};
  world.side.results["read"] = {calls::WouldBlock{EAGAIN}, calls::Received{wire::pattern(10)},
                                calls::WouldBlock{EAGAIN}, calls::Received{wire::pattern(10)}};
  const Result result = world.play_steps(handshake +
                                         "  - app:  start read len=20\n"
                                         "  - send: stream len=20\n"
                                         "  - app:  finish -> 20 bytes\n");
  EXPECT_EQ(result.verdict, Verdict::pass) << why(result);
}

TEST(Call, a_read_of_a_length_ends_with_the_stream) {
  StreamWorld world;
  world.side.results["accept"] = {calls::Done{}};
  world.side.results["read"] = {calls::Received{wire::pattern(10)}, calls::Received{}};
  const Result result = world.play_steps(handshake + "  - app: read len=20\n");
  EXPECT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(why(result), "the application read 10 bytes of 20");
}

}  // namespace
}  // namespace tcpcraft::engine
