// The options of `run` that concern many scenarios: which are played, how often, in which order.

#include <algorithm>
#include <map>
#include <set>

#include "terminal.hpp"

namespace tcpcraft::cli_test {
namespace {

const std::string library = (source_dir / "scenarios").string();
const std::string passing = "scenario: passes\nsteps:\n  - send: RST\n";
const std::string failing = "scenario: fails\nsteps:\n  - send: SYN\n  - expect: nothing\n";

Ran run(const TemporaryFolder& folder, std::vector<std::string> words,
        const std::function<void()>& in_child = {}) {
  words.insert(words.begin(), "run");
  return tcpcraft(folder.path(), words, in_child);
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) result.push_back(line);
  return result;
}

/// What `--list` names.
std::vector<std::string> listed(const TemporaryFolder& folder, std::vector<std::string> words,
                                const std::function<void()>& in_child = {}) {
  words.insert(words.begin(), "--list");
  std::vector<std::string> names;
  for (const std::string& line : lines(run(folder, words, in_child).output))
    names.push_back(line.substr(0, line.find('\t')));
  return names;
}

using Names = std::vector<std::string>;

TEST(Suite, list_names_scenarios_and_their_tags_and_plays_nothing) {
  const TemporaryFolder folder;
  folder.write("a.scn", "scenario: a\nfor: {n: [1, 2]}\ntags: [x, y]\nsteps:\n  - send: RST\n");
  folder.write("b.scn", passing);
  EXPECT_EQ(run(folder, {"--list", "."}).output, "./a[n=1]\tx,y\n./a[n=2]\tx,y\n./b\t\n");
  EXPECT_FALSE(fs::exists(folder.path() / "captures"));
  EXPECT_EQ(run(folder, {"--list", "a[n=2]", "b"}).output, "a[n=2]\tx,y\nb\t\n")
      << "names are arguments, too";
  folder.write("c.scn", "scenario: [\n");
  EXPECT_EQ(run(folder, {"--list", "."}).exit_code, 2);
}

TEST(Suite, filters_match_names_with_or_without_folders_and_variants) {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "close");
  folder.write("close/half.scn", "scenario: h\nfor: {ip: [4, 6]}\nsteps:\n  - send: RST\n");
  folder.write("close/full.scn", passing);
  folder.write("halfway.scn", passing);
  const auto matching = [&](const std::string& filter) { return listed(folder, {"--filter", filter, "."}); };
  EXPECT_EQ(matching("half"), (Names{"./close/half[ip=4]", "./close/half[ip=6]"}));
  EXPECT_EQ(matching("half*"), (Names{"./close/half[ip=4]", "./close/half[ip=6]", "./halfway"}));
  EXPECT_EQ(matching("*[ip=6]"), (Names{"./close/half[ip=6]"})) << "brackets stand for themselves";
  EXPECT_EQ(matching("close/?ull"), (Names{"./close/full"}));
  EXPECT_EQ(listed(folder, {"--filter", "full", "--filter", "halfway", "."}),
            (Names{"./close/full", "./halfway"}));
  const Ran none = run(folder, {"--filter", "alf", "."});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_EQ(none.output,
            "tcpcraft: no scenario matches --filter 'alf'; --list without them names all there are\n");
}

TEST(Suite, every_scenario_of_the_library_is_in_exactly_one_shard) {
  const TemporaryFolder folder;
  const Names all = listed(folder, {"--slow", library});
  ASSERT_GT(all.size(), 700u);
  for (const int count : {1, 2, 3, 7, 16}) {
    std::multiset<std::string> seen;
    for (int i = 1; i <= count; ++i) {
      const Names part =
          listed(folder, {"--slow", "--shard", std::to_string(i) + "/" + std::to_string(count), library});
      seen.insert(part.begin(), part.end());
    }
    EXPECT_EQ(seen, std::multiset<std::string>(all.begin(), all.end())) << count << " shards";
  }
}

