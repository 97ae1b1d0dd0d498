#include <gtest/gtest.h>

#include <tcpcraft/wire/codec.hpp>
#include <tcpcraft/wire/notation.hpp>

#include "random_wire.hpp"

namespace tcpcraft::wire {
namespace {

using test::Random;

Segment random_segment(Random& random) {
  const bool v6 = random.chance(2);
  Segment segment;
  segment.source = {test::random_address(random, v6), random.number16()};
  segment.destination = {test::random_address(random, v6), random.number16()};
  segment.ttl = random.byte();
  segment.tos = random.byte();
  if (!v6) {
    segment.id = random.number16();
    segment.df = random.chance(2);
  }
  segment.seq = SeqNum(random.number());
  segment.ack = SeqNum(random.number());
  segment.reserved = random.byte() & 7;
  segment.flags = Flags(random.number16());
  segment.window = random.number16();
  segment.urgent_pointer = random.number16();
  while (!random.chance(4)) {
    segment.options.push_back(test::random_option(random));
    if (options_size(segment.options) > 40) segment.options.pop_back();
  }
  segment.payload = random.bytes(random.chance(20) ? random.between(0, 60000) : random.between(0, 40));
  return segment;
}

TEST(CodecProperty, what_is_encoded_decodes_to_the_same) {
  Random random;
  for (int i = 0; i < 5'000; ++i) {
    const Segment segment = random_segment(random);
    const Bytes packet = encode(segment);
    ASSERT_TRUE(checksum_ok(packet));
    const auto decoded = decode(packet);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->source, segment.source);
    EXPECT_EQ(decoded->destination, segment.destination);
    EXPECT_EQ(decoded->ttl, segment.ttl);
    EXPECT_EQ(decoded->tos, segment.tos);
    EXPECT_EQ(decoded->id, segment.id);
    EXPECT_EQ(decoded->df, segment.df);
    EXPECT_EQ(decoded->seq, segment.seq);
    EXPECT_EQ(decoded->ack, segment.ack);
    EXPECT_EQ(decoded->reserved, segment.reserved);
    EXPECT_EQ(decoded->flags, segment.flags);
    EXPECT_EQ(decoded->window, segment.window);
    EXPECT_EQ(decoded->urgent_pointer, segment.urgent_pointer);
    EXPECT_EQ(decoded->payload, segment.payload);
    Options options = segment.options;
    if (options_size(options) % 4 != 0) options.push_back(EndOfOptions{});
    EXPECT_EQ(decoded->options, options);
    EXPECT_EQ(decoded->data_offset, 5 + (options_size(segment.options) + 3) / 4);
    ASSERT_FALSE(HasFailure()) << format_segment(segment, {});
  }
}

TEST(CodecProperty, one_flipped_bit_of_the_segment_is_seen_by_the_checksum) {
  Random random;
  for (int i = 0; i < 2'000; ++i) {
    Segment segment = random_segment(random);
    segment.payload.resize(segment.payload.size() % 100);
    Bytes packet = encode(segment);
    const std::size_t tcp = segment.source.address.is_v6() ? 40 : 20;
    packet[random.between(static_cast<std::uint32_t>(tcp), static_cast<std::uint32_t>(packet.size() - 1))] ^=
        static_cast<std::uint8_t>(1u << random.between(0, 7));
    EXPECT_FALSE(checksum_ok(packet));
  }
}

/// Whatever the bytes, the readers return; what can be read is printable.
void read_everything(Bytes packet) {
  if (const auto segment = decode(packet)) {
    for (char c : format_segment(*segment, {SeqNum(1), std::nullopt})) ASSERT_TRUE(c >= ' ' && c <= '~');
  }
  checksum_ok(packet);
  finish_checksum(packet);
}

TEST(CodecProperty, random_bytes_never_crash) {
  Random random;
  for (int i = 0; i < 20'000; ++i) {
    Bytes packet = random.bytes(random.between(0, 120));
    if (!packet.empty() && !random.chance(5)) packet[0] = random.chance(2) ? 0x45 : 0x60;
    if (packet.size() > 9 && !random.chance(5)) packet[9] = packet[6] = 6;
    read_everything(packet);
  }
}

TEST(CodecProperty, mutated_packets_never_crash) {
  Random random;
  for (int i = 0; i < 20'000; ++i) {
    Segment segment = random_segment(random);
    segment.payload.resize(segment.payload.size() % 100);
    Bytes packet = encode(segment);
    for (std::uint32_t change = random.between(1, 5); change != 0; --change)
      packet[random.between(0, static_cast<std::uint32_t>(packet.size() - 1))] = random.byte();
    if (random.chance(3)) packet.resize(random.between(0, static_cast<std::uint32_t>(packet.size())));
    packet.shrink_to_fit();  // so that a sanitizer sees a read beyond the end
    read_everything(packet);
  }
}

}  // namespace
}  // namespace tcpcraft::wire
