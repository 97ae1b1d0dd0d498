#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

const fs::path article = source_dir / "captures/article.pcap";

/// Where the packet begins in the article's capture, from 1.
std::size_t packet_at(const std::string& capture, std::size_t number) {
  std::size_t at = 24;
  for (; number > 1; --number) {
    const auto byte = [&](std::size_t i) {
      return std::size_t{static_cast<unsigned char>(capture[at + 8 + i])};
    };
    at += 16 + (byte(0) | byte(1) << 8);
  }
  return at;
}

/// The blocks of docs/captures.md that begin with ```text.
std::vector<std::string> shown() {
  const std::string page = read_file(source_dir / "docs/captures.md");
  std::vector<std::string> blocks;
  const std::string fence = "```text\n";
  for (std::size_t at = 0; (at = page.find(fence, at)) != std::string::npos;) {
    at += fence.size();
    blocks.push_back(page.substr(at, page.find("```", at) - at));
  }
  return blocks;
}

TEST(Explain, the_article_as_the_guide_shows_it) {
  const Ran run = tcpcraft(source_dir, {"explain", "captures/article.pcap"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.output, shown().at(0));
  EXPECT_NE(run.output.find("left half-closed, not closed"), std::string::npos);
}

/// Makes the ACK of a packet 100 larger, and its checksum right again.
void misplace_ack(std::string& capture, std::size_t number) {
  const std::size_t tcp = packet_at(capture, number) + 16 + 14 + 20;
  capture[tcp + 11] = static_cast<char>(capture[tcp + 11] + 100);
  capture[tcp + 17] = static_cast<char>(capture[tcp + 17] - 100);
}

TEST(Explain, a_wrong_acknowledgement_as_the_guide_shows_it) {
  std::string capture = read_file(article);
  misplace_ack(capture, 5);
  const TemporaryFolder folder;
  folder.write("wrong.pcap", capture);
  const Ran run = tcpcraft(folder.path(), {"explain", "wrong.pcap"});
  EXPECT_EQ(run.exit_code, 1) << run.output;
  const std::size_t begin = run.output.find("  15:32:40.915034");
  const std::size_t end = run.output.find("  15:32:40.915187");
  ASSERT_NE(begin, std::string::npos) << run.output;
  EXPECT_EQ(run.output.substr(begin, end - begin), shown().at(1)) << run.output;
  EXPECT_NE(run.output.find("1 connection, 1 wrong"), std::string::npos) << run.output;
}

TEST(Explain, a_damaged_file_is_explained_as_far_as_it_goes) {
  std::string capture = read_file(article);
  const std::size_t at = packet_at(capture, 7);
  const TemporaryFolder folder;
  folder.write("cut.pcap", capture.substr(0, at + 30));
  const Ran run = tcpcraft(folder.path(), {"explain", "cut.pcap"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_NE(run.output.find("PSH-ACK seq=1 ack=3"), std::string::npos) << run.output;
  EXPECT_NE(run.output.find("damaged at packet 7, byte " + std::to_string(at)), std::string::npos)
      << run.output;
}

/// The packet of this number, from 1, with its header.
std::string packet_of(const std::string& capture, std::size_t number) {
  const std::size_t at = packet_at(capture, number);
  return capture.substr(at, std::min(packet_at(capture, number + 1), capture.size()) - at);
}

TEST(Explain, damage_in_the_middle_of_a_file) {
  std::string capture = read_file(article);
  const std::size_t at = packet_at(capture, 5);
  capture.replace(at + 8, 4, "\xff\xff\xff\xff");
  const TemporaryFolder folder;
  folder.write("broken.pcap", capture);
  const Ran run = tcpcraft(folder.path(), {"explain", "broken.pcap"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_NE(run.output.find("client sent 2 bytes, server 0\n1 connection, nothing wrong"), std::string::npos)
      << "what comes before it\n"
      << run.output;
  EXPECT_NE(run.output.find("damaged at packet 5, byte " + std::to_string(at)), std::string::npos)
      << run.output;
}

TEST(Explain, packets_that_the_snap_length_cut) {
  const std::string whole = read_file(article);
  for (const std::size_t snap : {14u + 20u + 20u, 60u, 66u, 70u}) {
    std::string capture = whole.substr(0, 24);
    for (std::size_t number = 1; number <= 9; ++number) {
      std::string packet = packet_of(whole, number);
      packet.resize(std::min(packet.size(), 16 + snap));
      packet[8] = static_cast<char>(packet.size() - 16);
      capture += packet;
    }
    const TemporaryFolder folder;
    folder.write("short.pcap", capture);
    const Ran run = tcpcraft(folder.path(), {"explain", "short.pcap"});
    EXPECT_EQ(run.exit_code, 0) << snap << "\n" << run.output;
    EXPECT_NE(run.output.find("client sent 2 bytes, server 2\n"), std::string::npos) << snap << "\n"
                                                                                     << run.output;
    EXPECT_NE(run.output.find("left half-closed, not closed"), std::string::npos) << snap << "\n"
                                                                                  << run.output;
  }
}

TEST(Explain, what_is_not_tcp_is_left_out_and_counted) {
  const std::string whole = read_file(article);
  std::string icmp = packet_of(whole, 4);
  icmp[16 + 14 + 9] = 1;
  std::string capture = whole;
  capture.insert(packet_at(whole, 5), icmp);
  const TemporaryFolder folder;
  folder.write("mixed.pcap", capture);
  const Ran run = tcpcraft(folder.path(), {"explain", "mixed.pcap"});
  EXPECT_EQ(run.exit_code, 0) << run.output;
  const std::size_t note = run.output.find("note: 1 packet is not TCP\n");
  ASSERT_NE(note, std::string::npos) << run.output;
  EXPECT_EQ(run.output.substr(0, note) + run.output.substr(run.output.find('\n', note) + 1), shown().at(0));
}

TEST(Explain, what_is_no_capture_or_not_there) {
  const TemporaryFolder folder;
  folder.write("text.pcap", "This is no capture.");
  EXPECT_EQ(tcpcraft(folder.path(), {"explain", "text.pcap"}).exit_code, 2);
  EXPECT_EQ(tcpcraft(folder.path(), {"explain", "none.pcap"}).exit_code, 3);
  EXPECT_EQ(tcpcraft(folder.path(), {"explain", article.string(), "--flow", "x"}).exit_code, 2);
}

TEST(Explain, only_the_connections_that_are_asked_for) {
  for (const char* flow : {"9877", "127.0.0.1", "127.0.0.1:38264"}) {
    const Ran run = tcpcraft(source_dir, {"explain", "captures/article.pcap", "--flow", flow});
    EXPECT_NE(run.output.find("1 connection, nothing wrong"), std::string::npos) << flow << run.output;
  }
  const Ran none =
      tcpcraft(source_dir, {"explain", "captures/article.pcap", "--flow", "9877", "--flow", "80"});
  EXPECT_EQ(none.output, "0 connections, nothing wrong\n");
}

/// Both sides keep to the rules in these, loss and all.
TEST(Explain, nothing_is_wrong_with_what_the_kernel_and_a_good_peer_do) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  std::vector<std::string> words{"run", "-q"};
  for (const char* scenarios :
       {"server_close.scn", "retransmission", "data", "ecn", "urgent", "close/half_close_by_application.scn",
        "close/fin_with_data.scn", "close/kernel_half_close.scn", "close/lost_data_and_fin.scn"})
    words.push_back((source_dir / "scenarios" / scenarios).string());
  const Ran run = tcpcraft(folder.path(), words);
  ASSERT_EQ(run.exit_code, 0) << run.output;
  std::size_t explained = 0;
  for (const fs::path& capture : files_in(folder.path() / "captures", ".pcap")) {
    if (capture.stem() == "eifel") continue;  // its peer echoes a timestamp from between two
    const Ran one = tcpcraft(folder.path(), {"explain", capture.string()});
    EXPECT_EQ(one.exit_code, 0) << capture << "\n" << one.output;
    ++explained;
  }
  EXPECT_GE(explained, 20u);
}

}  // namespace
}  // namespace tcpcraft::cli_test