std::function<void()> with(const std::map<std::string, std::string>& variables) {
  return [variables] {
    for (const auto& [name, value] : variables) ::setenv(name.c_str(), value.c_str(), 1);
  };
}

std::map<std::string, std::string> array(const char* id, const char* min, const char* max, const char* count,
                                         const char* step) {
  return {{"SLURM_ARRAY_TASK_ID", id},
          {"SLURM_ARRAY_TASK_MIN", min},
          {"SLURM_ARRAY_TASK_MAX", max},
          {"SLURM_ARRAY_TASK_COUNT", count},
          {"SLURM_ARRAY_TASK_STEP", step}};
}

TEST(Suite, the_environment_of_a_test_runner_says_which_shard) {
  const TemporaryFolder folder;
  for (char name = 'a'; name <= 'f'; ++name) folder.write(std::string(1, name) + ".scn", passing);
  const Names second = listed(folder, {"--shard", "2/3", "."});
  EXPECT_EQ(second, (Names{"./b", "./e"}));
  const fs::path status = folder.path() / "status";
  const std::map<std::string, std::string> bazel{
      {"TEST_TOTAL_SHARDS", "3"}, {"TEST_SHARD_INDEX", "1"}, {"TEST_SHARD_STATUS_FILE", status.string()}};
  EXPECT_EQ(listed(folder, {"."}, with(bazel)), second);
  EXPECT_TRUE(fs::exists(status));
  EXPECT_EQ(listed(folder, {"."}, with(array("1", "0", "2", "3", "1"))), second);
  EXPECT_EQ(listed(folder, {"."}, with(array("14", "10", "18", "3", "4"))), second);
  EXPECT_EQ(listed(folder, {"--shard", "1/1", "."}, with(bazel)).size(), 6u) << "the option wins";
}

TEST(Suite, what_cannot_be_a_shard_is_refused_by_name) {
  const TemporaryFolder folder;
  folder.write("a.scn", passing);
  const auto refusal = [&](const std::vector<std::string>& words,
                           const std::map<std::string, std::string>& variables) {
    const Ran ran = run(folder, words, with(variables));
    EXPECT_EQ(ran.exit_code, 2) << ran.output;
    return ran.output;
  };
  for (const std::string shard : {"0/2", "3/2", "2", "1/0", "a/b", "1/2/3", "-1/2"})
    EXPECT_TRUE(contains(refusal({"--shard", shard, "a.scn"}, {}), "--shard '" + shard + "'")) << shard;
  EXPECT_TRUE(contains(refusal({"a"}, {{"TEST_TOTAL_SHARDS", "2"}}), "TEST_SHARD_INDEX"));
  EXPECT_TRUE(contains(refusal({"a"}, {{"TEST_TOTAL_SHARDS", "2"}, {"TEST_SHARD_INDEX", "2"}}),
                       "TEST_SHARD_INDEX=2"));
  EXPECT_TRUE(contains(refusal({"a"}, {{"TEST_TOTAL_SHARDS", "x"}}), "TEST_TOTAL_SHARDS='x'"));
  EXPECT_TRUE(contains(refusal({"a"}, {{"SLURM_ARRAY_TASK_ID", "2"}}), "SLURM_ARRAY_TASK_MIN"));
  EXPECT_TRUE(contains(refusal({"a"}, array("3", "1", "7", "3", "1")), "SLURM_ARRAY_TASK_ID=3"))
      << "1,3,7: which part is which is not told";
}

TEST(Suite, the_header_says_which_shard_and_why) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("a.scn", passing);
  folder.write("b.scn", passing);
  EXPECT_TRUE(contains(run(folder, {"--shard", "2/2", "."}).output, "1 scenario · shard 2 of 2 (--shard) ·"));
  EXPECT_TRUE(contains(run(folder, {"."}, with(array("5", "5", "6", "2", "1"))).output,
                       " · shard 1 of 2 (SLURM_ARRAY_TASK_ID) ·"));
  const Ran empty = run(folder, {"--shard", "3/3", "."});
  EXPECT_EQ(empty.exit_code, 0) << "there can be more shards than scenarios";
  EXPECT_TRUE(contains(empty.output, "0 scenarios: 0 passed")) << empty.output;
}

