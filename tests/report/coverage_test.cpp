#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <tcpcraft/report/coverage.hpp>

namespace tcpcraft::report {
namespace {

coverage::Coverage sample() {
  return coverage::cover({{"header/bad_checksum", true, {"9293#MUST-3"}, {}},
                          {"data/one_with_a_very_long_name_indeed", true, {"9293#MUST-3", "9293#3.6"}, {}},
                          {"data/fills_gap", true, {"9293#3.8.5"}, {"data.fills_gap.ack"}}});
}

std::string line_of(const std::string& text, const std::string& name) {
  const std::size_t at = text.find("  " + name + " ");
  const std::size_t begin = text.rfind('\n', at) + 1;
  return text.substr(begin, text.find('\n', at) - begin);
}

TEST(CoverageTable, says_of_each_whether_it_is_tested) {
  const std::string text = format_coverage(sample(), false, Style());
  EXPECT_EQ(line_of(text, "MUST-3"),
            "  tested    MUST-3   a receiver checks the checksum                  header/bad_checksum +1");
  EXPECT_EQ(line_of(text, "MUST-12"), "  untested  MUST-12  the application learns of a FIN or a RST");
  EXPECT_EQ(line_of(text, "MUST-9"), "  unseen    MUST-9   nobody outside can compute that part");
  EXPECT_NE(
      text.find("\n                     not observable: no step compares the ISNs of two connections\n"),
      std::string::npos);
  EXPECT_EQ(text.find("how ISNs are made"), text.rfind("how ISNs are made")) << "one reason for three";
  EXPECT_TRUE(text.starts_with("PUSH flag\n"));
}

TEST(CoverageTable, fits_a_hundred_columns) {
  std::istringstream lines(format_coverage(sample(), false, Style()));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

TEST(CoverageTable, names_all_scenarios_where_asked_to) {
  const std::string text = format_coverage(sample(), true, Style());
  EXPECT_NE(text.find("- header/bad_checksum: 9293#MUST-3\n"), std::string::npos);
  EXPECT_NE(text.find("- data/one_with_a_very_long_name_indeed: 9293#MUST-3\n"), std::string::npos);
  EXPECT_NE(text.find("- data/fills_gap: data.fills_gap.ack\n"), std::string::npos);
  EXPECT_NE(text.find("- section 3.6 is named by data/one_with_a_very_long_name_indeed\n"),
            std::string::npos);
}

TEST(CoverageTable, ends_in_a_summary) {
  EXPECT_EQ(format_coverage_summary(sample(), Style()),
            "2 of 56 MUST tested, 1 of 26 SHOULD tested, 0 of 10 MAY tested; 27 more cannot be observed\n");
}

TEST(CoverageJson, has_all_of_it) {
  const auto json = nlohmann::json::parse(coverage_json(sample(), "0.1.0", "Linux 6.18"));
  EXPECT_EQ(json["format"], "tcpcraft-coverage");
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["kernel"], "Linux 6.18");
  EXPECT_EQ(json["summary"]["MUST"]["tested"], 2);
  ASSERT_EQ(json["requirements"].size(), 119u);
  for (const auto& one : json["requirements"]) {
    if (one["name"] == "MUST-3") {
      EXPECT_EQ(one["status"], "tested");
      EXPECT_EQ(one["concerns"], "receiver");
      EXPECT_EQ(one["section"], "3.1");
      EXPECT_EQ(one["tested_by"][0]["scenario"], "header/bad_checksum");
      EXPECT_EQ(one["tested_by"][0]["by"], "9293#MUST-3");
    }
    if (one["name"] == "MUST-30") {
      EXPECT_EQ(one["section_named_by"][0], "data/fills_gap");
    }
    EXPECT_EQ(one["status"] == "unseen", one.contains("why"));
  }
}

}  // namespace
}  // namespace tcpcraft::report
