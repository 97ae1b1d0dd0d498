#include "private_network.hpp"
#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

TEST(ExplainLive, tells_of_each_segment_as_it_passes_and_ends_with_a_summary) {
  REQUIRE_PRIVATE_NETWORK();
  for (const int signal : {SIGINT, SIGTERM}) {
    const std::string text = in_private_network([signal] {
      Process server(source_dir, {"serve"});
      if (!server.wait_for("Ctrl-C")) return server.output;
      Process live(source_dir, {"explain", "--live", "-i", "lo", "--port", "9877"});
      if (!live.wait_for("Ctrl-C")) return live.output;
      converse();
      live.wait_for("closed by both");  // while it still goes on
      live.signal(signal);
      const int code = live.finish();
      return live.output + "exit code " + std::to_string(code);
    });
    EXPECT_NE(text.find("client  SYN seq=0"), std::string::npos) << text;
    EXPECT_NE(text.find("2 bytes of data\n"), std::string::npos) << text;
    EXPECT_EQ(text.find("retransmission"), std::string::npos) << "each is seen once\n" << text;
    EXPECT_NE(text.find("connection 1: closed by both"), std::string::npos) << text;
    EXPECT_NE(text.find("\n1 connection, nothing wrong\nexit code 0"), std::string::npos) << text;
  }
}

TEST(ExplainLive, says_what_it_needs) {
  const Ran nowhere = tcpcraft(source_dir, {"explain", "--live", "-i", "nowhere0"});
  EXPECT_EQ(nowhere.exit_code, 3);
  EXPECT_NE(nowhere.output.find("capture on nowhere0: "), std::string::npos) << nowhere.output;
  EXPECT_EQ(tcpcraft(source_dir, {"explain"}).exit_code, 2);
  EXPECT_EQ(tcpcraft(source_dir, {"explain", "--live", "captures/article.pcap"}).exit_code, 2);
}

}  // namespace
}  // namespace tcpcraft::cli_test