TEST(Suite, options_that_contradict_each_other_are_refused_by_name) {
  const TemporaryFolder folder;
  folder.write("a.scn", passing);
  const std::vector<Names> contradictions{{"--until-fail", "--repeat=2"},  {"--until-fail", "--retry=2"},
                                          {"--until-fail", "--fail-fast"}, {"--list", "--until-fail"},
                                          {"--list", "--retry=1"},         {"--update", "--shard=1/2"},
                                          {"--update", "--repeat=2"}};
  for (Names words : contradictions) {
    words.push_back("a.scn");
    const Ran ran = run(folder, words);
    EXPECT_EQ(ran.exit_code, 2);
    for (int i : {0, 1})
      EXPECT_TRUE(contains(ran.output, words[i].substr(0, words[i].find('=')))) << words[i] << ran.output;
  }
  for (const std::string wrong : {"--retry=0", "--retry=x", "--repeat=0", "--timeout=5", "--timeout=0s"})
    EXPECT_EQ(run(folder, {wrong, "a.scn"}).exit_code, 2) << wrong;
}

TEST(Suite, fail_fast_starts_no_more_and_says_what_was_not_run) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("a.scn", failing);
  folder.write("b.scn", passing);
  folder.write("c.scn", passing);
  const Ran ran = run(folder, {"-q", "-j", "1", "--fail-fast", "."});
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_TRUE(contains(ran.output, "not run:\n  ./b\n  ./c\n")) << ran.output;
  EXPECT_TRUE(contains(ran.output, "3 scenarios: 0 passed, 1 failed, 2 not run")) << ran.output;
}

TEST(Suite, a_repetition_has_its_own_seed_and_capture) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("a.scn", failing);
  const Ran ran = run(folder, {"-q", "--repeat", "3", "--seed", "7", "a.scn"});
  EXPECT_EQ(ran.exit_code, 1);
  for (const std::string seed : {"7", "8", "9"})
    EXPECT_TRUE(contains(ran.output, "tcpcraft run -v --seed " + seed + " a.scn")) << ran.output;
  for (const std::string number : {"#1", "#2", "#3"})
    EXPECT_TRUE(contains(ran.output, "] a " + number + "\n"));
  for (const char* capture : {"a.pcap", "a-2.pcap", "a-3.pcap"})
    EXPECT_EQ(packets_in(folder.path() / "captures" / capture), 2) << capture;
}

TEST(Suite, until_fail_stops_at_the_round_that_fails_and_names_it) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("a.scn", failing);
  folder.write("b.scn", passing);
  const Ran ran = run(folder, {"--until-fail", "."});
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_TRUE(contains(ran.output, "round 1: 2 scenarios: ")) << ran.output;

  Process process(folder.path(), {"run", "--until-fail", "b.scn"});
  ASSERT_TRUE(process.wait_for("round 3: 1 scenario: 1 passed")) << process.output;
  process.signal(SIGINT);
  EXPECT_EQ(process.finish(), 128 + SIGINT);
  EXPECT_FALSE(contains(process.output, "PASS")) << "a line for each round is enough";
}

TEST(Suite, what_fails_every_time_is_no_flake) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("a.scn", failing);
  folder.write("b.scn", passing);
  for (const Names& words : {Names{"a.scn"}, Names{"a.scn", "b.scn"}}) {
    Names all{"-q", "--retry", "2"};
    all.insert(all.end(), words.begin(), words.end());
    const Ran ran = run(folder, all);
    EXPECT_EQ(ran.exit_code, 1);
    std::size_t frames = 0;
    for (const std::string& line : lines(ran.output)) frames += line.starts_with("error: ");
    EXPECT_EQ(frames, 3u) << ran.output;
    EXPECT_FALSE(contains(ran.output, "flaky"));
  }
}

