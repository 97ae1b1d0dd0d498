#pragma once

// Scenarios as GoogleTest assertions:
//
//   EXPECT_SCENARIO("close/half_close.scn");   // ASSERT_SCENARIO ends the test where it fails
//   EXPECT_SCENARIO_TEXT(R"(scenario: ...)");  // ASSERT_SCENARIO_TEXT
//
// Each variant is played in a process and a network of its own. A failure names the line of the scenario.
// Where all are skipped, the test is, too.
//
// A relative path is looked for in the folders of the environment variable TCPCRAFT_SCENARIOS, in that of the
// compile definition TCPCRAFT_SCENARIOS_DIR where there is one, in the working directory, and among the
// scenarios that come with tcpcraft.

#include <cctype>
#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tcpcraft/testing/play.hpp>

#ifndef TCPCRAFT_SCENARIOS_DIR
#define TCPCRAFT_SCENARIOS_DIR ""
#endif
#ifndef TCPCRAFT_BUNDLED_SCENARIOS
#define TCPCRAFT_BUNDLED_SCENARIOS ""
#endif

namespace tcpcraft::testing {

enum class Severity { nonfatal, fatal };

/// Makes GoogleTest's failures and skips of what was played, at the lines of the scenario, else at `file` and
/// `line`. Returns whether all that was played passed, and something was.
inline bool judge(const std::vector<Played>& all, Severity severity, const char* file, int line) {
  std::string skips;
  std::size_t skipped = 0, failed = 0;
  for (const Played& one : all) {
    const std::string text = one.name + "\n" + one.text;
    const bool placed = one.line != 0 && one.file != "EXPECT_SCENARIO_TEXT";
    const char* where = placed ? one.file.c_str() : file;
    const int at = placed ? static_cast<int>(one.line) : line;
    if (one.verdict == engine::Verdict::pass) continue;
    if (one.verdict == engine::Verdict::skip) {
      ++skipped;
      skips += text + "\n";
    } else if (++failed; severity == Severity::fatal) {
      [&] { GTEST_FAIL_AT(where, at) << text; }();
    } else {
      ADD_FAILURE_AT(where, at) << text;
    }
  }
  if (skipped == all.size()) [&] { GTEST_SKIP() << skips; }();
  return failed == 0 && skipped < all.size();
}

/// Names the tests of INSTANTIATE_TEST_SUITE_P after their scenarios: `close_half_close`.
inline std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param.substr(0, info.param.rfind(".scn"));
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}

}  // namespace tcpcraft::testing

#define TCPCRAFT_OPTIONS_                                             \
  ::tcpcraft::testing::Options {                                      \
    {TCPCRAFT_SCENARIOS_DIR, ".", TCPCRAFT_BUNDLED_SCENARIOS}, {}, {} \
  }
#define TCPCRAFT_JUDGE_(played, severity) \
  ::tcpcraft::testing::judge(played, ::tcpcraft::testing::Severity::severity, __FILE__, __LINE__)
#define TCPCRAFT_PLAY_(path) ::tcpcraft::testing::play(path, TCPCRAFT_OPTIONS_)
#define TCPCRAFT_PLAY_TEXT_(text) \
  ::tcpcraft::testing::play_text(text, "EXPECT_SCENARIO_TEXT", TCPCRAFT_OPTIONS_)

/// The scenarios of a folder, for INSTANTIATE_TEST_SUITE_P.
#define SCENARIOS_IN(folder) ::testing::ValuesIn(::tcpcraft::testing::scenarios_in(folder, TCPCRAFT_OPTIONS_))

// The trace tells where in the test it was.
#define EXPECT_SCENARIO(path)                        \
  do {                                               \
    SCOPED_TRACE("EXPECT_SCENARIO(" #path ")");      \
    TCPCRAFT_JUDGE_(TCPCRAFT_PLAY_(path), nonfatal); \
  } while (false)
#define ASSERT_SCENARIO(path)                                  \
  do {                                                         \
    SCOPED_TRACE("ASSERT_SCENARIO(" #path ")");                \
    if (!TCPCRAFT_JUDGE_(TCPCRAFT_PLAY_(path), fatal)) return; \
  } while (false)
#define EXPECT_SCENARIO_TEXT(text) TCPCRAFT_JUDGE_(TCPCRAFT_PLAY_TEXT_(text), nonfatal)
#define ASSERT_SCENARIO_TEXT(text)                                  \
  do {                                                              \
    if (!TCPCRAFT_JUDGE_(TCPCRAFT_PLAY_TEXT_(text), fatal)) return; \
  } while (false)
