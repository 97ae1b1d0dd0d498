#include <gtest/gtest.h>

#include <tcpcraft/wire/codec.hpp>

namespace tcpcraft::wire {
namespace {

/// The options read from a packet whose option bytes are these; their number is a multiple of four.
Options read(const Bytes& bytes) {
  Segment segment;
  segment.payload = bytes;
  Bytes packet = encode(segment, {.data_offset = static_cast<std::uint8_t>(5 + bytes.size() / 4)});
  const auto decoded = decode(packet);
  return decoded ? decoded->options : Options{};
}

TEST(DecodeOptions, well_formed) {
  EXPECT_EQ(read({2, 4, 5, 0xb4}), Options{Mss{1460}});
  EXPECT_EQ(read({3, 3, 7, 1}), (Options{WindowScale{7}, Nop{}}));
  EXPECT_EQ(read({4, 2, 1, 1}), (Options{SackPermitted{}, Nop{}, Nop{}}));
  EXPECT_EQ(read({1, 1, 8, 10, 0, 0, 0, 1, 0xff, 0, 0, 2}),
            (Options{Nop{}, Nop{}, Timestamps{1, 0xff000002}}));
  EXPECT_EQ(read({1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 9}),
            (Options{Nop{}, Nop{}, Sack{{{SeqNum(1), SeqNum(9)}}}}));
  EXPECT_EQ(read({34, 4, 0xa1, 0xb2}), (Options{FastOpen{{0xa1, 0xb2}}}));
  EXPECT_EQ(read({34, 2, 1, 1}), (Options{FastOpen{}, Nop{}, Nop{}}));
  EXPECT_EQ(read({0xfd, 4, 1, 2}), (Options{RawOption{0xfd, {1, 2}}}));
  EXPECT_EQ(read({0xfd, 2, 1, 1}), (Options{RawOption{0xfd, {}}, Nop{}, Nop{}}));
  Bytes md5 = {1, 1, 19, 18};
  md5.insert(md5.end(), 16, 0x5a);
  EXPECT_EQ(read(md5), (Options{Nop{}, Nop{}, Md5{Bytes(16, 0x5a)}}));
}

TEST(DecodeOptions, end_of_options_ends_the_list) {
  EXPECT_EQ(read({1, 0, 2, 4}), (Options{Nop{}, EndOfOptions{}}));
  EXPECT_EQ(read({}), Options{});
}

TEST(DecodeOptions, a_length_that_its_kind_does_not_have_makes_a_raw_option) {
  EXPECT_EQ(read({2, 3, 5, 1}), (Options{RawOption{2, {5}}, Nop{}}));
  EXPECT_EQ(read({3, 4, 5, 6}), (Options{RawOption{3, {5, 6}}}));
  EXPECT_EQ(read({4, 3, 5, 1}), (Options{RawOption{4, {5}}, Nop{}}));
  EXPECT_EQ(read({5, 2, 1, 1}), (Options{RawOption{5, {}}, Nop{}, Nop{}}));
  EXPECT_EQ(read({5, 8, 1, 2, 3, 4, 5, 6}), (Options{RawOption{5, {1, 2, 3, 4, 5, 6}}}));
  EXPECT_EQ(read({8, 4, 1, 2}), (Options{RawOption{8, {1, 2}}}));
  EXPECT_EQ(read({19, 4, 1, 2}), (Options{RawOption{19, {1, 2}}}));
}

TEST(DecodeOptions, a_malformed_length_ends_the_list) {
  EXPECT_EQ(read({2, 0, 5, 0xb4}), (Options{RawOption{2, {5, 0xb4}, 0}}));
  EXPECT_EQ(read({1, 2, 1, 7}), (Options{Nop{}, RawOption{2, {7}, 1}}));
  EXPECT_EQ(read({1, 2, 9, 7}), (Options{Nop{}, RawOption{2, {7}, 9}}));
  EXPECT_EQ(read({1, 1, 1, 8}), (Options{Nop{}, Nop{}, Nop{}, RawOption{8, {}, 0}}));
}

}  // namespace
}  // namespace tcpcraft::wire
