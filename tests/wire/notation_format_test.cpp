#include <gtest/gtest.h>

#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::wire {
namespace {

using Base = Number::Base;

Bytes bytes(std::string_view text) {
  return Bytes(text.begin(), text.end());
}

TEST(FormatFlags, canonical_order) {
  EXPECT_EQ(format_flags({}), "none");
  EXPECT_EQ(format_flags({Flag::ack, Flag::syn}), "SYN-ACK");
  EXPECT_EQ(format_flags({Flag::psh, Flag::ack}), "PSH-ACK");
  EXPECT_EQ(format_flags({Flag::fin, Flag::ack}), "FIN-ACK");
  EXPECT_EQ(format_flags({Flag::rst, Flag::ack}), "RST-ACK");
  EXPECT_EQ(format_flags({Flag::fin, Flag::psh, Flag::ack}), "FIN-PSH-ACK");
  EXPECT_EQ(format_flags(Flags(0x1ff)), "SYN-FIN-RST-PSH-ACK-URG-ECE-CWR-AE");
}

TEST(FormatSegment, numbers_relative_to_their_origins) {
  Segment segment;
  segment.flags = {Flag::syn, Flag::ack};
  segment.seq = SeqNum(1000);
  segment.ack = SeqNum(1);
  segment.window = 65495;
  segment.options = {Mss{65495}, Nop{}, WindowScale{7}, EndOfOptions{}};
  EXPECT_EQ(format_segment(segment, {SeqNum(1000), SeqNum(0)}),
            "SYN-ACK seq=0 ack=1 win=65495 <mss 65495, wscale 7>");
  EXPECT_EQ(format_segment(segment, {}), "SYN-ACK seq=1000 ack=1 win=65495 <mss 65495, wscale 7>");
  EXPECT_EQ(format_segment(segment, {SeqNum(1010), SeqNum(0xffffffff)}),
            "SYN-ACK seq=-10 ack=2 win=65495 <mss 65495, wscale 7>");
  segment.seq = SeqNum(0xffffffff);
  EXPECT_EQ(format_segment(segment, {}), "SYN-ACK seq=4294967295 ack=1 win=65495 <mss 65495, wscale 7>");
}

TEST(FormatSegment, shows_only_what_is_there) {
  Segment segment;
  EXPECT_EQ(format_segment(segment, {}), "none seq=0 win=0");
  segment.flags = {Flag::ack};
  EXPECT_EQ(format_segment(segment, {}), "ACK seq=0 ack=0 win=0");
  segment.flags = {Flag::rst};
  segment.ack = SeqNum(5);
  segment.urgent_pointer = 6;
  segment.reserved = 7;
  segment.options = {Nop{}, EndOfOptions{}};
  EXPECT_EQ(format_segment(segment, {}), "RST seq=0 ack=5 win=0 urg=6 reserved=7");
  segment.payload = bytes("a\n");
  EXPECT_EQ(format_segment(segment, {}), "RST seq=0 ack=5 win=0 urg=6 reserved=7 \"a\\n\"");
}

TEST(FormatPayload, escapes_and_cuts) {
  EXPECT_EQ(format_payload(bytes("a\n\t\r\"\\'\x7f\x01\xff")), R"("a\n\t\r\"\\'\x7f\x01\xff")");
  EXPECT_EQ(format_payload({0, '1'}), R"("\x001")");
  EXPECT_EQ(format_payload(bytes("GET / HTTP/1.1"), 8), R"("GET / HT"... len=14)");
  EXPECT_EQ(format_payload(bytes("12345678"), 8), R"("12345678")");
  EXPECT_EQ(format_payload(Bytes(1000), 8), R"("\x00\x00"... len=1000)") << "an escape is not cut";
  EXPECT_EQ(format_payload(bytes("x"), 0), R"(""... len=1)");
  EXPECT_EQ(format_payload({}), "\"\"");
}

TEST(FormatOptions, every_kind) {
  const Options options = {
      Mss{1460},      SackPermitted{},         Timestamps{100, 0},     Nop{},
      WindowScale{7}, EndOfOptions{},          FastOpen{{0xa1, 0xb2}}, FastOpen{},
      Md5{{0, 0xff}}, RawOption{0xfd, {1, 2}}, RawOption{3, {}},       RawOption{2, {5}, 9}};
  EXPECT_EQ(
      format_options(options, {}),
      "<mss 1460, sackok, ts 100:0, nop, wscale 7, eol, fastopen a1b2, fastopen, md5 00ff, 0xfd:0102, 0x03:, "
      "0x02/9:05>");
  EXPECT_EQ(format_options({}, {}), "<>");
  const Options sack = {Sack{{{SeqNum(111), SeqNum(121)}, {SeqNum(131), SeqNum(141)}}}};
  EXPECT_EQ(format_options(sack, {SeqNum(1), SeqNum(100)}), "<sack 11:21 31:41>");
  EXPECT_EQ(format_options(sack, {SeqNum(1), {}}), "<sack 111:121 131:141>");
}

TEST(FormatNumber, every_base) {
  EXPECT_EQ(format_number({Base::relative, 3}), "3");
  EXPECT_EQ(format_number({Base::relative, -3}), "-3");
  EXPECT_EQ(format_number({Base::absolute, 4294967295}), "abs(4294967295)");
  EXPECT_EQ(format_number({Base::any, 0}), "*");
  EXPECT_EQ(format_number({Base::snd_nxt, 1}), "snd.nxt+1");
  EXPECT_EQ(format_number({Base::snd_una, -1}), "snd.una-1");
  EXPECT_EQ(format_number({Base::rcv_nxt, 0}), "rcv.nxt");
  EXPECT_EQ(format_number({Base::iss, 0}), "iss");
  EXPECT_EQ(format_number({Base::irs, 0}), "irs");
}

TEST(FormatSpec, canonical_texts_are_their_own_notation) {
  for (const char* text : {
           "none",
           "SYN-ACK seq=0 ack=1 win=65495 <mss 65495>",
           "ACK seq=snd.nxt+1 ack=-10 win=* urg=0 ttl=64 tos=0 id=* df=1 ecn=ect0",
           "ACK seq=* ack=abs(7) <mss *, wscale *, sackok, sack *, ts *:5, nop, eol, fastopen *, md5 *, "
           "0xfd:*, ...>",
           "ACK <sack 11:21 iss+1:irs-1, fastopen, fastopen a1b2, 0x02/0:05b4> in 40ms..200ms",
           "ACK <>",
           "ACK <...> len=0",
           "PSH-ACK \"a\\n\\xff\" in 0..1.5s",
           "PSH-ACK file(dir/name with blanks)",
       }) {
    const ParsedSegment parsed = parse_segment(text, Purpose::expect);
    EXPECT_TRUE(parsed.errors.empty()) << text;
    EXPECT_EQ(format_spec(parsed.spec), text);
  }
  const char* const deformed = "ACK checksum=0x0012 data-offset=3 reserved=1 sport=1 dport=2";
  EXPECT_EQ(format_spec(parse_segment(deformed, Purpose::send).spec), deformed);
  EXPECT_EQ(format_spec(parse_segment("S. checksum=bad", Purpose::send).spec), "SYN-ACK checksum=bad");
}

}  // namespace
}  // namespace tcpcraft::wire
