#include <algorithm>

#include <gtest/gtest.h>

#include "files.hpp"

namespace tcpcraft::capture_test {
namespace {

using capture::Checksum;
using capture::Reader;

constexpr int raw = 101;

/// The part of a datagram from `offset` up to `end`, both of its payload.
Bytes fragment_v4(const Bytes& datagram, std::size_t offset, std::size_t end) {
  end = std::min(end, datagram.size() - 20);
  Writer out(true);
  out.add(Bytes(datagram.begin(), datagram.begin() + 20));
  const auto at = [&](std::size_t place) {
    return datagram.begin() + 20 + static_cast<std::ptrdiff_t>(place);
  };
  out.add(Bytes(at(offset), at(end)));
  const std::size_t more = end < datagram.size() - 20 ? 0x2000 : 0;
  const Bytes fields = Writer(true).add(out.bytes.size(), 2).add(7, 2).add(more | offset / 8, 2).bytes;
  std::copy(fields.begin(), fields.end(), out.bytes.begin() + 2);
  return out.bytes;
}

/// The same, behind hop-by-hop options and a fragment header; destination options come behind it.
Bytes fragment_v6(const Bytes& datagram, std::size_t offset, std::size_t end) {
  Bytes payload{6, 0, 1, 4, 0, 0, 0, 0};
  payload.insert(payload.end(), datagram.begin() + 40, datagram.end());
  end = std::min(end, payload.size());
  Bytes header(datagram.begin(), datagram.begin() + 40);
  header[6] = 0;
  const Bytes fields = Writer(true).add(16 + end - offset, 2).bytes;
  std::copy(fields.begin(), fields.end(), header.begin() + 4);
  Writer out(true);
  out.add(header).add(Bytes{44, 0, 1, 4, 0, 0, 0, 0});
  out.add(60, 1).add(0, 1).add(offset | (end < payload.size() ? 1 : 0), 2).add(99, 4);
  const auto at = [&](std::size_t place) { return payload.begin() + static_cast<std::ptrdiff_t>(place); };
  return out.add(Bytes(at(offset), at(end))).bytes;
}

const Bytes datagram_v4 = encode(segment(3000));
const Bytes datagram_v6 = encode(segment(3000, "[::1]:1000", "[::1]:9877"));

void expect_whole(const std::vector<Frame>& frames, std::size_t fragments, std::uint64_t number) {
  Reader reader(pcap(raw, frames));
  const auto packets = all(reader);
  ASSERT_EQ(packets.size(), 1u);
  EXPECT_EQ(packets[0].segment.payload, wire::pattern(3000));
  EXPECT_EQ(packets[0].data_size, 3000u);
  EXPECT_EQ(packets[0].checksum, Checksum::right);
  EXPECT_EQ(packets[0].fragments, fragments);
  EXPECT_EQ(packets[0].number, number);
  EXPECT_EQ(reader.summary().incomplete_datagrams, 0u);
}

TEST(Fragments, come_in_any_order) {
  for (auto* fragment : {fragment_v4, fragment_v6}) {
    const Bytes& datagram = fragment == fragment_v4 ? datagram_v4 : datagram_v6;
    std::vector<std::pair<std::size_t, std::size_t>> parts{{0, 1024}, {1024, 2048}, {2048, 9999}};
    do {
      std::vector<Frame> frames;
      for (const auto& [offset, end] : parts) frames.push_back({fragment(datagram, offset, end)});
      expect_whole(frames, 3, 3);
    } while (std::next_permutation(parts.begin(), parts.end()));
  }
}

TEST(Fragments, may_come_twice) {
  const Frame first{fragment_v4(datagram_v4, 0, 1024)}, second{fragment_v4(datagram_v4, 1024, 9999)};
  expect_whole({first, first, second}, 2, 3);
}

TEST(Fragments, a_fragment_may_be_all_there_is) {
  expect_whole({{fragment_v6(datagram_v6, 0, 9999)}}, 1, 1);
}

void expect_incomplete(const std::vector<Frame>& frames, std::uint64_t incomplete = 1) {
  Reader reader(pcap(raw, frames));
  EXPECT_TRUE(all(reader).empty());
  EXPECT_EQ(reader.summary().incomplete_datagrams, incomplete);
  ASSERT_FALSE(reader.summary().incomplete.empty());
  EXPECT_EQ(reader.summary().incomplete[0].packet, 1u);
}

TEST(Fragments, that_are_missing_are_told) {
  expect_incomplete({{fragment_v4(datagram_v4, 0, 1024)}, {fragment_v4(datagram_v4, 2048, 9999)}});
  expect_incomplete({{fragment_v6(datagram_v6, 0, 1024)}});
}

TEST(Fragments, that_overlap_are_dropped) {
  const Frame low{fragment_v4(datagram_v4, 0, 1024)}, high{fragment_v4(datagram_v4, 1016, 9999)};
  expect_incomplete({low, high});
  expect_incomplete({high, low});
}

TEST(Fragments, are_waited_for_a_minute) {
  expect_incomplete(
      {{fragment_v4(datagram_v4, 0, 1024), second}, {fragment_v4(datagram_v4, 1024, 9999), second + 61}}, 2);
}

TEST(Fragments, are_kept_in_bounds) {
  std::vector<Frame> frames;
  for (unsigned id = 0; id < 1000; ++id) {
    Bytes fragment = fragment_v4(datagram_v4, 0, 1024);
    fragment[4] = static_cast<std::uint8_t>(id >> 8);
    fragment[5] = static_cast<std::uint8_t>(id);
    frames.push_back({fragment});
  }
  frames.push_back({fragment_v4(datagram_v4, 1024, 9999)});
  frames.back().bytes[4] = frames.back().bytes[5] = 0;  // the first, which is given up long since
  expect_incomplete(frames, 1001);
}

TEST(Fragments, may_be_cut) {
  Reader reader(pcap(raw, {{fragment_v4(datagram_v4, 0, 1024), second, 0, 100},
                           {fragment_v4(datagram_v4, 1024, 9999), second, 0, 100}}));
  const auto packets = all(reader);
  ASSERT_EQ(packets.size(), 1u);
  EXPECT_TRUE(packets[0].cut);
  EXPECT_EQ(packets[0].segment.payload.size(), 48u);
  EXPECT_EQ(packets[0].data_size, 3000u);
}

}  // namespace
}  // namespace tcpcraft::capture_test
