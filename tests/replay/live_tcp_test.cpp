#include <gtest/gtest.h>

#include <tcpcraft/replay/live_tcp.hpp>

#include "world.hpp"

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
    segment.window = 60000;
    segment.options = std::move(with);
    segment.payload = bytes_of(text);
    return tcp.arrive(segment, now);
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
  LiveTcp tcp{us, them, SeqNum(100)};
};

TEST_F(Accepted, reports_what_is_missing_beside_data_only_where_there_is_room) {
  arrive(psh_ack, 101, 1, "behind a hole");
  tcp.out.clear();
  for (const std::size_t size : {1448u, 1440u, 1436u, 100u}) {
    wire::Segment text;
    text.flags = psh_ack;
    text.payload = Bytes(size, 'x');
    tcp.send(text);
    tcp.pass(now);
    ASSERT_EQ(tcp.out.size(), 1u);
    EXPECT_EQ(tcp.out[0].payload.size(), size);
    EXPECT_LE(size_of(tcp.out[0]), 1460u);
    EXPECT_EQ(wire::find<wire::Sack>(tcp.out[0].options) != nullptr, size <= 1436u) << size;
    tcp.out.clear();
  }
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
