#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

class MatrixCommandTest : public testing::Test {
 protected:
  void SetUp() override { REQUIRE_PRIVATE_NETWORK(); }
  Ran matrix(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "matrix");
    return tcpcraft(folder.path(), arguments);
  }
  TemporaryFolder folder;
};

TEST_F(MatrixCommandTest, the_default_set_has_no_finding_on_this_kernel) {
  const Ran ran = matrix({});
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_NE(ran.output.find("1612 cells"), std::string::npos) << ran.output;
  EXPECT_NE(ran.output.find("known deviation"), std::string::npos);
}

TEST_F(MatrixCommandTest, one_cell_is_shown_with_its_exchange_rule_and_deviation) {
  const Ran ran = matrix({"--cell", "ESTABLISHED:rst_edge", "-v", "--ip", "4"});
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  for (const char* part :
       {"ESTABLISHED:rst_edge", "SYN-ACK", "rst.outside.drop", "RFC 5961 3.2", "D01", "tcp_sequence()"})
    EXPECT_NE(ran.output.find(part), std::string::npos) << part << "\n" << ran.output;
}

TEST_F(MatrixCommandTest, by_the_letter_a_deviation_is_a_finding) {
  const Ran ran = matrix({"--cell", "ESTABLISHED:rst_edge", "--profile", "rfc9293"});
  EXPECT_EQ(ran.exit_code, 1) << ran.output;
  EXPECT_NE(ran.output.find("1 NEW deviation"), std::string::npos) << ran.output;
}

TEST_F(MatrixCommandTest, a_baseline_shows_what_changed) {
  EXPECT_EQ(matrix({"--state", "ESTABLISHED", "--json", "good.json"}).exit_code, 0);
  Ran ran = matrix({"--state", "ESTABLISHED", "--baseline", "good.json"});
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  std::string json = read_file(folder.path() / "good.json");
  const std::size_t at = json.find("\"verdict\":\"conforms\"");
  ASSERT_NE(at, std::string::npos);
  json.replace(at, 20, "\"verdict\":\"new\"     ");
  folder.write("other.json", json);
  ran = matrix({"--state", "ESTABLISHED", "--baseline", "other.json"});
  EXPECT_EQ(ran.exit_code, 1) << ran.output;
  EXPECT_NE(ran.output.find("ESTABLISHED"), std::string::npos) << ran.output;
}

TEST_F(MatrixCommandTest, a_page_is_written) {
  const Ran ran = matrix({"--state", "LISTEN", "--html", "page.html"});
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_EQ(read_file(folder.path() / "page.html").rfind("<!doctype html>", 0), 0u);
}

TEST_F(MatrixCommandTest, a_saved_cell_is_a_scenario_that_passes) {
  const std::vector<std::string> arguments = {"--save-scenario", "saved",   "--ip",    "4",
                                              "--class",         "*_exact", "--class", "rst_*"};
  ASSERT_EQ(matrix(arguments).exit_code, 0);
  const std::size_t saved = files_in(folder.path() / "saved", ".scn").size();
  EXPECT_GT(saved, 150u);
  const Ran ran = tcpcraft(folder.path(), {"run", "-q", "--no-captures", "saved"});
  const std::string number = std::to_string(saved);
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_NE(ran.output.find(number + " scenarios: " + number + " passed"), std::string::npos);
}

TEST_F(MatrixCommandTest, what_does_not_exist_is_refused_by_name) {
  const auto refused = [&](std::vector<std::string> arguments, const char* why) {
    const Ran ran = matrix(std::move(arguments));
    EXPECT_EQ(ran.exit_code, 2) << ran.output;
    EXPECT_NE(ran.output.find(why), std::string::npos) << ran.output;
  };
  refused({"--state", "ESTABLISH"}, "did you mean 'ESTABLISHED'?");
  refused({"--class", "rst_edgy"}, "did you mean 'rst_edge'?");
  refused({"--cell", "ESTABLISHED"}, "not STATE:CLASS");
  refused({"--baseline", "missing.json"}, "cannot read 'missing.json'");
  folder.write("bad.json", "{\"format\":");
  refused({"--baseline", "bad.json"}, "bad.json:1:");
  refused({"--link", "pigeon"}, "--link");
  EXPECT_EQ(matrix({"--json", "no/such/folder/x.json"}).exit_code, 3);
}

TEST_F(MatrixCommandTest, list_names_states_and_classes) {
  const Ran ran = matrix({"--list"});
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_NE(ran.output.find("TIME-WAIT"), std::string::npos);
  EXPECT_NE(ran.output.find("* rst_edge"), std::string::npos) << ran.output;
  EXPECT_NE(ran.output.find("SEQ=RCV.NXT+RCV.WND CTL=RST LEN=0"), std::string::npos);
}

}  // namespace
}  // namespace tcpcraft::cli_test
