#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

const fs::path folder_of_scenarios = source_dir / "tests/cli/coverage";

TEST(Coverage, looks_as_written_down) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const Ran run = tcpcraft(folder.path(), {"coverage", "-v", folder_of_scenarios.string()});
  EXPECT_EQ(run.exit_code, 1) << "one of them fails";
  expect_golden(folder_of_scenarios / "expected.out", normalized(run.output));
}

TEST(Coverage, is_no_failure_where_it_is_small) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const fs::path json = folder.path() / "coverage.json";
  const Ran run = tcpcraft(folder.path(), {"coverage", "--json", json.string(),
                                           (folder_of_scenarios / "data/bad_checksum.scn").string()});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_NE(run.output.find("\n1 of "), std::string::npos) << run.output;
  EXPECT_NE(read_file(json).find("\"scenario\": \"bad_checksum\""), std::string::npos);
  EXPECT_FALSE(fs::exists(folder.path() / "captures"));
}

TEST(Coverage, takes_the_slow_where_asked_to) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const Ran run = tcpcraft(folder.path(), {"coverage", "--tag", "slow", folder_of_scenarios.string()});
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_NE(run.output.find("  tested    MUST-28 "), std::string::npos) << run.output;
}

TEST(Coverage, an_invalid_scenario_is_2) {
  const TemporaryFolder folder;
  folder.write("x.scn", "scenario: x\nrfc: [9293#MUST-99]\nsteps:\n  - send: SYN\n");
  const Ran run = tcpcraft(folder.path(), {"coverage", "."});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_NE(run.output.find("RFC 9293 has no requirement 'MUST-99'"), std::string::npos) << run.output;
}

}  // namespace
}  // namespace tcpcraft::cli_test
