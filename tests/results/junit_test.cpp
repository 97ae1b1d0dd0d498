#include <gtest/gtest.h>

#include <tcpcraft/results/junit.hpp>
#include <tcpcraft/results/text.hpp>

#include "fixture.hpp"
#include "foreign.hpp"

namespace tcpcraft::results {
namespace {

using engine::Verdict;
using nlohmann::json;

json parsed_junit(const std::string& text) {
  const ForeignFile file(text);
  return json_of("python3 " + beside("junit.py") + " " + file.path());
}

const std::vector<Record> all{plain_record("scenarios/close/a", Verdict::pass),
                              failed_record("scenarios/close/b"),
                              plain_record("scenarios/open/s", Verdict::skip, "no TUN"),
                              plain_record("./alone", Verdict::error, "the scenario is invalid"),
                              plain_record("scenarios/close/late", Verdict::inconclusive, "late")};

TEST(Junit, obeys_the_schema) {
  REQUIRE_PROGRAM("xmllint --version");
  std::vector<Record> records = all;
  records.push_back(hostile_record());
  for (const std::string& text :
       {written(junit_writer, records), written(junit_writer, {}),
        written(junit_writer, all, {std::chrono::milliseconds(1), {"not/run"}, "nothing can run"})}) {
    const ForeignFile file(text);
    const Output output = output_of("xmllint --noout --schema " + beside("junit.xsd") + " " + file.path());
    EXPECT_EQ(output.status, 0) << output.text << text;
  }
}

TEST(Junit, has_a_suite_for_each_folder_and_counts) {
  REQUIRE_PROGRAM("python3 --version");
  const json junit =
      parsed_junit(written(junit_writer, all, {std::chrono::milliseconds(1500), {"x/y[a=/]"}, ""}));
  EXPECT_EQ(
      junit["attributes"],
      (json{{"name", "tcpcraft"}, {"tests", "6"}, {"failures", "1"}, {"errors", "2"}, {"time", "1.500000"}}));
  ASSERT_EQ(junit["suites"].size(), 4u);
  const json& close = junit["suites"][0];
  EXPECT_EQ(close["attributes"]["name"], "scenarios.close");
  EXPECT_EQ(close["attributes"]["tests"], "3");
  EXPECT_EQ(close["attributes"]["errors"], "1");
  EXPECT_EQ(close["attributes"]["timestamp"], "2026-09-21T14:13:20");
  EXPECT_EQ(close["properties"]["kernel"], "Linux 6.18.0");
  const json& failed = close["cases"][1];
  EXPECT_EQ(failed["attributes"], (json{{"name", "b[ip=6]"},
                                        {"classname", "scenarios.close"},
                                        {"file", "scenarios/close/b.scn"},
                                        {"line", "6"},
                                        {"time", "0.001500"}}));
  EXPECT_EQ(failed["children"]["failure"]["attributes"]["message"], "the kernel reset the connection");
  EXPECT_EQ(failed["children"]["failure"]["text"], failed_record("scenarios/close/b").failure->text);
  const std::string trace = failed["children"]["system-out"]["text"];
  EXPECT_NE(trace.find("> 0.000010  kernel  a  RST-ACK seq=0 ack=1\n"), trace.npos) << trace;
  EXPECT_EQ(junit["suites"][1]["cases"][0]["children"]["skipped"]["attributes"]["message"], "no TUN");
  EXPECT_EQ(junit["suites"][2]["attributes"]["name"], "scenarios");
  EXPECT_EQ(junit["suites"][2]["cases"][0]["children"]["error"]["attributes"]["type"], "error");
  EXPECT_EQ(junit["suites"][3]["cases"][0]["attributes"]["name"], "y[a=/]");
  EXPECT_EQ(junit["suites"][3]["cases"][0]["children"]["skipped"]["attributes"]["message"], "not run");
}

TEST(Junit, holds_any_bytes) {
  REQUIRE_PROGRAM("python3 --version");
  const Record record = hostile_record();
  const json junit = parsed_junit(written(junit_writer, {record}));
  const json& failed = junit["suites"][0]["cases"][0];
  EXPECT_EQ(failed["attributes"]["file"], visible(record.file));
  EXPECT_EQ(failed["children"]["failure"]["attributes"]["message"], visible(hostile));
  EXPECT_EQ(failed["children"]["failure"]["text"], visible(hostile));
  EXPECT_EQ(failed["children"].size(), 2u);
}

TEST(Junit, says_where_nothing_can_run) {
  REQUIRE_PROGRAM("python3 --version");
  const json junit =
      parsed_junit(written(junit_writer, {}, {std::chrono::milliseconds(1), {}, "no namespaces"}));
  EXPECT_EQ(junit["attributes"]["errors"], "1");
  EXPECT_EQ(junit["suites"][0]["cases"][0]["children"]["error"]["attributes"]["message"], "no namespaces");
}

}  // namespace
}  // namespace tcpcraft::results
