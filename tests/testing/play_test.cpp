#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <tcpcraft/testing/gtest.hpp>

namespace {

namespace fs = std::filesystem;
namespace tt = tcpcraft::testing;
using tcpcraft::engine::Verdict;

constexpr const char* answered =
    "scenario: A SYN is answered\nsteps:\n  - send:   SYN\n  - expect: SYN-ACK\n";
constexpr const char* wrong = "scenario: Wrong\nsteps:\n  - send:   SYN\n  - expect: SYN-ACK ack=2\n";
constexpr const char* impossible =
    "scenario: Tomorrow\nrequires: [kernel >= 99]\nsteps:\n  - send:   SYN\n  - expect: SYN-ACK\n";

/// A folder with scenarios, gone with the test. Skips where no private network can be made.
class Play : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "tcpcraft-play-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    options_.folders = {folder_.string()};
    const auto first = tt::play_text(answered);
    if (first.at(0).verdict == Verdict::skip) GTEST_SKIP() << first.at(0).text;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }

  fs::path folder_;
  tt::Options options_;
};

TEST_F(Play, tells_of_every_variant) {
  write("two.scn", std::string("scenario: Two ${ip}\nfor: {ip: ['127.0.0.1:9877', '[::1]:9877']}\n") +
                       "kernel: {address: '${ip}'}\nsteps:\n  - send:   SYN\n  - expect: SYN-ACK\n");
  const auto all = tt::play("two.scn", options_);
  ASSERT_EQ(all.size(), 2u);
  for (const tt::Played& one : all) EXPECT_EQ(one.verdict, Verdict::pass) << one.text;
  EXPECT_EQ(all[0].name, "two.scn[ip=127.0.0.1:9877]");
  EXPECT_EQ(all[0].file, (folder_ / "two.scn").string());

  const auto chosen = tt::play("two.scn[ip=[::1]:9877]", options_);
  ASSERT_EQ(chosen.size(), 1u);
  EXPECT_EQ(chosen[0].name, "two.scn[ip=[::1]:9877]");
  EXPECT_EQ(tt::play("two.scn[ip=3]", options_).at(0).verdict, Verdict::error);
}

TEST_F(Play, a_failure_has_its_line_and_its_frame) {
  const std::string path = write("deep/wrong.scn", wrong);
  options_.seed = 7;
  const tt::Played played = tt::play("deep/wrong.scn", options_).at(0);
  EXPECT_EQ(played.verdict, Verdict::fail);
  EXPECT_EQ(played.line, 4u);
  EXPECT_NE(played.text.find("--> " + path + ":4:21"), std::string::npos) << played.text;
  EXPECT_NE(played.text.find("received ack=1"), std::string::npos) << played.text;
  EXPECT_NE(played.text.find("tcpcraft run -v --seed 7 '" + path + "'"), std::string::npos) << played.text;
}

TEST_F(Play, what_cannot_be_read_is_an_error_with_its_line) {
  const std::string path = write("bad.scn", "scenario: Bad\nsteps:\n  - sned: SYN\n");
  const tt::Played bad = tt::play("bad.scn", options_).at(0);
  EXPECT_EQ(bad.verdict, Verdict::error);
  EXPECT_EQ(bad.line, 3u);
  EXPECT_NE(bad.text.find("sned"), std::string::npos) << bad.text;
  const tt::Played missing = tt::play("missing.scn", options_).at(0);
  EXPECT_EQ(missing.verdict, Verdict::error);
  EXPECT_NE(missing.text.find(folder_.string()), std::string::npos) << missing.text;
  EXPECT_EQ(tt::play(folder_.string(), options_).at(0).verdict, Verdict::error);
}

TEST_F(Play, the_environment_comes_before_the_folders) {
  const std::string first = write("first/same.scn", answered);
  const std::string second = write("second/same.scn", answered);
  options_.folders = {(folder_ / "second").string()};
  EXPECT_EQ(tt::play("same.scn", options_).at(0).file, second);
  ::setenv("TCPCRAFT_SCENARIOS", ("/nowhere:" + (folder_ / "first").string()).c_str(), 1);
  EXPECT_EQ(tt::play("same.scn", options_).at(0).file, first);
  ::unsetenv("TCPCRAFT_SCENARIOS");
}

