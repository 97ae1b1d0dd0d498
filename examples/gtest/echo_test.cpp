#include <string>

#include <gtest/gtest.h>

#include <tcpcraft/testing/gtest.hpp>

// One of the scenarios that come with tcpcraft; this one has several variants, and all of them are played.
TEST(Echo, resets_are_checked) {
  EXPECT_SCENARIO("reset/rst_across_window.scn");
}

TEST(Echo, one_variant) {
  ASSERT_SCENARIO("reset/rst_across_window.scn[offset=1]");
}

TEST(Echo, a_scenario_in_the_test) {
  EXPECT_SCENARIO_TEXT(R"(
scenario: A SYN is answered
steps:
  - send:   SYN
  - expect: SYN-ACK
)");
}

// This one fails, to show how: GTEST_ALSO_RUN_DISABLED_TESTS=1 plays it.
TEST(Echo, DISABLED_wrong_ack) {
  EXPECT_SCENARIO("wrong_ack.scn");
}

// A folder's scenarios, each a test by itself.
class Urgent : public testing::TestWithParam<std::string> {};

TEST_P(Urgent, as_the_scenario_says) {
  EXPECT_SCENARIO(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Urgent, SCENARIOS_IN("urgent"), tcpcraft::testing::test_name);
