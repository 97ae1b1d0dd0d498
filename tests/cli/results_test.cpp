#include <nlohmann/json.hpp>

#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

using nlohmann::json;

const fs::path close_scn = source_dir / "scenarios/server_close.scn";
const fs::path failing = source_dir / "tests/cli/failing/ack_off_by_one.scn";

json report_of(const fs::path& file) {
  return json::parse(read_file(file));
}

TEST(Results, json_holds_what_became_of_each) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("invalid.scn", "scenario: x\n");
  const Ran run = tcpcraft(
      folder.path(), {"run", "-q", "--no-captures", "--json", "r.json", close_scn, failing, "invalid.scn"});
  EXPECT_EQ(run.exit_code, 1) << run.output;
  const json report = report_of(folder.path() / "r.json");
  EXPECT_EQ(report["run"]["scenarios"], 3);
  ASSERT_EQ(report["results"].size(), 3u);
  EXPECT_EQ(report["results"][0]["verdict"], "pass");
  EXPECT_EQ(report["results"][0]["title"], "The server closes first");
  EXPECT_EQ(report["results"][1]["verdict"], "fail");
  EXPECT_NE(report["results"][1]["failure"]["text"].get<std::string>().find("= again"), std::string::npos);
  EXPECT_EQ(report["results"][2]["verdict"], "error");
  EXPECT_EQ(report["results"][2]["reason"], "the scenario is invalid");
  EXPECT_EQ(report["summary"]["fail"], 1);
}

TEST(Results, a_file_that_cannot_be_written_is_an_error_before_anything_runs) {
  const TemporaryFolder folder;
  const Ran run = tcpcraft(folder.path(), {"run", "--json", "no/r.json", close_scn});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_EQ(run.output, "tcpcraft: open no/r.json: No such file or directory\n");
}

}  // namespace
}  // namespace tcpcraft::cli_test
