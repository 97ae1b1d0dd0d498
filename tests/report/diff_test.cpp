#include <gtest/gtest.h>

#include <tcpcraft/report/diff.hpp>

namespace tcpcraft::report {
namespace {

std::string diff(const std::string& before, const std::string& after) {
  return format_diff("f", before, after, Style());
}

TEST(Diff, of_equal_texts_is_empty) {
  EXPECT_EQ(diff("a\nb\n", "a\nb\n"), "");
  EXPECT_EQ(diff("", ""), "");
}

TEST(Diff, shows_three_lines_around_a_change) {
  EXPECT_EQ(diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n"),
            "--- f\n+++ f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n");
}

TEST(Diff, changes_far_apart_have_a_hunk_each) {
  EXPECT_EQ(diff("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n"),
            "--- f\n+++ f\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
  EXPECT_EQ(diff("a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n"),
            "--- f\n+++ f\n@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n");
}

TEST(Diff, lines_that_are_new_or_gone) {
  EXPECT_EQ(diff("", "a\n"), "--- f\n+++ f\n@@ -0,0 +1 @@\n+a\n");
  EXPECT_EQ(diff("a\nb\n", "b\n"), "--- f\n+++ f\n@@ -1,2 +1 @@\n-a\n b\n");
  EXPECT_EQ(diff("a\nc\n", "a\nb\nc\n"), "--- f\n+++ f\n@@ -1,2 +1,3 @@\n a\n+b\n c\n");
}

TEST(Diff, says_where_the_last_newline_is_missing) {
  EXPECT_EQ(diff("a", "b\n"), "--- f\n+++ f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n");
}

TEST(Diff, is_coloured_where_wanted) {
  const std::string text = format_diff("f", "a\n", "b\n", Style(true));
  EXPECT_NE(text.find("\033[1;31m-a\033[0m"), std::string::npos);
  EXPECT_NE(text.find("\033[32m+b\033[0m"), std::string::npos);
}

}  // namespace
}  // namespace tcpcraft::report
