// Scenarios under other tools, as docs/distributed.md shows them: real ones, which run its examples.

#include <algorithm>
#include <map>

#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

bool is_installed(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
}

/// As the guide has them: with tcpcraft in the PATH, and nothing that concerns the one who runs this test.
Ran shell(const fs::path& folder, const std::string& commands) {
  Process process(
      folder, {"-e", "-c", commands},
      [&] {
        const std::string path = fs::path(TCPCRAFT_BINARY).parent_path().string() + ":" + std::getenv("PATH");
        ::setenv("PATH", path.c_str(), 1);
        ::setenv("TCPCRAFT", source_dir.c_str(), 1);
        ::setenv("HOME", folder.c_str(), 1);
        for (const char* name : {"TEST_TOTAL_SHARDS", "TEST_SHARD_INDEX", "SLURM_ARRAY_TASK_ID"})
          ::unsetenv(name);
      },
      "/bin/sh");
  const int exit_code = process.finish();
  return {exit_code, process.output};
}

void write_scenarios(const TemporaryFolder& folder) {
  fs::create_directories(folder.path() / "scenarios/deep");
  folder.write("scenarios/a.scn",
               "scenario: a\nfor: {address: ['127.0.0.1:9877', '[::1]:9877']}\ntags: [retransmission, x]\n"
               "kernel: {address: \"${address}\"}\nsteps:\n  - send: RST\n");
  folder.write("scenarios/deep/a.scn", "scenario: b\nsteps:\n  - send: RST\n");
  folder.write("scenarios/deep/new.scn", "scenario: c\nrequires: [kernel >= 99.0]\nsteps:\n  - send: RST\n");
}

std::string example(const std::string& language, std::size_t number) {
  return blocks(source_dir / "docs/distributed.md", language).at(number);
}

TEST(Distributed, ctest_runs_the_guides_example) {
  REQUIRE_PRIVATE_NETWORK();
  if (!is_installed("cmake") || !is_installed("ctest")) GTEST_SKIP() << "no cmake";
  const TemporaryFolder folder;
  write_scenarios(folder);
  folder.write("CMakeLists.txt", example("cmake", 0));
  const Ran ran = shell(folder.path(), example("sh", 0));
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  for (const char* name : {"tcpcraft.a[address=127.0.0.1:9877]", "tcpcraft.a[address=[::1]:9877]",
                           "tcpcraft.deep/a", "tcpcraft.deep/new"})
    EXPECT_TRUE(contains(ran.output, name)) << name << "\n" << ran.output;
  EXPECT_TRUE(contains(ran.output, "4 - tcpcraft.deep/new (Skipped)")) << ran.output;
  EXPECT_TRUE(contains(ran.output, "100% tests passed, 0 tests failed out of 4")) << ran.output;
  EXPECT_TRUE(contains(ran.output, "100% tests passed, 0 tests failed out of 2")) << "by label\n"
                                                                                  << ran.output;
  EXPECT_TRUE(!find_pattern(ran.output, "\nkernel +=.*\\(4 tests\\)").empty()) << ran.output;
  EXPECT_EQ(packets_in(folder.path() / "build/captures/deep/a.pcap"), 1);
}

TEST(Distributed, ctest_sees_new_scenarios_failures_and_what_cannot_be_read) {
  REQUIRE_PRIVATE_NETWORK();
  if (!is_installed("cmake") || !is_installed("ctest")) GTEST_SKIP() << "no cmake";
  const TemporaryFolder folder;
  write_scenarios(folder);
  folder.write("CMakeLists.txt", example("cmake", 0));
  ASSERT_EQ(shell(folder.path(), example("sh", 0)).exit_code, 0);
  folder.write("scenarios/late.scn", "scenario: l\nsteps:\n  - send: SYN\n  - expect: nothing\n");
  folder.write("scenarios/wrong.scn", "scenario: [\n");
  // A shard of ctest's own is not one of tcpcraft's.
  const std::string again = "export TEST_TOTAL_SHARDS=3 TEST_SHARD_INDEX=1; ctest --test-dir build -j 4";
  const Ran ran = shell(folder.path(), again);
  EXPECT_EQ(ran.exit_code, 8);
  EXPECT_TRUE(contains(ran.output, "- tcpcraft.late (Failed)")) << ran.output;
  EXPECT_TRUE(contains(ran.output, "- tcpcraft.LIST (Failed)")) << ran.output;
  EXPECT_TRUE(contains(ran.output, "2 tests failed out of 6")) << ran.output;
}

