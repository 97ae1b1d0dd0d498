#include <nlohmann/json.hpp>

#include "process.hpp"
#include "results/foreign.hpp"

namespace tcpcraft::cli_test {
namespace {

using nlohmann::json;
using results::output_of;

const fs::path close_scn = source_dir / "scenarios/server_close.scn";
const fs::path failing = source_dir / "tests/cli/failing/ack_off_by_one.scn";
const fs::path formats = source_dir / "tests/results";

json report_of(const fs::path& file) {
  return json::parse(read_file(file), nullptr, false);
}

/// By the end of its name: what has to be played again comes last.
json result_of(const json& report, const std::string& name) {
  for (const json& result : report["results"])
    if (result["name"].get<std::string>().ends_with(name)) return result;
  ADD_FAILURE() << name << " is not in the report";
  return json::object();
}

/// A copy, so that what names the path is short.
void copy(const fs::path& file, const TemporaryFolder& folder) {
  fs::copy_file(file, folder.path() / file.filename());
}

std::string in_folder(const fs::path& folder, const std::string& arguments) {
  return "cd " + folder.string() + " && " + TCPCRAFT_BINARY + " " + arguments;
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
  EXPECT_EQ(report["results"].size(), 3u);
  const json passed = result_of(report, "server_close"), failure = result_of(report, "ack_off_by_one"),
             error = result_of(report, "invalid");
  EXPECT_EQ(passed["verdict"], "pass");
  EXPECT_EQ(passed["title"], "The server closes first");
  EXPECT_EQ(passed["events"].size(), 10u) << "nine segments and a check of the state";
  EXPECT_EQ(failure["verdict"], "fail");
  EXPECT_NE(failure["failure"]["text"].get<std::string>().find("= again"), std::string::npos);
  EXPECT_EQ(error["verdict"], "error");
  EXPECT_EQ(error["reason"], "the scenario is invalid");
  EXPECT_NE(error["complaints"].get<std::string>().find("the key 'steps' is missing"), std::string::npos);
  EXPECT_EQ(report["summary"]["fail"], 1);
}

TEST(Results, of_all_kinds_of_scenarios_obey_the_schema) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  tcpcraft(folder.path(), {"run", "-q", "--no-captures", "--json", "r.json", source_dir / "tests/cli/failing",
                           source_dir / "tests/cli/tracing", source_dir / "tests/cli/invalid"});
  const auto checked = output_of("python3 " + (formats / "schema.py").string() + " " + source_dir.string() +
                                 " " + (folder.path() / "r.json").string());
  if (checked.text.starts_with("SKIP")) GTEST_SKIP() << checked.text;
  EXPECT_EQ(checked.status, 0) << checked.text;
}

TEST(Results, all_formats_are_read_by_others) {
  REQUIRE_PRIVATE_NETWORK();
  REQUIRE_PROGRAM("xmllint --version && perl -MTAP::Parser -MJSON::PP -e 1");
  const TemporaryFolder folder;
  copy(close_scn, folder);
  copy(failing, folder);
  const Ran run = tcpcraft(folder.path(),
                           {"run", "-q", "--no-captures", "--tap", "r.tap", "--junit", "r.xml", "--github",
                            "server_close.scn", "ack_off_by_one.scn"},
                           [] { ::setenv("HARNESS_ACTIVE", "1", 1); });
  EXPECT_EQ(run.exit_code, 1) << run.output;
  EXPECT_NE(run.output.find("\n::error file=ack_off_by_one.scn,line=5,col=17,title=fail%3A ack_off_by_one::"),
            std::string::npos)
      << run.output;
  const auto valid = output_of("xmllint --noout --schema " + (formats / "junit.xsd").string() + " " +
                               (folder.path() / "r.xml").string());
  EXPECT_EQ(valid.status, 0) << valid.text;
  const json tap =
      results::json_of("perl " + (formats / "tap.pl").string() + " " + (folder.path() / "r.tap").string());
  EXPECT_EQ(tap["errors"], json::array());
  ASSERT_EQ(tap["tests"].size(), 2u);
  const json& failure = tap["tests"][tap["tests"][0]["ok"].get<bool>() ? 1 : 0];
  EXPECT_EQ(failure["yaml"]["at"]["line"], "5");
}

TEST(Results, prove_runs_scenarios_as_documented) {
  REQUIRE_PRIVATE_NETWORK();
  REQUIRE_PROGRAM("prove --version");
  const std::string page = read_file(source_dir / "docs/results.md");
  std::string command = page.substr(page.find("\nprove ") + 1);
  command = command.substr(0, command.find(" scenarios/\n"));
  EXPECT_EQ(command, "prove -r --ext .scn -e 'tcpcraft run -q --tap -'");
  command.replace(command.find("tcpcraft"), 8, TCPCRAFT_BINARY);
  const TemporaryFolder folder;
  const std::string prove = "cd " + folder.path().string() + " && " + command + " .";
  copy(close_scn, folder);
  const auto passed = output_of(prove);
  EXPECT_EQ(passed.status, 0) << passed.text;
  copy(failing, folder);
  const auto failed = output_of(prove);
  EXPECT_NE(failed.status, 0) << failed.text;
  EXPECT_NE(failed.text.find("Failed 1/1 subtests"), std::string::npos) << failed.text;
}

TEST(Results, on_standard_output_are_alone_there) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  copy(close_scn, folder);
  for (const char* jobs : {"-j1", "-j2"}) {
    const auto output = output_of("( " +
                                  in_folder(folder.path(), std::string("run --no-captures --json - ") + jobs +
                                                               " server_close.scn server_close.scn") +
                                  " 2>/dev/null )");
    EXPECT_EQ(output.status, 0);
    EXPECT_EQ(json::parse(output.text, nullptr, false)["results"].size(), 2u) << output.text;
  }
  const Ran two = tcpcraft(folder.path(), {"run", "--json", "-", "--tap", "-", "server_close.scn"});
  EXPECT_EQ(two.exit_code, 2);
  EXPECT_EQ(tcpcraft(folder.path(), {"run", "--until-fail", "--tap", "-", "server_close.scn"}).exit_code, 2);
  EXPECT_EQ(two.output, "tcpcraft: only one format can go to the standard output\n");
}

