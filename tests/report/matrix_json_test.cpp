#include <utility>

#include <gtest/gtest.h>

#include <tcpcraft/report/matrix_json.hpp>

#include "matrix_fixture.hpp"

namespace tcpcraft::report {
namespace {

using namespace fixture;

std::string error_of(std::string_view text) {
  const ReadMatrix read = read_matrix_json(text, "base.json");
  EXPECT_EQ(read.matrix.has_value(), read.error.empty());
  return read.error;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return at == text.npos ? text : text.replace(at, from.size(), to);
}

const std::string& valid() {
  static const std::string text = format_matrix_json(small());
  return text;
}

TEST(MatrixJson, is_a_head_and_a_line_for_each_cell) {
  MatrixResult result = small();
  result.cells = {result.cells[5], result.cells[10]};
  EXPECT_EQ(
      format_matrix_json(result),
      R"({"format":"tcpcraft-matrix","version":1,
"kernel":"Linux 6.18.44",
"link":"loopback",
"profile":"linux",
"rate_limits":false,
"cells":[
{"state":"ESTABLISHED","class":"rst_edge","family":"IPv4","injected":"SEQ=RCV.NXT+RCV.WND CTL=RST LEN=0",)"
      R"("verdict":"deviation","deviations":["D01"],"allowed":[{"reply":"nothing","state":"ESTABLISHED",)"
      R"("rule":"synchronized.seq.drop","section":"RFC 9293 3.10.7.4"}],)"
      R"("observed":{"reply":"ACK seq=SND.NXT ack=RCV.NXT","state":"ESTABLISHED"},)"
      R"("differences":["reply: ACK, not nothing"]},
{"state":"ESTABLISHED/zwin","class":"data_tooold","family":"IPv4",)"
      R"("injected":"SEQ=RCV.NXT ACK=SND.UNA-MAX.SND.WND-1 CTL=PSH-ACK LEN=4","verdict":"inconclusive",)"
      R"("deviations":[],"allowed":[],"observed":null,"differences":[],"reason":"the barrier was lost"}
]}
)");
}

TEST(MatrixJson, is_read_back_as_it_was) {
  const ReadMatrix read = read_matrix_json(valid(), "base.json");
  ASSERT_TRUE(read.matrix) << read.error;
  EXPECT_EQ(*read.matrix, record(small()));
}

TEST(MatrixJson, of_no_cells_is_read_back) {
  const RecordedMatrix none{"k", "l", "p", true, {}};
  const ReadMatrix read = read_matrix_json(format_matrix_json(none), "base.json");
  ASSERT_TRUE(read.matrix) << read.error;
  EXPECT_EQ(*read.matrix, none);
}

TEST(MatrixJson, carries_hostile_strings) {
  MatrixResult result = small();
  const std::string hostile = "\"]}\\\n</script>\x1b[2J\x7f\xe2\x80\xae";
  result.kernel = result.link = hostile;
  result.cells[0].observed = hostile;
  result.cells[0].differences = {hostile, ""};
  const ReadMatrix read = read_matrix_json(format_matrix_json(result), "base.json");
  ASSERT_TRUE(read.matrix) << read.error;
  EXPECT_EQ(read.matrix->kernel, hostile);
  EXPECT_EQ(*read.matrix, record(result));
}

TEST(MatrixJson, replaces_broken_utf8) {
  MatrixResult result = small();
  result.kernel = "Linux \xff\xc3";
  const ReadMatrix read = read_matrix_json(format_matrix_json(result), "base.json");
  ASSERT_TRUE(read.matrix) << read.error;
  EXPECT_EQ(read.matrix->kernel, "Linux \xef\xbf\xbd\xef\xbf\xbd");
}

TEST(MatrixJson, passes_over_keys_that_it_does_not_know) {
  const std::string text = replaced(valid(), R"("link":)", R"("new":{"a":[1,null]},"link":)");
  EXPECT_TRUE(read_matrix_json(text, "base.json").matrix);
}

TEST(MatrixJson, an_error_in_the_text_names_file_line_and_column) {
  EXPECT_EQ(error_of(replaced(valid(), R"("link":"loopback",)", R"("link":"loopback";)")),
            "base.json:3:18: this is not JSON: syntax error while parsing object - invalid literal; last "
            "read: '\"loopback\";'; expected '}'");
  EXPECT_EQ(error_of(""),
            "base.json:1:1: this is not JSON: syntax error while parsing value - unexpected end of input; "
            "expected '[', '{', or a literal");
  EXPECT_EQ(error_of(valid() + "x").substr(0, 33), "base.json:30:1: this is not JSON:");
}

TEST(MatrixJson, an_error_in_the_values_names_file_and_key) {
  EXPECT_EQ(error_of("[]"), "base.json: this is array, and an object is expected");
  EXPECT_EQ(error_of("{}"), "base.json: \"format\" is missing");
  EXPECT_EQ(error_of(R"({"format":"pcap"})"), "base.json: format: 'pcap' is not 'tcpcraft-matrix'");
  EXPECT_EQ(error_of(replaced(valid(), R"("version":1)", R"("version":2)")),
            "base.json: version: version 2 is not known, only 1");
  EXPECT_EQ(error_of(replaced(valid(), R"("version":1)", R"("version":"1")")),
            "base.json: version: version \"1\" is not known, only 1");
  EXPECT_EQ(error_of(replaced(valid(), R"("rate_limits":false)", R"("rate_limits":0)")),
            "base.json: rate_limits: this is number, and true or false is expected");
  EXPECT_EQ(error_of(replaced(valid(), R"("verdict":"conforms")", R"("verdict":"fine")")),
            "base.json: cells[0].verdict: unknown verdict 'fine'");
  EXPECT_EQ(error_of(replaced(valid(), R"("family":"IPv6")", R"("family":6)")),
            "base.json: cells[11].family: this is number, and a string is expected");
  EXPECT_EQ(error_of(replaced(valid(), R"("family":"IPv6")", R"("family":"IPv5")")),
            "base.json: cells[11].family: unknown family 'IPv5'");
  EXPECT_EQ(error_of(replaced(valid(), R"("rule":)", R"("rul":)")),
            "base.json: cells[0].allowed[0]: \"rule\" is missing");
  EXPECT_EQ(error_of(replaced(valid(), R"("deviations":["D01"])", R"("deviations":"D01")")),
            "base.json: cells[5].deviations: this is string, and a list is expected");
  EXPECT_EQ(error_of(replaced(valid(), R"("family":"IPv6")", R"("family":"IPv4")")),
            "base.json: cells[11]: LISTEN:syn_exact over IPv4 for a second time");
}

TEST(MatrixJson, an_error_lets_no_control_character_out) {
  const std::string error =
      error_of(replaced(valid(), R"("verdict":"conforms")", R"("verdict":"\u001b[2J\n")"));
  EXPECT_EQ(error, "base.json: cells[0].verdict: unknown verdict '?[2J?'");
  for (const char c : error_of("{\"\x1b\x80\": \xff\n}")) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
}

TEST(MatrixJson, numbers_beyond_all_bounds_and_deep_nesting_are_errors) {
  EXPECT_NE(error_of(replaced(valid(), R"("version":1)", R"("version":1e999)")), "");
  EXPECT_NE(error_of(std::string(200000, '[')), "");
  EXPECT_NE(error_of(std::string(200000, '[') + std::string(200000, ']')), "");
}

/// One cell of each shape, for tests that read it thousands of times.
std::string short_text() {
  MatrixResult result = small();
  result.cells = {result.cells[5], result.cells[10]};
  return format_matrix_json(result);
}

TEST(MatrixJson, no_beginning_of_a_valid_text_is_valid_or_throws) {
  const std::string text = short_text();
  for (std::size_t length = 0; length <= text.find_last_of('}'); ++length)
    ASSERT_NE(error_of(text.substr(0, length)), "") << length;
}

TEST(MatrixJson, no_changed_byte_makes_it_throw) {
  std::string text = short_text();
  for (std::size_t i = 0; i < text.size(); ++i)
    for (const char c : {'\0', '"', '}', '9', '\xff'}) {
      const char old = std::exchange(text[i], c);
      EXPECT_NO_THROW(error_of(text)) << i;
      text[i] = old;
    }
}

}  // namespace
}  // namespace tcpcraft::report
