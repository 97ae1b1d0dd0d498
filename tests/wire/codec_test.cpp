#include <stdexcept>

#include <gtest/gtest.h>

#include <tcpcraft/wire/codec.hpp>
#include <tcpcraft/wire/segment_spec.hpp>

namespace tcpcraft::wire {
namespace {

Segment segment_between(const char* source, const char* destination) {
  Segment segment;
  segment.source = *Endpoint::parse(source);
  segment.destination = *Endpoint::parse(destination);
  return segment;
}

Segment syn_v4() {
  Segment segment = segment_between("192.0.2.1:40000", "127.0.0.1:9877");
  segment.flags = {Flag::syn};
  segment.seq = SeqNum(0x01020304);
  segment.window = 65535;
  segment.options = {Mss{1460}};
  return segment;
}

Segment syn_v6() {
  Segment segment = segment_between("[2001:db8::1]:40000", "[::1]:9877");
  segment.flags = {Flag::syn};
  segment.options = {Mss{1440}};
  return segment;
}

/// The Internet checksum the slow and obvious way: of bytes in pairs, the first the higher.
std::uint16_t plain_checksum(const Bytes& bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    sum += i % 2 == 0 ? bytes[i] * 256u : bytes[i];
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(~sum);
}

TEST(Encode, whole_syn_v4) {
  Segment segment = syn_v4();
  segment.id = 0x1234;
  segment.tos = 0x28;
  const Bytes expected = {
      0x45, 0x28, 0,    44,   0x12, 0x34, 0x40, 0,    64, 6,
      0x07, 0x70, 192,  0,    2,    1,    127,  0,    0,  1,  // IP
      0x9c, 0x40, 38,   0x95, 1,    2,    3,    4,    0,  0,
      0,    0,    0x60, 2,    0xff, 0xff, 0x9b, 0x80, 0,  0,  // TCP
      2,    4,    5,    0xb4,                                 // MSS
  };
  Bytes packet = encode(segment);
  const Bytes ip(packet.begin(), packet.begin() + 20);
  EXPECT_EQ(plain_checksum(ip), 0);
  Bytes pseudo = {192, 0, 2, 1, 127, 0, 0, 1, 0, 6, 0, 24};
  pseudo.insert(pseudo.end(), packet.begin() + 20, packet.end());
  EXPECT_EQ(plain_checksum(pseudo), 0);
  packet[10] = expected[10], packet[11] = expected[11];  // both checksums were checked above
  packet[36] = expected[36], packet[37] = expected[37];
  EXPECT_EQ(packet, expected);
}

TEST(Encode, whole_syn_v6) {
  Segment segment = syn_v6();
  segment.tos = 0xb9;
  segment.ttl = 7;
  segment.payload = {'a', 'b', 'c'};
  const Bytes packet = encode(segment);
  ASSERT_EQ(packet.size(), 40u + 24 + 3);
  const Bytes start = {0x6b, 0x90, 0, 0, 0, 27, 6, 7, 0x20, 0x01, 0x0d, 0xb8};
  EXPECT_EQ(Bytes(packet.begin(), packet.begin() + 12), start);
  Bytes pseudo(packet.begin() + 8, packet.begin() + 40);
  pseudo.insert(pseudo.end(), {0, 0, 0, 27, 0, 0, 0, 6});
  pseudo.insert(pseudo.end(), packet.begin() + 40, packet.end());
  EXPECT_EQ(plain_checksum(pseudo), 0);
  EXPECT_TRUE(checksum_ok(packet));
}

TEST(Encode, keeps_id_zero_and_df) {
  Segment segment = syn_v4();
  Bytes packet = encode(segment);
  EXPECT_EQ(packet[4] | packet[5], 0);
  EXPECT_EQ(packet[6], 0x40);
  segment.df = false;
  segment.id = 0xfffe;
  packet = encode(segment);
  EXPECT_EQ(packet[4], 0xff);
  EXPECT_EQ(packet[5], 0xfe);
  EXPECT_EQ(packet[6], 0);
}

TEST(Encode, takes_an_unspecified_source) {
  for (const char* source : {"0.0.0.0:1", "[::]:1"}) {
    Segment segment = segment_between(source, source);
    EXPECT_EQ(decode(encode(segment))->source.to_string(), source);
    EXPECT_TRUE(checksum_ok(encode(segment)));
  }
}

TEST(Encode, writes_every_flag_and_reserved_bit) {
  for (std::uint16_t bits = 0; bits < 0x200; ++bits) {
    Segment segment = syn_v4();
    segment.flags = Flags(bits);
    segment.reserved = bits % 8;
    const Bytes packet = encode(segment);
    EXPECT_EQ(packet[32], 0x60 | (bits % 8) << 1 | bits >> 8);
    EXPECT_EQ(packet[33], bits & 0xff);
    EXPECT_TRUE(checksum_ok(packet));
  }
}

TEST(Encode, pads_options_with_end_of_options) {
  Segment segment = syn_v4();
  segment.options = {WindowScale{7}, SackPermitted{}};
  segment.payload = {0xff};
  const Bytes packet = encode(segment);
  EXPECT_EQ(Bytes(packet.begin() + 40, packet.end()), (Bytes{3, 3, 7, 4, 2, 0, 0, 0, 0xff}));
  EXPECT_EQ(packet[32] >> 4, 7);
}

TEST(Encode, keeps_malformed_options_as_they_are) {
  Segment segment = syn_v4();
  segment.options = {EndOfOptions{}, Mss{1}, RawOption{2, {9}, 0}, RawOption{0xfd, {1, 2}, 40}};
  const Bytes packet = encode(segment);
  EXPECT_EQ(Bytes(packet.begin() + 40, packet.end()), (Bytes{0, 2, 4, 0, 1, 2, 0, 9, 0xfd, 40, 1, 2}));
  EXPECT_TRUE(checksum_ok(packet));
}

TEST(Encode, refuses_what_has_no_room) {
  Segment segment = syn_v4();
  segment.options = {RawOption{0xfd, Bytes(38), {}}};
  EXPECT_EQ(options_size(segment.options), 40u);
  EXPECT_EQ(encode(segment).size(), 80u);
  segment.options.push_back(Nop{});
  EXPECT_EQ(options_size(segment.options), 41u);
  EXPECT_THROW(encode(segment), std::length_error);

  segment.options.clear();
  segment.payload.resize(65495);
  EXPECT_EQ(encode(segment).size(), 65535u);
  segment.payload.resize(65496);
  EXPECT_THROW(encode(segment), std::length_error);
  Segment v6 = syn_v6();
  v6.options.clear();
  v6.payload.resize(65515);
  EXPECT_EQ(encode(v6).size(), 65575u);
  EXPECT_TRUE(checksum_ok(encode(v6)));
  v6.payload.resize(65516);
  EXPECT_THROW(encode(v6), std::length_error);
}

TEST(Encode, deformed_checksum) {
  for (std::uint32_t seq = 0; seq < 70'000; ++seq) {  // every right checksum comes by
    Segment segment = syn_v4();
    segment.seq = SeqNum(seq);
    ASSERT_FALSE(checksum_ok(encode(segment, {.bad_checksum = true}))) << seq;
  }
  const Bytes packet = encode(syn_v4(), {.checksum = 0xbeef, .bad_checksum = true});
  EXPECT_EQ(decode(packet)->checksum, 0xbeef);
}

TEST(Encode, deformed_data_offset_is_all_that_is_wrong) {
  for (std::uint8_t offset = 0; offset < 16; ++offset) {
    const Bytes packet = encode(syn_v4(), {.data_offset = offset});
    EXPECT_EQ(packet[32] >> 4, offset);
    EXPECT_EQ(packet.size(), 44u);
    EXPECT_TRUE(checksum_ok(packet));
  }
}

TEST(Decode, header_of_a_foreign_packet) {
  // SYN-ACK of a Linux kernel to 127.0.0.1, as captured on loopback.
  const Bytes packet = {0x45, 0x02, 0x00, 0x30, 0xab, 0xcd, 0x00, 0x00, 0x3f, 0x06, 0,    0,
                        10,   0,    0,    1,    10,   0,    0,    2,    0x26, 0x95, 0x9c, 0x40,
                        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0,    1,    0x7f, 0x12, 0x12, 0x34,
                        0xaa, 0xbb, 0x00, 0x09, 2,    4,    0xff, 0xd7, 1,    3,    3,    10};
  const auto segment = decode(packet);
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->source.to_string(), "10.0.0.1:9877");
  EXPECT_EQ(segment->destination.to_string(), "10.0.0.2:40000");
  EXPECT_EQ(segment->ttl, 63);
  EXPECT_EQ(segment->tos, 2);
  EXPECT_EQ(segment->id, 0xabcd);
  EXPECT_FALSE(segment->df);
  EXPECT_EQ(segment->seq, SeqNum(0xffffffff));
  EXPECT_EQ(segment->ack, SeqNum(1));
  EXPECT_EQ(segment->data_offset, 7);
  EXPECT_EQ(segment->reserved, 7);
  EXPECT_EQ(segment->flags, (Flags{Flag::syn, Flag::ack, Flag::ae}));
  EXPECT_EQ(segment->window, 0x1234);
  EXPECT_EQ(segment->checksum, 0xaabb);
  EXPECT_EQ(segment->urgent_pointer, 9);
  EXPECT_EQ(segment->options, (Options{Mss{0xffd7}, Nop{}, WindowScale{10}}));
  EXPECT_EQ(segment->seg_len(), 1u);
}

TEST(Decode, cuts_what_lies_behind_the_datagram) {
  Segment segment = syn_v4();
  segment.payload = {'a', 'b'};
  for (const Segment& each : {segment, [&] {
                                Segment v6 = syn_v6();
                                v6.payload = segment.payload;
                                return v6;
                              }()}) {
    Bytes packet = encode(each);
    packet.insert(packet.end(), {0, 0, 0, 0});
    EXPECT_EQ(decode(packet)->payload, segment.payload);
    EXPECT_TRUE(checksum_ok(packet));
    packet.resize(packet.size() - 5);  // one byte of the payload is missing
    EXPECT_EQ(decode(packet)->payload, Bytes{'a'});
    EXPECT_FALSE(checksum_ok(packet));
  }
}

TEST(Decode, total_length_zero_means_all_of_the_buffer) {
  Segment segment = syn_v4();
  segment.payload = {'a', 'b'};
  Bytes packet = encode(segment);
  packet[2] = packet[3] = 0;
  EXPECT_EQ(decode(packet)->payload, segment.payload);
}

TEST(Decode, skips_ipv4_options) {
  Bytes packet = encode(syn_v4());
  packet.insert(packet.begin() + 20, {1, 1, 1, 0});
  packet[0] = 0x46;
  packet[3] = static_cast<std::uint8_t>(packet[3] + 4);
  ASSERT_TRUE(decode(packet));
  EXPECT_EQ(decode(packet)->source.port, 40000);
  EXPECT_EQ(decode(packet)->options, Options{Mss{1460}});
  EXPECT_TRUE(checksum_ok(packet));
}

TEST(Decode, skips_ipv6_extension_headers) {
  Bytes packet = encode(syn_v6());
  const Bytes hop_by_hop = {43, 0, 1, 4, 0, 0, 0, 0};
  const Bytes routing = {60, 1, 4, 0, 0, 0, 0, 0, 99, 99, 99, 99, 99, 99, 99, 99};
  const Bytes destination_options = {6, 0, 1, 4, 0, 0, 0, 0};
  for (const Bytes& header : {destination_options, routing, hop_by_hop})
    packet.insert(packet.begin() + 40, header.begin(), header.end());
  packet[5] = static_cast<std::uint8_t>(packet[5] + 32);
  packet[6] = 0;
  ASSERT_TRUE(decode(packet));
  EXPECT_EQ(decode(packet)->destination.port, 9877);
  EXPECT_EQ(decode(packet)->options, Options{Mss{1440}});
  EXPECT_TRUE(checksum_ok(packet));
}

TEST(Decode, refuses_what_carries_no_tcp_header) {
  const Bytes v4 = encode(syn_v4());
  const Bytes v6 = encode(syn_v6());
  const auto changed = [](Bytes packet, std::size_t at, std::uint8_t byte) {
    packet[at] = byte;
    return packet;
  };
  EXPECT_FALSE(decode({}));
  EXPECT_FALSE(decode(Bytes(v4.begin(), v4.begin() + 39)));
  EXPECT_TRUE(decode(Bytes(v4.begin(), v4.begin() + 40)));
  EXPECT_FALSE(decode(Bytes(v6.begin(), v6.begin() + 59)));
  EXPECT_TRUE(decode(Bytes(v6.begin(), v6.begin() + 60)));
  EXPECT_FALSE(decode(changed(v4, 9, 17))) << "UDP";
  EXPECT_FALSE(decode(changed(v6, 6, 17))) << "UDP";
  EXPECT_FALSE(decode(changed(v6, 6, 0))) << "an extension header that leads nowhere";
  EXPECT_FALSE(decode(changed(v4, 0, 0x55))) << "IP version 5";
  EXPECT_FALSE(decode(changed(v4, 0, 0x44))) << "header length 16";
  EXPECT_FALSE(decode(changed(v4, 3, 39))) << "total length without a TCP header";
  EXPECT_FALSE(decode(changed(v4, 7, 1))) << "a later fragment";
  EXPECT_TRUE(decode(changed(v4, 6, 0x20))) << "the first fragment";
  EXPECT_FALSE(checksum_ok({}));
}

TEST(Decode, data_offset_out_of_range_yields_no_options_and_no_payload) {
  Segment segment = syn_v4();
  segment.payload = {'a', 'b', 'c', 'd'};
  for (std::uint8_t offset : Bytes{0, 4, 12, 15}) {
    const auto decoded = decode(encode(segment, {.data_offset = offset}));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->data_offset, offset);
    EXPECT_TRUE(decoded->options.empty()) << +offset;
    EXPECT_TRUE(decoded->payload.empty()) << +offset;
  }
  const auto inner = decode(encode(segment, {.data_offset = 5}));
  EXPECT_EQ(inner->payload, (Bytes{2, 4, 5, 0xb4, 'a', 'b', 'c', 'd'}));
}

