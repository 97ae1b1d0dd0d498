#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "files.hpp"

namespace tcpcraft::capture_test {
namespace {

using capture::Checksum;
using capture::Reader;

constexpr int ethernet = 1, raw = 101;

wire::Time time(std::uint64_t nanoseconds_after) {
  return wire::Time(std::chrono::seconds(second) + std::chrono::nanoseconds(nanoseconds_after));
}

TEST(Reader, reads_both_byte_orders_and_resolutions) {
  const Bytes packet = encode(segment(2));
  for (bool big_endian : {false, true}) {
    const std::vector<std::pair<Bytes, std::uint64_t>> files{
        {pcap(raw, {{packet, second, 5}}, microseconds, big_endian), 5000},
        {pcap(raw, {{packet, second, 5}}, nanoseconds, big_endian), 5},
        {pcapng(raw, {{packet, second, 5}}, 6, big_endian), 5000},
        {pcapng(raw, {{packet, second, 5}}, 9, big_endian), 5}};
    for (const auto& [file, after] : files) {
      Reader reader(file);
      const auto packets = all(reader);
      ASSERT_EQ(packets.size(), 1u);
      EXPECT_EQ(packets[0].time, time(after));
      EXPECT_EQ(packets[0].number, 1u);
      EXPECT_EQ(packets[0].segment.payload, wire::pattern(2));
      EXPECT_EQ(packets[0].data_size, 2u);
      EXPECT_FALSE(packets[0].cut);
      EXPECT_EQ(packets[0].checksum, Checksum::right);
      EXPECT_FALSE(reader.summary().damage);
    }
  }
}

Bytes gzip(const Bytes& bytes) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  Bytes out(deflateBound(&stream, bytes.size()));
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

Bytes zstd(const Bytes& bytes) {
  Bytes out(ZSTD_compressBound(bytes.size()));
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
  return out;
}

std::vector<Frame> many(std::size_t count) {
  return std::vector<Frame>(count, Frame{encode(segment(1000))});
}

TEST(Reader, decompresses) {
  const Bytes file = pcap(raw, many(300));
  const auto half = file.begin() + static_cast<std::ptrdiff_t>(file.size() / 2);
  // Two members, or frames, are one file.
  for (auto* compress : {gzip, zstd}) {
    Bytes packed = compress(Bytes(file.begin(), half));
    const Bytes second_half = compress(Bytes(half, file.end()));
    packed.insert(packed.end(), second_half.begin(), second_half.end());
    Reader reader(packed);
    EXPECT_EQ(all(reader).size(), 300u);
    EXPECT_FALSE(reader.summary().damage);
  }
}

TEST(Reader, says_where_a_compressed_file_breaks) {
  const std::vector<std::pair<Bytes (*)(const Bytes&), std::string>> kinds{{gzip, "gzip"}, {zstd, "zstd"}};
  for (const auto& [compress, name] : kinds) {
    Bytes packed = compress(pcap(raw, many(300)));
    Bytes wrong = packed;
    packed.resize(packed.size() - 20);
    Reader cut(packed);
    const std::size_t read = all(cut).size();
    ASSERT_TRUE(cut.summary().damage);
    EXPECT_EQ(cut.summary().damage->reason, "the compressed data ends too early");
    EXPECT_EQ(cut.summary().damage->packet, read + 1);
    EXPECT_EQ(cut.summary().damage->offset, 24 + read * (16 + 1052));
    std::fill_n(wrong.begin() + 10, 6, 0xff);  // where the first block begins
    Reader damaged(wrong);
    all(damaged);
    ASSERT_TRUE(damaged.summary().damage);
    EXPECT_NE(damaged.summary().damage->reason.find(name), std::string::npos);
  }
}

TEST(Reader, gives_what_is_whole_of_a_damaged_file) {
  const Bytes packet = encode(segment(10));
  const std::size_t record = 16 + packet.size();
  Bytes file = pcap(raw, many(0));
  for (std::size_t size = 0; size < 24; ++size) {
    Reader reader(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_FALSE(reader.next());
    ASSERT_TRUE(reader.summary().damage) << size;
    EXPECT_EQ(reader.summary().damage->packet, 0u);
  }
  file = pcap(raw, {{packet}, {packet}, {packet}});
  for (std::size_t missing : {1u, 20u, static_cast<unsigned>(record) - 1}) {
    Reader reader(Bytes(file.begin(), file.end() - static_cast<std::ptrdiff_t>(missing)));
    EXPECT_EQ(all(reader).size(), 2u);
    ASSERT_TRUE(reader.summary().damage);
    EXPECT_EQ(reader.summary().damage->packet, 3u);
    EXPECT_EQ(reader.summary().damage->offset, 24 + 2 * record);
    EXPECT_NE(reader.summary().damage->reason.find("truncated"), std::string::npos);
  }
}

TEST(Reader, refuses_a_link_it_does_not_know) {
  Reader reader(pcap(105, {}));  // wireless
  EXPECT_FALSE(reader.next());
  ASSERT_TRUE(reader.summary().damage);
  EXPECT_EQ(reader.summary().damage->reason, "packets of the link type IEEE802_11 are not understood");
}

TEST(Reader, names_the_file_it_cannot_open) {
  try {
    Reader reader(std::filesystem::path("/nonexistent.pcap"));
    FAIL() << "no exception";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
    EXPECT_NE(std::string(error.what()).find("/nonexistent.pcap"), std::string::npos);
  }
}

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(Reader, knows_link_layers) {
  const Bytes v4 = encode(segment(3)), v6 = encode(segment(3, "[::1]:1000", "[::1]:9877"));
  const Bytes macs(12), cooked(14), cooked2(18);
  const std::vector<std::pair<int, Bytes>> files{
      {ethernet, macs + Bytes{8, 0} + v4},
      {ethernet, macs + Bytes{8, 0} + v4 + Bytes(6)},  // padded
      {ethernet, macs + Bytes{0x86, 0xdd} + v6},
      {ethernet, macs + Bytes{0x81, 0, 0, 5, 8, 0} + v4},
      {ethernet, macs + Bytes{0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 0x86, 0xdd} + v6},
      {113, cooked + Bytes{8, 0} + v4},
      {113, cooked + Bytes{0x81, 0, 0, 5, 8, 0} + v4},
      {276, Bytes{8, 0} + cooked2 + v4},
      {276, Bytes{0x81, 0} + cooked2 + Bytes{0, 5, 0x86, 0xdd} + v6},
      {0, Bytes{2, 0, 0, 0} + v4},
      {0, Bytes{0, 0, 0, 30} + v6},
      {108, Bytes{0, 0, 0, 2} + v4},
      {raw, v4},
      {raw, v6},
      {228, v4},
      {229, v6}};
  for (std::size_t i = 0; i < files.size(); ++i) {
    Reader reader(pcap(files[i].first, {{files[i].second}}));
    const auto packets = all(reader);
    ASSERT_EQ(packets.size(), 1u) << i;
    EXPECT_EQ(packets[0].segment.payload, wire::pattern(3)) << i;
    EXPECT_EQ(packets[0].checksum, Checksum::right) << i;
  }
  Reader arp(pcap(ethernet, {{macs + Bytes{8, 6} + Bytes(28)}}));
  EXPECT_TRUE(all(arp).empty());
  EXPECT_EQ(arp.summary().others, 1u);
}

TEST(Reader, knows_what_the_snap_length_cut) {
  const Bytes packet = encode(segment(100));  // 20 of IP, 20 of TCP, 12 of options
  for (std::size_t cut = 1; cut <= packet.size(); ++cut) {
    Reader reader(pcap(raw, {{packet, second, 0, cut}}));
    const auto packets = all(reader);
    ASSERT_EQ(packets.size(), cut < 40 ? 0u : 1u) << cut;
    EXPECT_EQ(reader.summary().headless, cut < 40 ? 1u : 0u) << cut;
    if (packets.empty()) continue;
    EXPECT_EQ(packets[0].cut, cut < packet.size());
    EXPECT_EQ(packets[0].data_size, 100u);
    EXPECT_EQ(packets[0].segment.payload.size(), cut < 52 ? 0 : cut - 52);
    EXPECT_EQ(packets[0].checksum, cut < packet.size() ? Checksum::unknown : Checksum::right);
  }
}

TEST(Reader, joins_no_more_than_a_kernel_does) {
  Bytes packet = encode(segment(100));
  packet[2] = packet[3] = 0;  // more than 65,535 bytes
  for (const std::size_t size : {100'000u, 524'280u, 525'000u, 5'000'000u}) {
    packet.resize(size);
    Reader reader(pcap(raw, {{packet, second, 0, 200}}));
    const auto packets = all(reader);
    ASSERT_EQ(packets.size(), size < 525'000u ? 1u : 0u) << size;
    EXPECT_EQ(reader.summary().others, packets.empty() ? 1u : 0u) << size;
    for (const auto& one : packets) EXPECT_EQ(one.data_size, size - 52);
  }
}

TEST(Reader, tells_an_unfinished_checksum_from_a_wrong_one) {
  Bytes wrong = encode(segment(4), {.bad_checksum = true});
  Bytes unfinished = encode(segment(4));
  // The sum of the pseudo-header: two addresses, the protocol, and 36 bytes of TCP.
  const unsigned sum = 2 * (0x7f00 + 1) + 6 + 36;
  unfinished[36] = static_cast<std::uint8_t>(sum >> 8);
  unfinished[37] = static_cast<std::uint8_t>(sum);
  Reader reader(pcap(raw, {{wrong}, {unfinished}}));
  const auto packets = all(reader);
  ASSERT_EQ(packets.size(), 2u);
  EXPECT_EQ(packets[0].checksum, Checksum::wrong);
  EXPECT_EQ(packets[1].checksum, Checksum::unfinished);
}

TEST(Reader, survives_impossible_times) {
  const Bytes packet = encode(segment(0));
  Bytes file = pcap(raw, {{packet, 0xffffffff, 0xffffffff}});
  Reader reader(file);
  EXPECT_EQ(all(reader).size(), 1u);
  Reader far(pcapng(raw, {{packet, ~0ull, 0}}, 0));
  EXPECT_EQ(all(far).size(), 1u);
}

TEST(Reader, takes_no_memory_for_the_file) {
#ifdef __has_feature
#define HAS_FEATURE(name) __has_feature(name)
#else
#define HAS_FEATURE(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || HAS_FEATURE(address_sanitizer)
  GTEST_SKIP() << "the sanitizer keeps what was freed";
#endif
  // A hundred megabytes in some kilobytes: what is kept of it would be seen.
  std::vector<Frame> frames(4096, Frame{encode(segment(1000))});
  const Bytes part = pcap(raw, frames);
  const Bytes records(part.begin() + 24, part.end());
  Bytes packed = zstd(Bytes(part.begin(), part.begin() + 24));
  const Bytes more = zstd(records);
  for (int i = 0; i < 24; ++i) packed.insert(packed.end(), more.begin(), more.end());
  const auto resident = [] {
    std::size_t total = 0, pages = 0;
    std::ifstream("/proc/self/statm") >> total >> pages;
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  };
  Reader reader(packed);
  ASSERT_TRUE(reader.next());
  const std::size_t before = resident();
  std::size_t count = 1;
  while (reader.next()) ++count;
  EXPECT_EQ(count, 24u * 4096);
  EXPECT_LT(resident(), before + (16u << 20));
}

TEST(Article, is_what_the_script_makes) {
  if (std::system("python3 --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "python3 is not installed";
  namespace fs = std::filesystem;
  const fs::path captures = fs::path(TCPCRAFT_SOURCE_DIR) / "captures";
  const fs::path made = fs::temp_directory_path() / ("tcpcraft-article-" + std::to_string(::getpid()));
  const std::string command =
      "python3 '" + (captures / "make_article.py").string() + "' '" + made.string() + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  const auto read = [](const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string fresh = read(made);
  fs::remove(made);
  EXPECT_FALSE(fresh.empty());
  EXPECT_TRUE(fresh == read(captures / "article.pcap"));
}

TEST(Article, has_the_numbers_of_the_text) {
  Reader reader(std::filesystem::path(TCPCRAFT_SOURCE_DIR) / "captures/article.pcap");
  const auto packets = all(reader);
  EXPECT_FALSE(reader.summary().damage);
  ASSERT_EQ(packets.size(), 9u);
  for (const auto& packet : packets) EXPECT_EQ(packet.checksum, Checksum::right);
  EXPECT_EQ(packets[0].segment.source.to_string(), "127.0.0.1:38264");
  EXPECT_EQ(packets[0].segment.destination.to_string(), "127.0.0.1:9877");
  EXPECT_EQ(packets[0].segment.seq.raw(), 598232472u);
  EXPECT_EQ(packets[0].time.time_since_epoch() % std::chrono::hours(24),
            std::chrono::hours(15) + std::chrono::minutes(32) + std::chrono::microseconds(38'348'872));
  EXPECT_EQ(packets[1].segment.seq.raw(), 3283581888u);
  EXPECT_EQ(packets[6].segment.ack.raw(), 598232475u);
  EXPECT_EQ(packets[8].segment.ack.raw(), 3283581892u);
}

}  // namespace
}  // namespace tcpcraft::capture_test