TEST(Results, a_file_that_cannot_be_written_is_an_error_before_anything_runs) {
  const TemporaryFolder folder;
  const Ran run = tcpcraft(folder.path(), {"run", "--json", "no/r.json", close_scn});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_EQ(run.output, "tcpcraft: open no/r.json: No such file or directory\n");
}

TEST(Results, a_full_disk_is_told_and_the_other_files_are_whole) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const Ran run = tcpcraft(
      folder.path(), {"run", "-q", "--no-captures", "--tap", "/dev/full", "--json", "r.json", close_scn});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_NE(run.output.find("tcpcraft: write /dev/full: No space left on device\n"), std::string::npos)
      << run.output;
  EXPECT_NE(run.output.find("1 passed"), std::string::npos) << run.output;
  EXPECT_EQ(report_of(folder.path() / "r.json")["summary"]["pass"], 1);
}

const char* const slow = "scenario: slow\nsteps:\n  - use: handshake\n  - note: now\n  - wait: 600s\n";

TEST(Results, are_whole_after_an_interrupt) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("slow.scn", slow);
  Process one(folder.path(), {"run", "-j1", "--json", "one.json", "slow.scn", "slow.scn"});
  ASSERT_TRUE(one.wait_for("now")) << one.output;
  one.signal(SIGINT);
  EXPECT_EQ(one.finish(), 128 + SIGINT);
  json report = report_of(folder.path() / "one.json");
  ASSERT_FALSE(report.is_discarded()) << read_file(folder.path() / "one.json");
  EXPECT_EQ(report["results"].size(), 1u);
  EXPECT_EQ(report["results"][0]["reason"], "interrupted");
  EXPECT_EQ(report["summary"]["not_run"], json::array({"slow"}));

  Process many(folder.path(), {"run", "-j8", "--json", "many.json", close_scn, "slow.scn"});
  ASSERT_TRUE(many.wait_for("PASS")) << many.output;
  many.signal(SIGINT);
  EXPECT_EQ(many.finish(), 128 + SIGINT);
  report = report_of(folder.path() / "many.json");
  ASSERT_FALSE(report.is_discarded()) << read_file(folder.path() / "many.json");
  EXPECT_EQ(report["summary"]["pass"], 1);
}