/// On the host's loopback, where somebody listens after the first failure.
TEST(Suite, what_passes_in_the_end_is_called_flaky) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs a listener on the host's loopback";
  const TemporaryFolder folder;
  folder.write("a.scn",
               "scenario: a\nkernel: {app: external, address: '127.0.0.1:29871'}\nsteps:\n"
               "  - send: SYN\n  - expect: SYN-ACK\n");
  Process process(folder.path(), {"run", "--net", "host", "--retry", "1000", "a.scn"});
  ASSERT_TRUE(process.wait_for("error: ")) << process.output;
  Process server(folder.path(), {"serve", "--address", "127.0.0.1:29871"});
  EXPECT_EQ(process.finish(), 0) << process.output;
  EXPECT_TRUE(contains(process.output, "FLAKY")) << process.output;
  EXPECT_TRUE(contains(process.output, "1 scenario: 1 passed (1 flaky)")) << process.output;
}

TEST(Suite, a_timeout_ends_one_scenario_and_not_the_others) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("a.scn", "scenario: a\nsteps:\n  - use: handshake\n  - wait: 600s\n");
  folder.write("b.scn", passing);
  const Ran ran = run(folder, {"-q", "--timeout", "5s", "a.scn", "b.scn"});
  EXPECT_EQ(ran.exit_code, 3);
  EXPECT_TRUE(contains(ran.output, "a: no verdict within 5s\n")) << ran.output;
  EXPECT_TRUE(contains(ran.output, "2 scenarios: 1 passed, 1 error")) << ran.output;
  EXPECT_EQ(packets_in(folder.path() / "captures/a.pcap"), 3);
  const Ran alone = run(folder, {"-q", "--timeout", "50ms", "a.scn"});
  EXPECT_TRUE(contains(alone.output, "a: no verdict within 50ms\n")) << alone.output;
}

TEST(Suite, the_order_follows_the_names_and_the_seed) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  for (char name = 'a'; name <= 'h'; ++name)
    folder.write(std::string(1, name) + ".scn",
                 "scenario: s\nsteps:\n  - wait: " + std::to_string(('h' - name) % 3) + "ms\n");
  const std::string first = normalized(run(folder, {"-q", "-j", "3", "--seed", "5", "."}).output);
  for (int again = 0; again < 5; ++again)
    EXPECT_EQ(normalized(run(folder, {"-q", "-j", "8", "--seed", "5", "."}).output), first);
}

TEST(Suite, a_terminal_shows_how_far_it_is) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const std::string name = "a_very_long_name_that_no_terminal_has_room_for";
  folder.write(name + ".scn", "scenario: a\nsteps:\n  - use: handshake\n  - wait: 600ms\n");
  folder.write("b.scn", passing);
  const std::vector<std::string> words{"run", "--color", "never", "-q", "."};
  const std::string output = on_a_terminal(folder.path(), words);
  const auto status =
      find_pattern(output, "\r\033\\[K(\\d/2; [12] running, longest \\d+\\.\\d s [^\r]*)\r\033\\[K");
  ASSERT_FALSE(status.empty()) << output;
  EXPECT_LE(status[1].length(), 39u);
  const std::size_t last = output.rfind("\033[K");
  EXPECT_TRUE(contains(output.substr(last), "2 scenarios: 2 passed")) << "erased before the end";
  EXPECT_EQ(output.substr(last).find("running"), std::string::npos);
  EXPECT_FALSE(contains(on_a_terminal(folder.path(), words, "dumb"), "running"));
  EXPECT_FALSE(contains(run(folder, {"-q", "."}).output, "running")) << "no terminal";
}

}  // namespace
}  // namespace tcpcraft::cli_test
