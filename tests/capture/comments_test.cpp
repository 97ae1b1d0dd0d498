#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

#include <tcpcraft/capture/comments.hpp>
#include <tcpcraft/wire/pcap.hpp>

#include "files.hpp"

namespace tcpcraft::capture {
namespace {

using capture_test::Writer;

TEST(Comments, are_read_as_they_were_written) {
  const auto path =
      std::filesystem::temp_directory_path() / ("tcpcraft_comments_" + std::to_string(::getpid()));
  wire::PcapWriter writer(path);
  const wire::Bytes packet = wire::encode(capture_test::segment(5));
  writer.write(packet, {});
  writer.begin("all of it\nin two lines");
  writer.write(packet, {});
  writer.write(packet, {}, {"one", "another"});
  writer.end({}, {"the end"});
  const Comments comments = read_comments(path);
  Reader reader{path};
  EXPECT_EQ(capture_test::all(reader).size(), 2u);
  EXPECT_FALSE(reader.summary().damage);
  std::filesystem::remove(path);
  EXPECT_EQ(comments.section, "all of it\nin two lines");
  ASSERT_EQ(comments.packets.size(), 1u);
  EXPECT_EQ(comments.packets.at(2), (std::vector<std::string>{"one", "another"}));
  EXPECT_EQ(comments.end, std::vector<std::string>{"the end"});
}

TEST(Comments, of_either_byte_order) {
  for (const bool big_endian : {false, true}) {
    Writer out(big_endian);
    out.add(0x0a0d0d0a, 4).add(44, 4).add(0x1a2b3c4d, 4).add(1, 2).add(0, 2).add(~0ull, 8);
    out.add(1, 2).add(5, 2).add({'h', 'e', 'l', 'l', 'o', 0, 0, 0}).add(0, 4).add(44, 4);
    EXPECT_EQ(read_comments(out.bytes).section, "hello") << big_endian;
  }
}

TEST(Comments, of_what_makes_no_sense_are_none) {
  EXPECT_EQ(read_comments(capture_test::pcap(101, {{{1, 2, 3}}})).section, "");
  EXPECT_EQ(read_comments(wire::Bytes()).section, "");
  wire::Bytes whole = capture_test::pcapng(101, {{wire::encode(capture_test::segment(9))}}, 9);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_TRUE(
        read_comments(wire::Bytes(whole.begin(), whole.begin() + static_cast<long>(size))).packets.empty());
  for (std::uint8_t& byte : whole) {
    byte ^= 0xff;
    read_comments(whole);
    byte ^= 0xff;
  }
}

}  // namespace
}  // namespace tcpcraft::capture