TEST_F(Play, lists_a_folder_as_play_finds_it) {
  write("topic/b.scn", answered);
  write("topic/a/c.scn", answered);
  write("topic/notes.txt", "");
  EXPECT_EQ(tt::scenarios_in("topic", options_), (std::vector<std::string>{"topic/a/c.scn", "topic/b.scn"}));
  EXPECT_TRUE(tt::scenarios_in("nothing", options_).empty());
}

TEST_F(Play, writes_captures_where_they_are_asked_for) {
  write("a.scn", answered);
  options_.captures = (folder_ / "captures").string();
  EXPECT_EQ(tt::play("a.scn", options_).at(0).verdict, Verdict::pass);
  EXPECT_TRUE(fs::exists(folder_ / "captures/a.scn.pcap"));
}

/// Threads that allocate, so that one of them is likely to hold malloc's lock when the process forks.
TEST_F(Play, in_a_program_with_several_threads) {
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&stop] {
      while (!stop) delete[] new char[1000];
    });
  for (int i = 0; i < 20; ++i) EXPECT_EQ(tt::play_text(answered).at(0).verdict, Verdict::pass);
  stop = true;
  for (std::thread& thread : threads) thread.join();
}

/// What GoogleTest was told while `body` ran.
template <class Body>
std::vector<testing::TestPartResult> told(const Body& body) {
  testing::TestPartResultArray results;
  {
    const testing::ScopedFakeTestPartResultReporter reporter(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    body();
  }
  std::vector<testing::TestPartResult> list;
  for (int i = 0; i < results.size(); ++i) list.push_back(results.GetTestPartResult(i));
  return list;
}

TEST_F(Play, the_assertions_pass) {
  const std::string path = write("a.scn", answered);
  const auto results = told([&] {
    EXPECT_SCENARIO(path);
    ASSERT_SCENARIO(path);
    EXPECT_SCENARIO_TEXT(answered);
    ASSERT_SCENARIO_TEXT(answered);
  });
  EXPECT_TRUE(results.empty());
}

TEST_F(Play, a_failed_expectation_is_at_the_line_of_the_scenario) {
  const std::string path = write("wrong.scn", wrong);
  bool went_on = false;
  const auto results = told([&] {
    EXPECT_SCENARIO(path);
    went_on = true;
  });
  EXPECT_TRUE(went_on);
  ASSERT_EQ(results.size(), 1u);
  const testing::TestPartResult& result = results[0];
  EXPECT_TRUE(result.nonfatally_failed());
  EXPECT_STREQ(result.file_name(), path.c_str());
  EXPECT_EQ(result.line_number(), 4);
  EXPECT_NE(std::string(result.message()).find("received ack=1"), std::string::npos);
  EXPECT_NE(std::string(result.message()).find("EXPECT_SCENARIO(path)"), std::string::npos);
}

TEST_F(Play, a_failed_assertion_ends_the_test) {
  const std::string path = write("wrong.scn", wrong);
  bool went_on = false;
  const auto results = told([&] {
    ASSERT_SCENARIO(path);
    went_on = true;
  });
  EXPECT_FALSE(went_on);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_TRUE(results[0].fatally_failed());
}

TEST_F(Play, a_failed_text_is_at_the_line_of_the_test) {
  const auto results = told([&] { EXPECT_SCENARIO_TEXT(wrong); });
  ASSERT_EQ(results.size(), 1u);
  EXPECT_STREQ(results[0].file_name(), __FILE__);
  EXPECT_NE(std::string(results[0].message()).find("EXPECT_SCENARIO_TEXT:4:21"), std::string::npos);
}

TEST_F(Play, a_skip_says_why) {
  const auto results = told([&] { EXPECT_SCENARIO_TEXT(impossible); });
  ASSERT_EQ(results.size(), 1u);
  EXPECT_TRUE(results[0].skipped());
  EXPECT_NE(std::string(results[0].message()).find("kernel >= 99"), std::string::npos);
}

}  // namespace
