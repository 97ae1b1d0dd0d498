#include <algorithm>

#include <gtest/gtest.h>

#include <tcpcraft/report/matrix_html.hpp>

#include "matrix_fixture.hpp"

namespace tcpcraft::report {
namespace {

using namespace fixture;

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t number = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++number;
  return number;
}

/// What stands between the first `begin` and the `end` behind it.
std::string between(const std::string& text, std::string_view begin, std::string_view end) {
  const std::size_t at = text.find(begin);
  if (at == text.npos) return "";
  const std::size_t start = at + begin.size();
  return text.substr(start, text.find(end, start) - start);
}

TEST(MatrixHtml, the_table_is_there_without_a_script) {
  EXPECT_EQ(between(format_matrix_html(small()), "</thead>\n", "</table>"),
            R"(<tbody><tr class=g><th scope=rowgroup colspan=5>SYN
<tr data-c=0><th scope=row>syn_exact<td class=c>·<td class=c>·<td class=a>a<td class=s>SEQ=RCV.NXT CTL=SYN LEN=0
<tbody><tr class=g><th scope=rowgroup colspan=5>RST
<tr data-c=1><th scope=row>rst_exact<td class=c>·<td class=c>·<td class=n>!!<td class=s>SEQ=RCV.NXT CTL=RST LEN=0
<tr data-c=2><th scope=row>rst_edge<td class=c>·<td class=d>01<td class=x><i class=d>01</i><i class=n>!!</i>)"
            R"(<td class=s>SEQ=RCV.NXT+RCV.WND CTL=RST LEN=0
<tbody><tr class=g><th scope=rowgroup colspan=5>data
<tr data-c=3><th scope=row>data_tooold<td class=e><td class=v>v<td class=i>?<td class=s>)"
            "SEQ=RCV.NXT ACK=SND.UNA-MAX.SND.WND-1 CTL=PSH-ACK LEN=4\n");
}

TEST(MatrixHtml, so_are_the_summary_the_findings_and_the_deviations) {
  const std::string page = format_matrix_html(small());
  EXPECT_NE(page.find("<i class=n>!!</i><b>3</b> NEW deviation"), std::string::npos);
  EXPECT_NE(page.find("<a href=\"#ESTABLISHED/zwin:rst_exact:IPv4\">ESTABLISHED/zwin:rst_exact</a> "
                      "<small>IPv4 and IPv6</small>"),
            std::string::npos);
  EXPECT_NE(page.find("<a href=\"#ESTABLISHED/zwin:rst_edge:IPv6\">"), std::string::npos);
  EXPECT_NE(page.find("<dt>why<dd>the barrier was lost"), std::string::npos);
  EXPECT_NE(page.find("<code>tcpcraft matrix --cell ESTABLISHED:data_tooold -v</code>"), std::string::npos);
  EXPECT_NE(page.find("<td class=r>3<td>SEQ = RCV.NXT+RCV.WND counts as in the window"), std::string::npos);
}

TEST(MatrixHtml, the_data_tell_the_exchange_by_numbers) {
  MatrixResult result{"Linux", "tun", "linux", false, {}};
  result.cells = {known(established, rst_edge, {&model::deviations::right_edge})};
  result.cells[0].observation = exchange(rst_edge);
  result.cells[0].observation.state = State::established;
  EXPECT_EQ(between(format_matrix_html(result), "id=data>", "</script>"),
            R"({"states":[["ESTABLISHED","opened by the peer"]],
"classes":[["rst_edge","RST","SEQ=RCV.NXT+RCV.WND CTL=RST LEN=0"]],
"rules":[["synchronized.seq.drop","RFC 9293 3.10.7.4","a segment that is not acceptable draws an acknowledgement"]],
"deviations":[["D01","01","SEQ = RCV.NXT+RCV.WND counts as in the window",)"
            R"("tcp_sequence(), tcp_in_window(); deliberate; seen in 6.18"]],
"allowed":[[[0,0]]],
"text":["nothing, ESTABLISHED",
"reply: ACK, not nothing",
"pSYN      seq=0 win=65535",
"kSYN-ACK  seq=0 ack=1 win=65535",
"pACK      seq=1 ack=1 win=65535",
"pRST      seq=65536 win=65535",
"kACK      seq=1 ack=1 win=65535",
"ACK seq=SND.NXT ack=RCV.NXT, ESTABLISHED",
""],
"cells":[[0,0,0,"d",[0],0,7,[1],8,8,3,[0,2,30,3,30,4,40,5,12,6]]]})");
}

