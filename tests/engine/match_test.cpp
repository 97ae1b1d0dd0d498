#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include <tcpcraft/engine/match.hpp>
#include <tcpcraft/model/peer.hpp>

#include "fake_world.hpp"

namespace tcpcraft::engine {
namespace {

unsigned seed() {
  const char* text = std::getenv("TCPCRAFT_SEED");
  const unsigned value = text ? static_cast<unsigned>(std::atoi(text)) : std::random_device()();
  std::printf("TCPCRAFT_SEED=%u\n", value);
  return value;
}

/// An expectation of a kernel that stands at ISS 7000, with the peer at 100.
Expectation standing(wire::SeqNum seq, wire::SeqNum ack) {
  static const model::Rule rule{"test", "test", "test"};
  Expectation expectation;
  expectation.names.origins = {wire::SeqNum(7000), wire::SeqNum(100)};
  expectation.names.snd_nxt = seq;
  expectation.names.rcv_nxt = ack;
  expectation.derived.seq = seq;
  expectation.derived.ack = ack;
  expectation.derived.seq_rule = expectation.derived.ack_rule = &rule;
  return expectation;
}

wire::Segment random_segment(std::mt19937& random) {
  wire::Segment segment;
  segment.flags = wire::Flags(static_cast<std::uint16_t>(random() % 512));
  segment.flags.set(wire::Flag::ack);
  segment.seq = wire::SeqNum(7000) + static_cast<std::int64_t>(random() % 5000);
  segment.ack = wire::SeqNum(100) + static_cast<std::int64_t>(random() % 5000);
  segment.window = static_cast<std::uint16_t>(random());
  segment.urgent_pointer = static_cast<std::uint16_t>(random() % 3);
  if (random() % 2) segment.options.push_back(wire::Mss{static_cast<std::uint16_t>(random())});
  if (random() % 2) segment.options.push_back(wire::Timestamps{static_cast<std::uint32_t>(random()), 7});
  if (random() % 2) segment.options.push_back(wire::Sack{{{segment.ack + 10, segment.ack + 20}}});
  for (auto i = random() % 5; i != 0; --i) segment.payload.push_back(static_cast<std::uint8_t>(random()));
  return segment;
}

/// What a person would write down who saw the segment, payload in full.
wire::SegmentSpec written(const wire::Segment& segment, const Expectation& expectation) {
  const std::string text = wire::format_segment(segment, expectation.names.origins, 1000);
  wire::ParsedSegment parsed = wire::parse_segment(text, wire::Purpose::expect);
  EXPECT_TRUE(parsed.errors.empty()) << text;
  if (!parsed.spec.options) parsed.spec.options.emplace();
  return parsed.spec;
}

TEST(Match, what_was_printed_matches_and_every_change_of_it_does_not) {
  std::mt19937 random(seed());
  for (int i = 0; i < 2000; ++i) {
    const wire::Segment segment = random_segment(random);
    const Expectation expectation = standing(segment.seq, segment.ack);
    const wire::SegmentSpec spec = written(segment, expectation);
    ASSERT_TRUE(differences(spec, segment, expectation).empty())
        << wire::format_segment(segment, expectation.names.origins, 1000);
    const auto differs = [&](wire::Part part, auto change) {
      wire::Segment other = segment;
      change(other);
      const auto found = differences(spec, other, expectation);
      ASSERT_FALSE(found.empty()) << static_cast<int>(part);
      EXPECT_EQ(found.front().part, part);
      EXPECT_NE(found.front().expected, found.front().received);
    };
    differs(wire::Part::flags,
            [](auto& s) { s.flags = wire::Flags(static_cast<std::uint16_t>(s.flags.bits() ^ 1)); });
    differs(wire::Part::seq, [](auto& s) { s.seq += 1; });
    differs(wire::Part::ack, [](auto& s) { s.ack += -1; });
    differs(wire::Part::window, [](auto& s) { ++s.window; });
    differs(wire::Part::reserved, [](auto& s) { s.reserved = 1; });
    differs(wire::Part::payload, [](auto& s) { s.payload.push_back(0); });
    differs(wire::Part::options, [](auto& s) { s.options.push_back(wire::WindowScale{1}); });
  }
}

TEST(Match, padding_is_ignored_unless_it_is_written) {
  wire::Segment segment;
  segment.options = {wire::Mss{1}, wire::Nop{}, wire::WindowScale{2}, wire::EndOfOptions{}};
  const Expectation expectation = standing(segment.seq, segment.ack);
  const auto matches = [&](const std::string& options) {
    const auto spec = wire::parse_segment("none seq=* " + options, wire::Purpose::expect).spec;
    return differences(spec, segment, expectation).empty();
  };
  EXPECT_TRUE(matches("<mss 1, wscale 2>"));
  EXPECT_TRUE(matches("<mss 1, nop, wscale 2>"));
  EXPECT_TRUE(matches("<mss *, wscale *>"));
  EXPECT_TRUE(matches("<mss 1, ...>"));
  EXPECT_TRUE(matches("<...>"));
  EXPECT_FALSE(matches("<nop, mss 1, wscale 2>"));
  EXPECT_FALSE(matches("<wscale 2, mss 1>"));
  EXPECT_FALSE(matches("<mss 1>"));
  EXPECT_FALSE(matches("<>"));
}

TEST(Craft, fills_in_what_is_left_out) {
  model::Tcb peer = model::peer_with(wire::SeqNum(100));
  peer.snd_nxt = wire::SeqNum(105);
  peer.rcv_nxt = wire::SeqNum(7003);
  peer.irs = wire::SeqNum(7000);
  scenario::Peer defaults;
  defaults.window = 1234;
  const auto from = *wire::Endpoint::parse("127.0.0.1:40000");
  const auto to = *wire::Endpoint::parse("127.0.0.1:9877");
  const auto made = [&](const std::string& text) {
    return craft(wire::parse_segment(text, wire::Purpose::send).spec, peer, defaults, from, to, 1, 9);
  };
  const wire::Segment ack = made("ACK").segment;
  EXPECT_EQ(ack.seq, wire::SeqNum(105));
  EXPECT_EQ(ack.ack, wire::SeqNum(7003));
  EXPECT_EQ(ack.window, 1234);
  EXPECT_EQ(ack.id, 9);
  EXPECT_EQ(made("RST").segment.ack, wire::SeqNum(0)) << "no ACK bit, no number";
  EXPECT_EQ(made("ACK seq=snd.nxt-1 ack=irs+1").segment.seq, wire::SeqNum(104));
  EXPECT_EQ(made("ACK seq=1 ack=irs+1").segment.seq, wire::SeqNum(101));
  EXPECT_EQ(made("ACK ack=irs+1").segment.ack, wire::SeqNum(7001));
  EXPECT_EQ(made("ACK ack=2").segment.ack, wire::SeqNum(7002));
  EXPECT_EQ(made("ACK tos=0x10 ecn=ce").segment.tos, 0x13);
  EXPECT_FALSE(made("ACK reserved=1").broken);
  for (const char* text :
       {"ACK checksum=bad", "ACK checksum=7", "ACK data-offset=4", "ACK sport=1", "ACK dport=1"})
    EXPECT_TRUE(made(text).broken) << text;
}

}  // namespace
}  // namespace tcpcraft::engine