TEST(FinishChecksum, completes_what_a_device_would) {
  for (Segment segment : {syn_v4(), syn_v6()}) {
    segment.payload = {'a', 'b', 'c'};
    const Bytes right = encode(segment);
    const std::size_t tcp = right.size() - 24 - 3;
    // What the kernel leaves there: the sum of the pseudo-header, not complemented.
    Bytes pseudo(right.begin() + (tcp == 40 ? 8 : 12), right.begin() + static_cast<std::ptrdiff_t>(tcp));
    pseudo.insert(pseudo.end(), {0, 6, 0, 27});
    const auto sum = static_cast<std::uint16_t>(~plain_checksum(pseudo));
    Bytes packet = encode(segment, {.checksum = sum});
    EXPECT_FALSE(checksum_ok(packet));
    finish_checksum(packet);
    EXPECT_EQ(packet, right);

    Bytes wrong = encode(segment, {.bad_checksum = true});
    const Bytes before = wrong;
    finish_checksum(wrong);
    EXPECT_EQ(wrong, before) << "a checksum that is merely wrong stays wrong";
  }
  Bytes rubbish = {1, 2, 3};
  finish_checksum(rubbish);
  EXPECT_EQ(rubbish, (Bytes{1, 2, 3}));
}

TEST(Pattern, is_the_alphabet_over_and_over) {
  const Bytes bytes = pattern(28);
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), "abcdefghijklmnopqrstuvwxyzab");
  EXPECT_TRUE(pattern(0).empty());
}

}  // namespace
}  // namespace tcpcraft::wire