TEST(Results, of_a_killed_run_show_what_was_decided_and_are_not_taken_for_whole) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("slow.scn", slow);
  folder.write("r.json", "old");
  Process process(folder.path(), {"run", "-j8", "--json", "r.json", close_scn, "slow.scn"});
  while (read_file(folder.path() / "r.json").find("\"title\":\"The server closes first\"") ==
         std::string::npos)
    ::usleep(1000);
  process.signal(SIGKILL);
  process.finish();
  const Ran merge = tcpcraft(folder.path(), {"merge", "r.json"});
  EXPECT_EQ(merge.exit_code, 2);
  EXPECT_NE(merge.output.find("the file ends here, and is not whole"), std::string::npos) << merge.output;
}

TEST(Results, summary_is_appended_to_what_github_names) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const fs::path summary = folder.write("summary.md", "before\n");
  const Ran run = tcpcraft(folder.path(), {"run", "-q", "--no-captures", failing}, [&] {
    ::setenv("GITHUB_ACTIONS", "true", 1);
    ::setenv("GITHUB_STEP_SUMMARY", summary.c_str(), 1);
  });
  EXPECT_NE(run.output.find("\n::error "), std::string::npos) << run.output;
  EXPECT_TRUE(read_file(summary).starts_with("before\n### tcpcraft: 1 fail\n")) << read_file(summary);
}

TEST(Merge, joins_and_says_what_a_run_would_have_said) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  copy(close_scn, folder);
  copy(failing, folder);
  for (const char* name : {"server_close", "ack_off_by_one"})
    tcpcraft(folder.path(), {"run", "-q", "--no-captures", "--seed", "7", "--json",
                             std::string(name) + ".json", std::string(name) + ".scn"});
  const Ran merge = tcpcraft(folder.path(), {"merge", "server_close.json", "ack_off_by_one.json", "--json",
                                             "all.json", "--junit", "all.xml"});
  EXPECT_EQ(merge.exit_code, 1);
  EXPECT_NE(merge.output.find("] ack_off_by_one\n2 scenarios: 1 passed, 1 failed in "), std::string::npos)
      << merge.output;
  EXPECT_EQ(report_of(folder.path() / "all.json")["results"].size(), 2u);
  EXPECT_EQ(tcpcraft(folder.path(), {"merge", "server_close.json"}).exit_code, 0);
}

TEST(Merge, of_shards_is_the_whole) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  for (const char* name : {"a.scn", "b.scn", "c.scn"}) fs::copy_file(close_scn, folder.path() / name);
  for (const char* shard : {"1", "2"})
    EXPECT_EQ(tcpcraft(folder.path(), {"run", "-q", "--no-captures", "--shard", std::string(shard) + "/2",
                                       "--json", std::string(shard) + ".json", "."})
                  .exit_code,
              0);
  const Ran half = tcpcraft(folder.path(), {"merge", "2.json"});
  EXPECT_EQ(half.exit_code, 2);
  EXPECT_EQ(half.output, "tcpcraft: shard 1 of 2 is not there\n");
  const Ran merge = tcpcraft(folder.path(), {"merge", "1.json", "2.json"});
  EXPECT_EQ(merge.exit_code, 0) << merge.output;
  EXPECT_NE(merge.output.find("3 scenarios: 3 passed"), std::string::npos) << merge.output;
}

TEST(Merge, names_each_file_that_cannot_be_used) {
  const TemporaryFolder folder;
  folder.write("a.json", "{}");
  folder.write("b.json", "[");
  const Ran merge = tcpcraft(folder.path(), {"merge", "a.json", "b.json", "--json", "all.json"});
  EXPECT_EQ(merge.exit_code, 2);
  EXPECT_EQ(
      merge.output,
      "tcpcraft: a.json: \"format\" is missing\n"
      "tcpcraft: b.json:1:2: the file ends here, and is not whole: the run that wrote it was killed, or has "
      "not ended\n");
  EXPECT_FALSE(fs::exists(folder.path() / "all.json"));
  EXPECT_EQ(tcpcraft(folder.path(), {"merge", "none.json"}).exit_code, 3);
  EXPECT_EQ(tcpcraft(folder.path(), {"merge", "."}).output, "tcpcraft: read .: Is a directory\n");
}

}  // namespace
}  // namespace tcpcraft::cli_test
