#include <csignal>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <gtest/gtest.h>
#include <pcap/pcap.h>
#include <sys/resource.h>
#include <unistd.h>

#include <tcpcraft/wire/codec.hpp>
#include <tcpcraft/wire/pcap.hpp>

namespace tcpcraft::wire {
namespace {

namespace fs = std::filesystem;

struct Read {
  Bytes packet;
  Time time;
};

class Pcap : public testing::Test {
 protected:
  ~Pcap() override { fs::remove(path_); }

  std::vector<Read> read_back() const {
    std::vector<Read> all;
    char error[PCAP_ERRBUF_SIZE] = "";
    pcap_t* handle =
        pcap_open_offline_with_tstamp_precision(path_.c_str(), PCAP_TSTAMP_PRECISION_NANO, error);
    EXPECT_NE(handle, nullptr) << error;
    if (handle == nullptr) return all;
    EXPECT_EQ(pcap_datalink(handle), DLT_RAW);
    pcap_pkthdr* header = nullptr;
    const u_char* data = nullptr;
    while (pcap_next_ex(handle, &header, &data) == 1) {
      EXPECT_EQ(header->caplen, header->len);
      all.push_back({Bytes(data, data + header->caplen), Time(std::chrono::seconds(header->ts.tv_sec) +
                                                              std::chrono::nanoseconds(header->ts.tv_usec))});
    }
    pcap_close(handle);
    return all;
  }

  fs::path path_ = fs::temp_directory_path() / ("tcpcraft_pcap_test_" + std::to_string(getpid()) + ".pcap");
};

Bytes packet(std::size_t payload) {
  Segment segment;
  segment.source = *Endpoint::parse("127.0.0.1:1");
  segment.destination = *Endpoint::parse("127.0.0.1:2");
  segment.flags = {Flag::syn, Flag::ack};
  segment.options = {Mss{1460}};
  segment.payload.resize(payload);
  return encode(segment);
}

TEST_F(Pcap, every_packet_is_in_the_file_when_write_returns) {
  PcapWriter writer(path_);
  EXPECT_TRUE(read_back().empty()) << "the header is there from the start";
  const Time time(std::chrono::nanoseconds(1'700'000'000'123'456'789));
  for (std::size_t payload : {0, 1, 65000}) {
    writer.write(packet(payload), time + std::chrono::seconds(payload));
    const std::vector<Read> all = read_back();
    ASSERT_FALSE(all.empty());
    EXPECT_EQ(all.back().packet, packet(payload));
    EXPECT_EQ(all.back().time, time + std::chrono::seconds(payload));
  }
  EXPECT_EQ(read_back().size(), 3u);
}

TEST_F(Pcap, moves_and_replaces) {
  {
    PcapWriter first(path_);
    first.write(packet(0), Time{});
  }
  PcapWriter other(path_);
  PcapWriter moved(std::move(other));
  moved.write(packet(5), Time{});
  ASSERT_EQ(read_back().size(), 1u);
  EXPECT_EQ(read_back()[0].packet, packet(5));
}

TEST_F(Pcap, names_the_path_it_cannot_create) {
  try {
    PcapWriter writer("/nonexistent/directory/x.pcap");
    FAIL() << "no exception";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
    EXPECT_NE(std::string(error.what()).find("/nonexistent/directory/x.pcap"), std::string::npos);
  }
}

TEST_F(Pcap, what_was_written_before_the_disk_refused_stays_whole) {
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  PcapWriter writer(path_);
  const rlimit limit{1000, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  std::size_t written = 0;
  EXPECT_THROW(for (; written < 20; ++written) writer.write(packet(100), Time{}), std::system_error);
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_GT(written, 0u);
  EXPECT_EQ(read_back().size(), written);
  writer.write(packet(7), Time{});
  EXPECT_EQ(read_back().size(), written + 1) << "there is room again";
  writer.begin();
  EXPECT_TRUE(read_back().empty());
  writer.write(packet(1), Time{});
  EXPECT_EQ(read_back().size(), 1u);
}

TEST_F(Pcap, notices_a_full_disk) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  try {
    PcapWriter writer("/dev/full");
    writer.write(packet(0), Time{});
    FAIL() << "no exception";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_space_on_device);
  }
}

TEST_F(Pcap, tcpdump_reads_it) {
  if (std::system("tcpdump --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "tcpdump is not installed";
  PcapWriter(path_).write(packet(3), Time(std::chrono::seconds(1)));
  std::FILE* pipe = popen(("tcpdump -nvr " + path_.string() + " 2>/dev/null").c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string output;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) output += static_cast<char>(c);
  EXPECT_EQ(pclose(pipe), 0);
  EXPECT_NE(output.find("127.0.0.1.1 > 127.0.0.1.2: Flags [S.]"), std::string::npos) << output;
  EXPECT_NE(output.find("(correct)"), std::string::npos) << output;
  EXPECT_NE(output.find("mss 1460"), std::string::npos) << output;
}

}  // namespace
}  // namespace tcpcraft::wire
