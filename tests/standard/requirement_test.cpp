#include <set>

#include <gtest/gtest.h>

#include <tcpcraft/standard/requirement.hpp>

namespace tcpcraft::standard {
namespace {

std::size_t numbered(const std::string& prefix) {
  std::size_t count = 0;
  while (find_requirement(prefix + std::to_string(count + 1))) ++count;
  return count;
}

TEST(Requirements, are_those_of_appendix_b) {
  EXPECT_EQ(numbered("MUST-"), 69u);
  EXPECT_EQ(numbered("SHLD-"), 31u);
  EXPECT_EQ(numbered("MAY-"), 18u);
  EXPECT_EQ(numbered("REC-"), 1u);
  EXPECT_EQ(requirements().size(), 69u + 31 + 18 + 1) << "each once, and no others";
  EXPECT_EQ(find_requirement("MUST-70"), nullptr);
  EXPECT_EQ(find_requirement("must-1"), nullptr);
}

TEST(Requirements, stand_under_their_headings_together) {
  std::set<std::string_view> seen;
  std::string_view last;
  for (const Requirement& one : requirements()) {
    if (one.group != last) {
      EXPECT_TRUE(seen.insert(one.group).second) << one.name;
    }
    last = one.group;
  }
  EXPECT_EQ(seen.size(), 20u);
}

TEST(Requirements, fit_their_column) {
  for (const Requirement& one : requirements()) {
    EXPECT_LE(one.says.size(), 47u) << one.name;
    EXPECT_FALSE(one.says.empty() || one.says.ends_with('.')) << one.name;
    EXPECT_TRUE(one.section.starts_with("3.")) << one.name;
    EXPECT_LE(one.unseen.size(), 60u) << one.name;
  }
}

TEST(Requirements, have_a_level) {
  EXPECT_EQ(find_requirement("MUST-46")->level(), Requirement::Level::must);
  EXPECT_EQ(find_requirement("SHLD-14")->level(), Requirement::Level::should);
  EXPECT_EQ(find_requirement("REC-1")->level(), Requirement::Level::should);
  EXPECT_EQ(find_requirement("MAY-5")->level(), Requirement::Level::may);
}

}  // namespace
}  // namespace tcpcraft::standard
