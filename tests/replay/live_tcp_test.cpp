#include <gtest/gtest.h>

#include <tcpcraft/replay/live_tcp.hpp>

#include "simulation.hpp"

namespace tcpcraft::replay {
namespace {

/// A client whose connection has just been accepted, with an MSS of 1460, timestamps and SACK.
class Accepted : public testing::Test {
 protected:
  Accepted() {
    wire::Segment ours;
    ours.flags = syn;
    ours.window = 60000;
    ours.options = options;
    tcp.open(ours, now);
    arrive(syn_ack, 0, 1, "", options);
    tcp.pass(now);
    tcp.out.clear();
  }

  Brought arrive(Flags flags, std::uint32_t seq, std::uint32_t acked, const std::string& text,
                 wire::Options with = {wire::Timestamps{7, 1}}) {
    wire::Segment segment;
    segment.source = them;
    segment.destination = us;
    segment.flags = flags;
    segment.seq = SeqNum(500) + seq;
    segment.ack = SeqNum(100) + acked;
    segment.window = their_window;
    segment.options = std::move(with);
    segment.payload = bytes_of(text);
    return tcp.arrive(segment, now);
  }

  void say(const std::string& data) {
    wire::Segment text;
    text.flags = psh_ack;
    text.payload = bytes_of(data);
    tcp.send(text);
  }

  /// What a segment takes of the MSS: its data and its options, padded.
  static std::size_t size_of(const wire::Segment& segment) {
    std::size_t size = segment.payload.size();
    if (wire::find<wire::Timestamps>(segment.options)) size += 12;
    if (const auto* sack = wire::find<wire::Sack>(segment.options)) size += 4 + 8 * sack->blocks.size();
    return size;
  }

  const wire::Options options{wire::Mss{1460}, wire::SackPermitted{}, wire::Timestamps{1, 0}};
  const wire::Endpoint us = *wire::Endpoint::parse("127.0.0.1:40000"),
                       them = *wire::Endpoint::parse("127.0.0.1:80");
  const wire::Time now{1'800'000'000s};
  std::uint16_t their_window = 60000;
  LiveTcp tcp{us, them, SeqNum(100)};
};

TEST_F(Accepted, reports_what_is_missing_beside_data_only_where_there_is_room) {
  arrive(psh_ack, 101, 1, "behind a hole");
  tcp.out.clear();
  for (const std::size_t size : {1448u, 1440u, 1436u, 100u}) {
    say(std::string(size, 'x'));
    tcp.pass(now);
    ASSERT_EQ(tcp.out.size(), 1u);
    EXPECT_EQ(tcp.out[0].payload.size(), size);
    EXPECT_LE(size_of(tcp.out[0]), 1460u);
    EXPECT_EQ(wire::find<wire::Sack>(tcp.out[0].options) != nullptr, size <= 1436u) << size;
    tcp.out.clear();
  }
}

/// What is sent of this text now.
std::string sent_of(LiveTcp& tcp, wire::Time now) {
  tcp.out.clear();
  tcp.pass(now);
  std::string text;
  for (const wire::Segment& segment : tcp.out) text.append(segment.payload.begin(), segment.payload.end());
  return text;
}

TEST_F(Accepted, sends_no_more_than_the_window_has_room_for) {
  their_window = 5;
  arrive(ack, 1, 1, "");
  say("hello, world");
  EXPECT_EQ(sent_of(tcp, now), "hello");
  their_window = 100;
  arrive(ack, 1, 6, "");
  EXPECT_EQ(sent_of(tcp, now), ", world");
}

TEST_F(Accepted, probes_a_closed_window_with_a_byte) {
  their_window = 0;
  arrive(ack, 1, 1, "");
  say("abc");
  EXPECT_EQ(sent_of(tcp, now), "");
  ASSERT_TRUE(tcp.deadline());
  EXPECT_EQ(sent_of(tcp, *tcp.deadline()), "a");
  their_window = 100;
  arrive(ack, 1, 2, "");
  EXPECT_EQ(sent_of(tcp, now), "bc");
}

TEST_F(Accepted, takes_back_nothing_of_the_window_that_it_offered) {
  tcp.set_window(100);
  arrive(psh_ack, 1, 1, "0123456789");
  EXPECT_EQ(sent_of(tcp, now), "");
  ASSERT_EQ(tcp.out.size(), 1u);
  EXPECT_EQ(tcp.out[0].window, 60000 - 10);
}

TEST(Listening, agrees_only_to_what_is_offered) {
  const wire::Time now{1'800'000'000s};
  LiveTcp tcp(*wire::Endpoint::parse("127.0.0.1:80"), *wire::Endpoint::parse("127.0.0.1:40000"), SeqNum(100));
  wire::Segment answer;
  answer.flags = syn_ack;
  answer.options = {wire::Mss{1460}, wire::SackPermitted{}, wire::Timestamps{1, 1}, wire::WindowScale{7}};
  tcp.listen(answer);
  wire::Segment offer;
  offer.source = *wire::Endpoint::parse("127.0.0.1:40000");
  offer.destination = *wire::Endpoint::parse("127.0.0.1:80");
  offer.flags = syn;
  offer.seq = SeqNum(500);
  offer.window = 60000;
  offer.options = {wire::Mss{1460}, wire::SackPermitted{}};
  tcp.arrive(offer, now);
  ASSERT_EQ(tcp.out.size(), 1u);
  EXPECT_EQ(tcp.out[0].flags, syn_ack);
  EXPECT_EQ(tcp.out[0].options, (wire::Options{wire::Mss{1460}, wire::SackPermitted{}}));
}

TEST_F(Accepted, an_oddity_longer_than_the_mss_is_sent_in_parts) {
  wire::Segment odd;
  odd.flags = {Flag::psh, Flag::ack, Flag::fin};
  odd.payload = bytes_of(long_text(3000));
  tcp.send_odd(odd, 1, 1, now);
  Bytes sent;
  for (const wire::Segment& segment : tcp.out) {
    EXPECT_EQ(segment.seq, SeqNum(101) + static_cast<std::uint32_t>(sent.size()));
    EXPECT_LE(size_of(segment), 1460u);
    EXPECT_EQ(segment.flags, &segment == &tcp.out.back() ? odd.flags : ack);
    sent.insert(sent.end(), segment.payload.begin(), segment.payload.end());
  }
  EXPECT_EQ(tcp.out.size(), 3u);
  EXPECT_EQ(sent, odd.payload);
}

}  // namespace
}  // namespace tcpcraft::replay
