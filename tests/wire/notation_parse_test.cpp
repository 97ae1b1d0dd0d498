#include <gtest/gtest.h>

#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::wire {
namespace {

using namespace std::chrono_literals;
using Base = Number::Base;

std::string errors_of(const ParsedSegment& parsed) {
  std::string text;
  for (const NotationError& error : parsed.errors) text += error.message + '\n';
  return text;
}

SegmentSpec parsed(std::string_view text, Purpose purpose) {
  const ParsedSegment result = parse_segment(text, purpose);
  EXPECT_EQ(errors_of(result), "") << text;
  return result.spec;
}
SegmentSpec send(std::string_view text) {
  return parsed(text, Purpose::send);
}
SegmentSpec expect(std::string_view text) {
  return parsed(text, Purpose::expect);
}

Bytes bytes(std::string_view text) {
  return Bytes(text.begin(), text.end());
}
Bytes payload(const std::string& text) {
  return std::get<Bytes>(send("ACK " + text).payload);
}
std::vector<OptionSpec> options(const std::string& list) {
  return expect("ACK " + list).options.value().list;
}

TEST(Flags, names_in_any_order) {
  EXPECT_EQ(send("SYN").flags, Flags{Flag::syn});
  EXPECT_EQ(send("SYN-ACK").flags, send("ACK-SYN").flags);
  EXPECT_EQ(send("none").flags, Flags{});
  EXPECT_EQ(send("SYN-FIN-RST-PSH-ACK-URG-ECE-CWR-AE").flags, Flags(0x1ff));
  EXPECT_EQ(send("AE").flags, Flags{Flag::ae});
}

TEST(Flags, forms_of_tcpdump) {
  EXPECT_EQ(send("S").flags, Flags{Flag::syn});
  EXPECT_EQ(send("S.").flags, (Flags{Flag::syn, Flag::ack}));
  EXPECT_EQ(send(".").flags, Flags{Flag::ack});
  EXPECT_EQ(send("P.").flags, (Flags{Flag::psh, Flag::ack}));
  EXPECT_EQ(send("F.").flags, (Flags{Flag::fin, Flag::ack}));
  EXPECT_EQ(send("FP.").flags, (Flags{Flag::fin, Flag::psh, Flag::ack}));
  EXPECT_EQ(send("R").flags, Flags{Flag::rst});
  EXPECT_EQ(send("R.").flags, (Flags{Flag::rst, Flag::ack}));
  EXPECT_EQ(send("FPU").flags, (Flags{Flag::fin, Flag::psh, Flag::urg}));
  EXPECT_EQ(send("SEWe").flags, (Flags{Flag::syn, Flag::ece, Flag::cwr, Flag::ae}));
}

TEST(Numbers, relative_named_absolute_and_any) {
  EXPECT_EQ(send("ACK seq=7").seq, (Number{Base::relative, 7}));
  EXPECT_EQ(send("ACK seq=-10").seq, (Number{Base::relative, -10}));
  EXPECT_EQ(send("ACK seq=+10").seq, (Number{Base::relative, 10}));
  EXPECT_EQ(send("ACK seq=0x10").seq, (Number{Base::relative, 16}));
  EXPECT_EQ(send("ACK seq=snd.una").seq, (Number{Base::snd_una, 0}));
  EXPECT_EQ(send("ACK seq=snd.nxt+1").seq, (Number{Base::snd_nxt, 1}));
  EXPECT_EQ(send("ACK ack=rcv.nxt-70000").ack, (Number{Base::rcv_nxt, -70000}));
  EXPECT_EQ(send("ACK seq=iss+0x10").seq, (Number{Base::iss, 16}));
  EXPECT_EQ(send("ACK ack=irs").ack, (Number{Base::irs, 0}));
  EXPECT_EQ(send("ACK seq=abs(4294967295)").seq, (Number{Base::absolute, 4294967295}));
  EXPECT_EQ(expect("ACK seq=* ack=*").ack, (Number{Base::any, 0}));
  EXPECT_EQ(send("ACK").seq, std::nullopt);
}

TEST(Fields, plain_values) {
  const SegmentSpec spec = send("ACK win=0xffff urg=1 ttl=255 tos=16 id=0 df=0 ecn=ce");
  EXPECT_EQ(spec.window, Value{65535});
  EXPECT_EQ(spec.urgent_pointer, Value{1});
  EXPECT_EQ(spec.ttl, Value{255});
  EXPECT_EQ(spec.tos, Value{16});
  EXPECT_EQ(spec.id, Value{0});
  EXPECT_EQ(spec.df, Value{0});
  EXPECT_EQ(spec.ecn, Value{3});
  EXPECT_EQ(send("ACK ecn=not-ect").ecn, Value{0});
  EXPECT_EQ(send("ACK ecn=ect1").ecn, Value{1});
  EXPECT_EQ(send("ACK ecn=ect0").ecn, Value{2});
  EXPECT_EQ(send("ACK ecn=2").ecn, Value{2});
  EXPECT_EQ(expect("ACK win=* ecn=*").window, Value{});
}

TEST(Fields, malformed_on_purpose) {
  const SegmentSpec spec = send("ACK checksum=0x1234 data-offset=3 reserved=7 sport=1 dport=65535");
  EXPECT_EQ(std::get<std::uint16_t>(*spec.checksum), 0x1234);
  EXPECT_EQ(spec.data_offset, 3);
  EXPECT_EQ(spec.reserved, 7);
  EXPECT_EQ(spec.source_port, 1);
  EXPECT_EQ(spec.destination_port, 65535);
  EXPECT_TRUE(std::holds_alternative<BadChecksum>(*send("ACK checksum=bad").checksum));
}

TEST(Fields, any_order_after_the_flags) {
  EXPECT_EQ(expect("PSH-ACK \"x\" in 0..1s <mss 1> win=3 ack=2 seq=1"),
            expect("P. seq=1 ack=2 win=3 <mss 1> \"x\" in 0..1s"));
  EXPECT_EQ(send("  ACK\tseq=1\n"), send("ACK seq=1"));
}

TEST(Within, is_an_interval) {
  EXPECT_EQ(expect("ACK in 40ms..200ms").within, (Interval{40ms, 200ms}));
  EXPECT_EQ(expect("ACK in 0..1.5s").within, (Interval{0ns, 1500ms}));
  EXPECT_EQ(expect("ACK in 7us..7us").within, (Interval{7us, 7us}));
}

TEST(OptionList, every_kind) {
  EXPECT_EQ(options("<mss 1460>"), std::vector<OptionSpec>{MssSpec{{1460}}});
  EXPECT_EQ(options("<wscale 14>"), std::vector<OptionSpec>{WindowScaleSpec{{14}}});
  EXPECT_EQ(options("<sackok>"), std::vector<OptionSpec>{SackPermitted{}});
  EXPECT_EQ(options("<sackOK>"), options("<sackok>"));
  EXPECT_EQ(options("<ts 100:0>"), (std::vector<OptionSpec>{TimestampsSpec{{100}, {0}}}));
  EXPECT_EQ(options("<nop,eol>"), (std::vector<OptionSpec>{Nop{}, EndOfOptions{}}));
  EXPECT_EQ(options("<fastopen>"), std::vector<OptionSpec>{FastOpenSpec{Bytes{}}});
  EXPECT_EQ(options("<fastopen a1B2>"), (std::vector<OptionSpec>{FastOpenSpec{Bytes{0xa1, 0xb2}}}));
  EXPECT_EQ(options("<md5 00112233445566778899aabbccddeeff>").size(), 1u);
  EXPECT_EQ(options("<0xfd:0102>"), (std::vector<OptionSpec>{RawOptionSpec{0xfd, Bytes{1, 2}}}));
  EXPECT_EQ(options("<253:>"), (std::vector<OptionSpec>{RawOptionSpec{0xfd, Bytes{}}}));
  EXPECT_EQ(options("<>"), std::vector<OptionSpec>{});
  EXPECT_EQ(options("< mss  1460 ,\tnop >"), options("<mss 1460, nop>"));
}

TEST(OptionList, timestamps_in_terms_of_those_kept_up) {
  const auto sent = [](const std::string& list) { return send("ACK " + list).options->list; };
  EXPECT_EQ(sent("<ts now-1000:echo>"), (std::vector<OptionSpec>{TimestampsSpec{{}, {}, -1000, 0}}));
  EXPECT_EQ(sent("<ts 7:echo+3>"), (std::vector<OptionSpec>{TimestampsSpec{{7}, {}, std::nullopt, 3}}));
}

TEST(OptionList, sack_edges_are_numbers) {
  const Number left{Base::relative, 11}, right{Base::relative, 21};
  EXPECT_EQ(options("<sack 11:21>"), std::vector<OptionSpec>{(SackSpec{{{left, right}}})});
  EXPECT_EQ(options("<sack snd.una-1:abs(7) 11:21>"),
            std::vector<OptionSpec>{(SackSpec{{{{Base::snd_una, -1}, {Base::absolute, 7}}, {left, right}}})});
}

TEST(OptionList, any_values_in_an_expect) {
  EXPECT_EQ(options("<mss *, wscale *, sack *, ts *:5, fastopen *, md5 *, 0xfd:*>"),
            (std::vector<OptionSpec>{MssSpec{}, WindowScaleSpec{}, SackSpec{}, TimestampsSpec{{}, {5}},
                                     FastOpenSpec{}, Md5Spec{}, RawOptionSpec{0xfd, {}}}));
  EXPECT_EQ(options("<ts *>"), options("<ts *:*>"));
  EXPECT_FALSE(expect("ACK <mss 1>").options->more);
  EXPECT_TRUE(expect("ACK <mss 1, ...>").options->more);
  EXPECT_TRUE(expect("ACK <...>").options->more);
  EXPECT_FALSE(expect("ACK").options);
}

TEST(OptionList, a_length_octet_that_is_wrong_on_purpose) {
  EXPECT_EQ(options("<2/0:05b4>"), (std::vector<OptionSpec>{RawOptionSpec{2, Bytes{5, 0xb4}, 0}}));
  EXPECT_EQ(options("<0xfd/4:0102>"), options("<0xfd:0102>")) << "the right one says nothing";
}

TEST(OptionList, forty_bytes_fit_in_a_send) {
  EXPECT_EQ(send("SYN <0xfd:" + std::string(76, '0') + ">").options->list.size(), 1u);
  EXPECT_EQ(send("ACK <nop, nop, ts 1:2, nop, nop, sack 1:2 3:4 5:6>").options->list.size(), 6u);
}

TEST(Payload, escapes_of_c_and_json) {
  EXPECT_EQ(payload(R"("a\n\t\r\a\b\f\v\\\"\'\/\?")"), bytes("a\n\t\r\a\b\f\v\\\"'/?"));
  EXPECT_EQ(payload(R"("\x00\xfF\x7g")"), (Bytes{0, 0xff, 7, 'g'}));
  EXPECT_EQ(payload(R"("\0\12\1234\377")"), (Bytes{0, 10, 0123, '4', 0xff}));
  EXPECT_EQ(payload(R"("\u0041\u00e9\u20AC\ud83d\ude00")"), bytes("A\u00e9\u20ac\U0001F600"));
  EXPECT_EQ(payload("\"h\u00e9\xff\""), bytes("h\u00e9\xff")) << "raw bytes pass";
  EXPECT_EQ(payload(R"("GET / HTTP/1.1 <b> # in 1..2 \"x\" len=3")"),
            bytes("GET / HTTP/1.1 <b> # in 1..2 \"x\" len=3"));
  EXPECT_EQ(payload("\"\""), Bytes{});
}

TEST(Payload, other_forms) {
  EXPECT_EQ(payload("hex(00 ff)"), (Bytes{0, 0xff}));
  EXPECT_EQ(payload("hex(00FF0a)"), (Bytes{0, 0xff, 10}));
  EXPECT_EQ(payload("hex()"), Bytes{});
  EXPECT_EQ(std::get<PayloadLength>(send("ACK len=65495").payload).bytes, 65495u);
  EXPECT_EQ(std::get<PayloadFile>(send("ACK file(some dir/a=b.bin)").payload).path, "some dir/a=b.bin");
}

TEST(Parts, have_the_ranges_of_what_is_written) {
  const std::string_view text = "PSH-ACK seq=1 <mss 1, nop>  \"a b\" in 0..1s";
  const ParsedSegment result = parse_segment(text, Purpose::expect);
  std::map<Part, std::string_view> parts;
  for (const auto& [part, range] : result.parts)
    parts[part] = text.substr(range.begin, range.end - range.begin);
  EXPECT_EQ(parts, (std::map<Part, std::string_view>{{Part::flags, "PSH-ACK"},
                                                     {Part::seq, "seq=1"},
                                                     {Part::options, "<mss 1, nop>"},
                                                     {Part::payload, "\"a b\""},
                                                     {Part::within, "in 0..1s"}}));
}

}  // namespace
}  // namespace tcpcraft::wire
