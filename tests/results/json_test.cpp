#include <gtest/gtest.h>

#include <tcpcraft/results/json.hpp>
#include <tcpcraft/results/text.hpp>

#include "fixture.hpp"
#include "foreign.hpp"

namespace tcpcraft::results {
namespace {

std::string replaced(std::string text, const std::string& old, const std::string& with) {
  const std::size_t at = text.find(old);
  EXPECT_NE(at, text.npos) << old;
  return at == text.npos ? text : text.replace(at, old.size(), with);
}

std::string error_of(const std::string& text) {
  const ReadReport read = read_report_json(text, "r.json");
  EXPECT_FALSE(read.report);
  return read.error;
}

const std::string report =
    written(json_writer, {failed_record("a/b"), plain_record("c", engine::Verdict::pass)},
            {std::chrono::milliseconds(12), {"d", "e"}, ""});

TEST(RecordJson, is_one_line_and_reads_as_what_was_written) {
  const std::string text = format_record_json(failed_record("a/b"));
  EXPECT_EQ(text.find('\n'), text.npos);
  const std::optional<Record> record = read_record_json(text);
  ASSERT_TRUE(record);
  EXPECT_EQ(format_record_json(*record), text);
  EXPECT_EQ(record->name, "a/b[ip=6]");
  EXPECT_EQ(record->took, std::chrono::microseconds(1500));
  EXPECT_EQ(record->attempts, 2u);
  ASSERT_EQ(record->events.size(), 4u);
  EXPECT_EQ(record->events[1].from, engine::Party::kernel);
  EXPECT_EQ(record->events[1].step, 1u);
  EXPECT_TRUE(record->events[1].failed);
  EXPECT_EQ(record->events[0].rule->says, "a SYN opens");
  EXPECT_EQ(record->events[2].length, std::chrono::microseconds(7));
  ASSERT_TRUE(record->failure);
  EXPECT_EQ(record->failure->column, 13u);
  EXPECT_EQ(record->steps[2].outcome, Step::Outcome::not_reached);
}

TEST(RecordJson, leaves_out_what_is_empty) {
  EXPECT_EQ(
      format_record_json(plain_record("c", engine::Verdict::pass)),
      R"({"name":"c","file":"c.scn","title":"A title","verdict":"pass","took_ns":400000,"attempts":1})");
}

TEST(RecordJson, holds_any_bytes) {
  const std::optional<Record> record = read_record_json(format_record_json(hostile_record()));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->title, valid_utf8(hostile));
  EXPECT_NE(record->title.find("\\xff\\xc3( \\xed\\xa0\\x80"), std::string::npos) << record->title;
  EXPECT_EQ(record->events[0].rule->name, valid_utf8(hostile));
}

TEST(RecordJson, is_nothing_where_it_is_something_else) {
  for (const char* text : {"", "{", "[]", "{}", "null", R"({"name":1})"})
    EXPECT_FALSE(read_record_json(text)) << text;
}

TEST(ReportJson, reads_as_what_was_written) {
  const ReadReport read = read_report_json(report, "r.json");
  ASSERT_TRUE(read.report) << read.error;
  EXPECT_EQ(read.report->info.seed, 18446744073709551615u);
  EXPECT_EQ(read.report->info.shard.number, 2u);
  EXPECT_EQ(read.report->info.started, 1790000000);
  ASSERT_EQ(read.report->records.size(), 2u);
  EXPECT_EQ(format_record_json(read.report->records[0]), format_record_json(failed_record("a/b")));
  EXPECT_EQ(read.report->end.not_run, (std::vector<std::string>{"d", "e"}));
  EXPECT_EQ(read.report->end.took, std::chrono::milliseconds(12));
}

TEST(ReportJson, has_a_summary_of_the_verdicts) {
  EXPECT_NE(report.find(R"("summary":{"pass":1,"fail":1,"error":0,"skip":0,"inconclusive":0,)"), report.npos)
      << report;
}

TEST(ReportJson, obeys_the_schema) {
  const ForeignFile whole(report), hurt(written(json_writer, {hostile_record()})),
      nothing(written(json_writer, {}, {std::chrono::milliseconds(1), {}, "no namespaces"}));
  const Output checked = output_of("python3 " + beside("schema.py") + " " TCPCRAFT_SOURCE_DIR " " +
                                   whole.path() + " " + hurt.path() + " " + nothing.path());
  if (checked.text.starts_with("SKIP")) GTEST_SKIP() << checked.text;
  EXPECT_EQ(checked.status, 0) << checked.text;
}

TEST(ReportJson, of_no_results_is_whole) {
  EXPECT_TRUE(read_report_json(written(json_writer, {}), "r.json").report);
}

TEST(ReportJson, that_was_cut_off_anywhere_says_so) {
  EXPECT_EQ(error_of(""),
            "r.json: the file is empty: the run that was to write it has not begun, or was killed");
  for (std::size_t length = 1; length + 2 < report.size(); ++length)
    EXPECT_NE(error_of(report.substr(0, length)).find("the file ends here, and is not whole"),
              std::string::npos)
        << length << error_of(report.substr(0, length));
}

TEST(ReportJson, says_what_is_wrong_and_where) {
  EXPECT_EQ(error_of(replaced(report, "\"version\":1", "\"version\":2")),
            "r.json: version: version 2 is not known to this tcpcraft, only 1 is");
  EXPECT_EQ(error_of(replaced(report, "tcpcraft-results", "tcpcraft-matrix")),
            "r.json: format: 'tcpcraft-matrix' is not 'tcpcraft-results'");
  EXPECT_EQ(error_of(replaced(report, "\"verdict\":\"pass\"", "\"verdict\":\"PASS\"")),
            "r.json: results[1].verdict: \"PASS\" is not known");
  EXPECT_EQ(error_of(replaced(report, "\"at_ns\":10000", "\"at_ns\":0.5")),
            "r.json: results[0].events[0].at_ns: this is number, and a whole number is expected");
  EXPECT_EQ(error_of(replaced(report, "\"attempts\":2", "\"attempts\":-2")),
            "r.json: results[0].attempts: -2 is not between 0 and 18446744073709551615");
  EXPECT_EQ(error_of(replaced(report, "\"seed\":18446744073709551615,", "")),
            "r.json: run: \"seed\" is missing");
  EXPECT_EQ(error_of("[]"), "r.json: this is array, and an object is expected");
  EXPECT_EQ(error_of("{\n \"format\": tcpcraft}").substr(0, 29), "r.json:2:13: this is not JSON");
}

TEST(ReportJson, passes_over_keys_that_it_does_not_know) {
  EXPECT_TRUE(read_report_json(replaced(report, "\"seed\"", "\"color\":[{}],\"seed\""), "r.json").report);
}

}  // namespace
}  // namespace tcpcraft::results