TEST(MatrixHtml, needs_nothing_from_outside) {
  const std::string page = format_matrix_html(small());
  for (const char* part : {"http:", "https:", "//cdn", " src=", "<link", "@import", "url("})
    EXPECT_EQ(page.find(part), std::string::npos) << part;
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
}

TEST(MatrixHtml, hostile_strings_stay_text) {
  const std::string_view hostile = "\"'></script><script>alert(1)</script><!--\\\x1b\xff\xe2\x80\xa8";
  const StateVariant state{hostile, State::established, hostile, {}};
  const SegmentClass segment = segment_class(hostile, hostile, {Flag::rst}, R);
  const model::Rule rule{hostile, hostile, hostile};
  const model::Deviation deviation{hostile, model::Deviation::Nature::defect, hostile, hostile, hostile};
  MatrixResult result = small();
  result.kernel = result.link = result.profile = hostile;
  for (CellResult& cell : result.cells) {
    cell.cell.state = &state;
    cell.cell.segment = &segment;
    cell.observed = hostile;
    cell.allowed = {{std::string(hostile), State::closed, &rule}};
    cell.differences = {std::string(hostile)};
    cell.deviations = {&deviation};
    cell.observation.inconclusive = hostile;
    const std::string page = format_matrix_html({result.kernel, result.link, result.profile, false, {cell}});
    EXPECT_EQ(count(page, "<script"), 2u);
    EXPECT_EQ(count(page, "</script"), 2u);
    EXPECT_EQ(count(page, "<!--"), 0u);
    EXPECT_EQ(count(page, "\"'>"), 0u);
    EXPECT_TRUE(std::none_of(page.begin(), page.end(),
                             [](char c) { return c != '\n' && static_cast<unsigned char>(c) < 0x20; }));
    EXPECT_EQ(page.find('\xff'), std::string::npos);
    EXPECT_EQ(page.find("\xe2\x80\xa8"), std::string::npos);
    EXPECT_NE(page.find("&quot;&#39;&gt;&lt;/script&gt;"), std::string::npos);
    EXPECT_NE(between(page, "id=data>", "</script>").find(R"("\"'\u003e\u003c/script\u003e)"),
              std::string::npos);
  }
}

TEST(MatrixHtml, of_no_cells_is_a_page) {
  const std::string page = format_matrix_html({"Linux", "tun", "linux", false, {}});
  EXPECT_NE(page.find("0 cells"), std::string::npos);
  EXPECT_NE(page.find("</html>"), std::string::npos);
}

TEST(MatrixHtml, stays_small) {
  MatrixResult result{"Linux 6.18.44", "loopback", "linux", false, {}};
  std::vector<SegmentClass> classes;
  std::vector<std::string> names;
  for (int i = 0; i < 124; ++i) names.push_back("class_" + std::to_string(i));
  for (const std::string& name : names) classes.push_back(segment_class(name, "SYN", {Flag::rst}, R + W));
  for (int n = 0; n < 34; ++n)
    for (const SegmentClass& segment : classes) {
      result.cells.push_back(known(n % 2 ? established : listen, segment, {&model::deviations::right_edge}));
      result.cells.back().observation = exchange(segment);
    }
  ASSERT_EQ(result.cells.size(), 4216u);
  EXPECT_LT(format_matrix_html(result).size(), 600'000u);
}

}  // namespace
}  // namespace tcpcraft::report
