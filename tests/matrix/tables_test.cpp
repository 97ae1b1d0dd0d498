// The tables as data: names, counts, and what the common classes mean.

#include <map>
#include <set>

#include <gtest/gtest.h>

#include <tcpcraft/matrix/segment_class.hpp>

#include "matrix/support.hpp"
#include "model/matrix_table.hpp"

namespace tcpcraft::matrix::test {
namespace {

using tcpcraft::test::TableCell;

model::Tcb some_tcb() {
  model::Tcb tcb;
  tcb.iss = wire::SeqNum(0xffff'ff00);
  tcb.irs = wire::SeqNum(0xffff'f000);
  tcb.snd_una = wire::SeqNum(700);
  tcb.snd_nxt = wire::SeqNum(1200);
  tcb.rcv_nxt = wire::SeqNum(90);
  tcb.rcv_edge = tcb.rcv_nxt + 64000;
  tcb.max_snd_wnd = 65535;
  tcb.ts_recent = 5000;
  tcb.ts_sent = 77;
  return tcb;
}

model::Tcb with_timestamps() {
  model::Tcb tcb = some_tcb();
  tcb.offered.timestamps = tcb.received.timestamps = true;
  return tcb;
}

TEST(SegmentClasses, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const SegmentClass& segment : segment_classes()) {
    EXPECT_TRUE(names.insert(segment.name).second) << segment.name;
    EXPECT_EQ(find_segment_class(segment.name), &segment);
  }
  EXPECT_EQ(names.size(), 124u);
  EXPECT_EQ(find_segment_class("nonsense"), nullptr);
}

TEST(StateVariants, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const StateVariant& state : state_variants()) {
    EXPECT_TRUE(names.insert(state.name).second) << state.name;
    EXPECT_EQ(find_state_variant(state.name), &state);
    EXPECT_EQ(state.name.substr(0, state.name.find('/')), to_string(state.state));
  }
  EXPECT_EQ(names.size(), 17u);
  EXPECT_EQ(find_state_variant("nonsense"), nullptr);
}

wire::Flags read_flags(const std::string& letters) {
  using wire::Flag;
  const std::map<char, Flag> flags = {{'S', Flag::syn}, {'F', Flag::fin}, {'R', Flag::rst},
                                      {'P', Flag::psh}, {'A', Flag::ack}, {'U', Flag::urg}};
  wire::Flags read;
  for (const char letter : letters)
    if (letter != '-') read.set(flags.at(letter));
  return read;
}

/// The table's words of a segment, by their names.
std::map<std::string, std::string> read_words(const std::string& injected) {
  std::map<std::string, std::string> fields = {{"win", "65535"}, {"urg", "0"}};
  for (const std::string& word : tcpcraft::test::split(injected, " "))
    fields[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
  return fields;
}

void compare(const TableCell& cell, const SegmentClass& segment_class) {
  const model::Tcb tcb = segment_class.on_timestamps ? with_timestamps() : some_tcb();
  const auto names = variables(tcb);
  const auto number = [&](const std::string& text) {
    return text == "-" ? 0 : tcpcraft::test::evaluate(text, names);
  };
  auto fields = read_words(cell.injected);
  const auto [segment, deformity] = instantiate(segment_class, tcb);
  EXPECT_EQ(segment.seq.raw(), number(fields["SEQ"])) << cell.name;
  EXPECT_EQ(segment.ack.raw(), number(fields["ACK"])) << cell.name;
  EXPECT_EQ(segment.flags, read_flags(fields["CTL"])) << cell.name;
  EXPECT_EQ(segment.payload.size(), number(fields["LEN"])) << cell.name;
  EXPECT_EQ(segment.window, number(fields["win"])) << cell.name;
  EXPECT_EQ(segment.urgent_pointer, number(fields["urg"])) << cell.name;
  EXPECT_EQ(deformity.bad_checksum, fields.count("badcsum") != 0) << cell.name;
  EXPECT_EQ(segment_class.on_timestamps, fields.count("TS-conn") != 0) << cell.name;
  const auto* stamps = wire::find<wire::Timestamps>(segment.options);
  ASSERT_EQ(stamps != nullptr, segment_class.on_timestamps && fields.count("no-TSopt") == 0) << cell.name;
  if (stamps) {
    EXPECT_EQ(stamps->tsval, number(fields["ts"])) << cell.name;
    EXPECT_EQ(stamps->tsecr, 77u) << cell.name;
  }
}

TEST(SegmentClasses, TheCommonOnes_AreThoseOfTheTable) {
  std::set<std::string> names;
  for (const TableCell& cell : tcpcraft::test::read_cells()) {
    const SegmentClass* segment = find_segment_class(cell.name);
    ASSERT_TRUE(segment) << cell.name;
    EXPECT_TRUE(segment->common) << cell.name;
    const StateVariant* state = find_state_variant(cell.state);
    ASSERT_TRUE(state) << cell.state;
    EXPECT_TRUE(applies(*segment, *state)) << cell.state << ' ' << cell.name;
    if (names.insert(cell.name).second) compare(cell, *segment);
  }
  EXPECT_EQ(names.size(), 48u);
  std::size_t common = 0, cells = 0;
  for (const SegmentClass& segment : segment_classes()) {
    if (!segment.common) continue;
    ++common;
    for (const StateVariant& state : state_variants()) cells += applies(segment, state);
  }
  EXPECT_EQ(common, 48u);
  EXPECT_EQ(cells, 806u);
}

TEST(SegmentClasses, ToString_SaysTheDefinition) {
  EXPECT_EQ(to_string(*find_segment_class("rst_edge")), "SEQ=RCV.NXT+RCV.WND CTL=RST LEN=0");
  EXPECT_EQ(to_string(*find_segment_class("data_zerowin")),
            "SEQ=RCV.NXT ACK=SND.UNA CTL=PSH-ACK LEN=100 WND=0");
  EXPECT_EQ(to_string(*find_segment_class("paws_rst")), "SEQ=RCV.NXT CTL=RST LEN=0 TSval=TS.Recent-100000");
  EXPECT_EQ(to_string(*find_segment_class("nots_rst")), "SEQ=RCV.NXT CTL=RST LEN=0 no TSopt");
  EXPECT_EQ(to_string(*find_segment_class("bad_csum_rst")), "SEQ=RCV.NXT CTL=RST LEN=0 bad checksum");
}

TEST(SegmentClasses, MalformedOnes_AreEncodedAndStillRead) {
  for (const SegmentClass& segment_class : segment_classes()) {
    auto [segment, deformity] = instantiate(segment_class, some_tcb());
    segment.source = segment.destination = tcpcraft::test::loopback(false, 1);
    const wire::Bytes packet = wire::encode(segment, deformity);
    EXPECT_TRUE(wire::decode(packet)) << segment_class.name;
    EXPECT_EQ(wire::checksum_ok(packet), segment_class.malformed != Malformed::checksum)
        << segment_class.name;
  }
}

}  // namespace
}  // namespace tcpcraft::matrix::test
