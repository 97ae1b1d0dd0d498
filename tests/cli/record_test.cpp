#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

const std::string article = (source_dir / "captures/article.pcap").string();

TEST(RecordCommand, the_article_as_the_guide_shows_it_and_it_passes) {
  const TemporaryFolder folder;
  const std::string shown = blocks(source_dir / "docs/record.md", "text").at(0);
  const Ran recorded = tcpcraft(source_dir, {"record", "captures/article.pcap"});
  EXPECT_EQ(recorded.exit_code, 0);
  EXPECT_EQ("$ tcpcraft record captures/article.pcap\n" + recorded.output, shown);
  folder.write("article.scn", recorded.output);
  EXPECT_EQ(tcpcraft(folder.path(), {"fmt", "--check", "article.scn"}).exit_code, 0);
  REQUIRE_PRIVATE_NETWORK();
  const Ran run = tcpcraft(folder.path(), {"run", "article.scn"});
  EXPECT_EQ(run.exit_code, 0) << run.output;
}

TEST(RecordCommand, either_side_can_be_the_kernel) {
  const TemporaryFolder folder;
  const Ran recorded = tcpcraft(folder.path(), {"record", "--side", "server", "-o", "out", article});
  EXPECT_EQ(recorded.exit_code, 0) << recorded.output;
  EXPECT_EQ(recorded.output, "out/article.scn\n");
  EXPECT_NE(read_file(folder.path() / "out/article.scn").find("- app:    connect\n"), std::string::npos);
  REQUIRE_PRIVATE_NETWORK();
  const Ran run = tcpcraft(folder.path(), {"run", "out/article.scn"});
  EXPECT_EQ(run.exit_code, 0) << run.output;
}

TEST(RecordCommand, a_file_that_is_there_stays) {
  const TemporaryFolder folder;
  folder.write("article.scn", "mine");
  const Ran refused = tcpcraft(folder.path(), {"record", "-o", ".", article});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.output.find("article.scn is there already: --force replaces it"), std::string::npos);
  EXPECT_EQ(read_file(folder.path() / "article.scn"), "mine");
  EXPECT_EQ(tcpcraft(folder.path(), {"record", "--force", "-o", ".", article}).exit_code, 0);
  EXPECT_TRUE(read_file(folder.path() / "article.scn").starts_with("scenario: "));
}

TEST(RecordCommand, what_is_no_capture_is_an_error) {
  const TemporaryFolder folder;
  folder.write("text.pcap", "this is no capture");
  const Ran text = tcpcraft(folder.path(), {"record", "text.pcap"});
  EXPECT_EQ(text.exit_code, 2);
  EXPECT_NE(text.output.find("the capture is damaged"), std::string::npos) << text.output;
  EXPECT_EQ(tcpcraft(folder.path(), {"record", "missing.pcap"}).exit_code, 3);
  const Ran none = tcpcraft(folder.path(), {"record", "--flow", "1", article});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_NE(none.output.find("there is no such connection in it"), std::string::npos);
}

TEST(RecordCommand, a_damaged_capture_is_recorded_as_far_as_it_goes) {
  const TemporaryFolder folder;
  const std::string capture = read_file(article);
  folder.write("cut.pcap", capture.substr(0, capture.size() - 10));
  const Ran cut = tcpcraft(folder.path(), {"record", "-o", ".", "cut.pcap"});
  EXPECT_EQ(cut.exit_code, 2);
  EXPECT_NE(cut.output.find("the capture is damaged at packet 9"), std::string::npos) << cut.output;
  EXPECT_TRUE(read_file(folder.path() / "cut.scn").ends_with("- send:   ACK ack=3\n  - state:  FIN-WAIT-1\n"))
      << read_file(folder.path() / "cut.scn");
}

}  // namespace
}  // namespace tcpcraft::cli_test