TEST(Distributed, gnu_parallel_runs_the_guides_example) {
  REQUIRE_PRIVATE_NETWORK();
  if (!is_installed("parallel")) GTEST_SKIP() << "GNU parallel is not installed";
  const TemporaryFolder folder;
  write_scenarios(folder);
  const Ran ran = shell(folder.path(), example("sh", 1));
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  std::map<std::string, int> seen;
  for (const std::string part : {"1", "2", "3", "4"}) {
    EXPECT_TRUE(contains(ran.output, " · shard " + part + " of 4 (--shard) · ")) << ran.output;
    const std::string json = read_file(folder.path() / ("shard-" + part + ".json"));
    for (const std::string name :
         {"a[address=127.0.0.1:9877]", "a[address=[::1]:9877]", "deep/a", "deep/new"})
      seen[name] += contains(json, "{\"name\":\"scenarios/" + name + "\"");
  }
  for (const auto& [name, times] : seen) EXPECT_EQ(times, 1) << name;
  EXPECT_TRUE(contains(ran.output, "4 scenarios: 3 passed, 1 skipped")) << "merged\n" << ran.output;
  EXPECT_TRUE(contains(read_file(folder.path() / "results.xml"), "scenarios/deep/new"));
}

TEST(Distributed, bazels_variables_are_heeded) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  write_scenarios(folder);
  const Ran ran = tcpcraft(folder.path(), {"run", "-q", "scenarios"}, [&] {
    ::setenv("TESTBRIDGE_TEST_ONLY", "deep/*", 1);
    ::setenv("XML_OUTPUT_FILE", "test.xml", 1);
    ::setenv("TEST_TMPDIR", (folder.path() / "temporary").c_str(), 1);
    ::setenv("TEST_UNDECLARED_OUTPUTS_DIR", (folder.path() / "kept").c_str(), 1);
  });
  EXPECT_TRUE(contains(ran.output, "2 scenarios: 1 passed, 1 skipped")) << ran.output;
  EXPECT_EQ(packets_in(folder.path() / "kept/captures/a.pcap"), 1);
  EXPECT_TRUE(contains(read_file(folder.path() / "test.xml"), "scenarios/deep/new"));
}

TEST(Distributed, recorded_durations_decide_which_shard_a_scenario_is_in) {
  const TemporaryFolder folder;
  std::string results;
  for (const char* name : {"a", "b", "c", "d"})
    folder.write(std::string(name) + ".scn", "scenario: x\nsteps:\n  - send: RST\n");
  const Ran played = tcpcraft(folder.path(), {"run", "-q", "--json", "all.json", "."});
  if (played.exit_code == 3) GTEST_SKIP() << played.output;
  std::string json = read_file(folder.path() / "all.json");
  const auto shard = [&](const char* part) {
    return tcpcraft(folder.path(), {"run", "--list", "--durations", "all.json", "--shard", part, "."}).output;
  };
  // d took as long as all others together.
  json = replace_pattern(json, "\"took_ns\":\\d+", "\"took_ns\":1000000000");
  const std::size_t d = json.find("{\"name\":\"./d\"");
  ASSERT_NE(d, std::string::npos) << json;
  json =
      json.substr(0, d) + replace_pattern(json.substr(d), "\"took_ns\":1000000000", "\"took_ns\":3000000000");
  folder.write("all.json", json);
  EXPECT_EQ(shard("1/2"), "./d\t\n") << json;
  EXPECT_EQ(shard("2/2"), "./a\t\n./b\t\n./c\t\n");
  folder.write("all.json", "{");
  EXPECT_TRUE(contains(shard("1/2"), "--durations: all.json:1:")) << shard("1/2");
}

}  // namespace
}  // namespace tcpcraft::cli_test
