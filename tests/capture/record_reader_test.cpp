#include <gtest/gtest.h>
#include <pcap/dlt.h>

#include <tcpcraft/capture/record_reader.hpp>

#include "files.hpp"

namespace tcpcraft::capture {
namespace {

using capture_test::Bytes;
using capture_test::Frame;

const Bytes arp{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x08, 0x06, 0xff};

TEST(RecordReader, every_packet_whatever_it_is) {
  RecordReader reader(capture_test::pcap(DLT_IEEE802_11, {{arp, 7, 8}, {{1}, 9, 10}, {{}, 11, 12}}));
  EXPECT_EQ(reader.link(), DLT_IEEE802_11);
  const auto first = reader.next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->number, 1u);
  EXPECT_EQ(first->time, wire::Time(std::chrono::seconds(7) + std::chrono::nanoseconds(8)));
  EXPECT_EQ(Bytes(first->bytes.begin(), first->bytes.end()), arp);
  EXPECT_EQ(first->length, arp.size());
  EXPECT_FALSE(first->is_cut());
  EXPECT_EQ(reader.next()->bytes.size(), 1u);
  EXPECT_EQ(reader.next()->bytes.size(), 0u);
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.packets(), 3u);
  EXPECT_FALSE(reader.damage());
}

TEST(RecordReader, a_cut_packet_knows_how_long_it_was) {
  Frame frame{arp};
  frame.cut = 4;
  RecordReader reader(capture_test::pcap(DLT_EN10MB, {frame}));
  const auto record = reader.next();
  EXPECT_EQ(record->bytes.size(), 4u);
  EXPECT_EQ(record->length, arp.size());
  EXPECT_TRUE(record->is_cut());
}

TEST(RecordReader, pcapng_in_nanoseconds) {
  RecordReader reader(capture_test::pcapng(DLT_EN10MB, {{arp, 7, 8}}, 9));
  EXPECT_EQ(reader.link(), DLT_EN10MB);
  EXPECT_EQ(reader.next()->time, wire::Time(std::chrono::seconds(7) + std::chrono::nanoseconds(8)));
}

TEST(RecordReader, damage_has_its_place) {
  Bytes file = capture_test::pcap(DLT_EN10MB, {{arp}, {arp}});
  file.resize(file.size() - 1);
  RecordReader reader(file);
  EXPECT_TRUE(reader.next());
  EXPECT_FALSE(reader.next());
  ASSERT_TRUE(reader.damage());
  EXPECT_EQ(reader.damage()->packet, 2u);
  EXPECT_EQ(reader.damage()->offset, 24 + 16 + arp.size());
  EXPECT_FALSE(reader.damage()->reason.empty());
}

TEST(RecordReader, what_is_no_capture_has_no_link_type) {
  RecordReader reader(Bytes{'h', 'e', 'l', 'l', 'o'});
  EXPECT_FALSE(reader.link());
  EXPECT_FALSE(reader.next());
  ASSERT_TRUE(reader.damage());
  EXPECT_EQ(reader.damage()->packet, 0u);
}

}  // namespace
}  // namespace tcpcraft::capture
