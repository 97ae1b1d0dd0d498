#include <algorithm>

#include <gtest/gtest.h>

#include <tcpcraft/results/tap.hpp>
#include <tcpcraft/results/text.hpp>

#include "fixture.hpp"
#include "foreign.hpp"

namespace tcpcraft::results {
namespace {

using engine::Verdict;
using nlohmann::json;

constexpr const char* perl = "perl -MTAP::Parser -MJSON::PP -e 1";

json parsed_tap(const std::string& text) {
  const ForeignFile file(text);
  return json_of("perl " + beside("tap.pl") + " " + file.path());
}

/// As TAP::Parser hands a description on: with its escapes.
std::string escaped(const std::string& text) {
  std::string result = "- ";
  for (const char c : one_line(text)) result += (c == '\\' || c == '#' ? "\\" : "") + std::string(1, c);
  return result;
}

std::string spaced(std::string text) {
  std::replace(text.begin(), text.end(), '\t', ' ');
  return text;
}

TEST(Tap, tells_of_each_verdict) {
  EXPECT_EQ(
      written(tap_writer, {plain_record("a", Verdict::pass), plain_record("b", Verdict::skip, "no TUN here"),
                           plain_record("c", Verdict::error, "the scenario is invalid")}),
      "TAP version 14\n"
      "1..3\n"
      "# tcpcraft 0.1.0, Linux 6.18.0, private network namespace, seed 18446744073709551615\n"
      "ok 1 - a: A title\n"
      "ok 2 - b: A title # SKIP no TUN here\n"
      "not ok 3 - c: A title\n"
      "  ---\n"
      "  message: \"the scenario is invalid\"\n"
      "  severity: \"error\"\n"
      "  at:\n"
      "    file: \"c.scn\"\n"
      "  duration_us: 400\n"
      "  ...\n");
}

TEST(Tap, says_what_is_wrong_with_a_scenario) {
  Record record = plain_record("c", Verdict::error, "the scenario is invalid");
  record.complaints = "c.scn:1:1: error: the key 'steps' is missing\n  |\n";
  EXPECT_NE(written(tap_writer, {record})
                .find("  report: |\n    c.scn:1:1: error: the key 'steps' is missing\n      |\n  ...\n"),
            std::string::npos);
}

TEST(Tap, of_version_13_is_the_same_but_for_the_number) {
  const std::vector<Record> records{failed_record("a/b")};
  std::string text = written(tap_writer, records);
  text.replace(text.find("14"), 2, "13");
  EXPECT_EQ(written(tap_13_writer, records), text);
}

TEST(Tap, is_read_by_another_parser) {
  REQUIRE_PROGRAM(perl);
  const json tap = parsed_tap(written(tap_13_writer, {plain_record("a", Verdict::pass), failed_record("x/y"),
                                                      plain_record("s", Verdict::skip, "why")}));
  EXPECT_EQ(tap["errors"], json::array());
  EXPECT_EQ(tap["unknown"], json::array());
  EXPECT_TRUE(tap["good"].get<bool>());
  ASSERT_EQ(tap["tests"].size(), 3u);
  EXPECT_EQ(tap["tests"][2]["directive"], "SKIP");
  EXPECT_EQ(tap["tests"][2]["explanation"], "why");
  const json& failed = tap["tests"][1];
  EXPECT_FALSE(failed["ok"].get<bool>());
  EXPECT_EQ(failed["yaml"]["at"]["line"], "6");
  EXPECT_EQ(failed["yaml"]["received"], "RST-ACK seq=0 ack=1");
  EXPECT_EQ(failed["yaml"]["kernel_state"], "CLOSED");
  EXPECT_EQ(failed["yaml"]["report"], failed_record("x/y").failure->text);
}

TEST(Tap, holds_any_bytes) {
  REQUIRE_PROGRAM(perl);
  Record skipped = hostile_record();
  skipped.verdict = Verdict::skip;
  skipped.reason = hostile;
  const json tap = parsed_tap(written(tap_13_writer, {hostile_record(), skipped}));
  EXPECT_EQ(tap["errors"], json::array());
  EXPECT_EQ(tap["unknown"], json::array());
  EXPECT_EQ(tap["bailouts"], json::array());
  ASSERT_EQ(tap["tests"].size(), 2u);
  const json& failed = tap["tests"][0];
  EXPECT_EQ(failed["directive"], "");
  EXPECT_EQ(failed["description"], escaped(hostile + "[ip=6]: " + hostile));
  EXPECT_EQ(failed["yaml"]["message"], visible(hostile));
  EXPECT_EQ(failed["yaml"]["report"], spaced(visible(hostile)) + "\n");
  EXPECT_EQ(tap["tests"][1]["directive"], "SKIP");
  EXPECT_EQ(tap["tests"][1]["explanation"], one_line(hostile));
}

TEST(Tap, a_report_that_begins_with_a_space_is_read_as_it_is) {
  REQUIRE_PROGRAM(perl);
  Record record = failed_record("x");
  record.failure->text = "  two spaces\nnone";
  EXPECT_EQ(parsed_tap(written(tap_13_writer, {record}))["tests"][0]["yaml"]["report"], record.failure->text);
}

TEST(Tap, of_an_interrupted_run_does_not_keep_its_plan) {
  REQUIRE_PROGRAM(perl);
  const std::string text = written(tap_13_writer, {plain_record("a", Verdict::pass)},
                                   {std::chrono::milliseconds(1), {"b", "c\nok 2"}, ""});
  EXPECT_NE(text.find("# not run: b\n"), text.npos);
  const json tap = parsed_tap(text);
  EXPECT_EQ(tap["plan"], "3");
  EXPECT_EQ(tap["tests"].size(), 1u);
  EXPECT_FALSE(tap["good"].get<bool>());
  EXPECT_EQ(tap["bailouts"], json::array());
}

TEST(Tap, bails_out_where_nothing_can_run) {
  REQUIRE_PROGRAM(perl);
  const json tap =
      parsed_tap(written(tap_13_writer, {}, {std::chrono::milliseconds(1), {"a"}, "no\nnamespaces"}));
  EXPECT_EQ(tap["bailouts"], json::array({"no\\nnamespaces"}));
}

TEST(Tap, of_no_scenarios_is_a_skip) {
  REQUIRE_PROGRAM(perl);
  const json tap = parsed_tap(written(tap_13_writer, {}));
  EXPECT_EQ(tap["errors"], json::array());
  EXPECT_TRUE(tap["good"].get<bool>());
}

}  // namespace
}  // namespace tcpcraft::results
