#include <algorithm>

#include <gtest/gtest.h>

#include <tcpcraft/coverage/coverage.hpp>
#include <tcpcraft/model/rules.hpp>

namespace tcpcraft::coverage {
namespace {

using Status = Entry::Status;

const Entry& entry(const Coverage& coverage, std::string_view name) {
  return *std::find_if(coverage.entries.begin(), coverage.entries.end(),
                       [&](const Entry& one) { return one.requirement->name == name; });
}

TEST(Coverage, of_no_scenario_is_nothing) {
  const Coverage coverage = cover({});
  EXPECT_EQ(coverage.entries.size(), standard::requirements().size());
  EXPECT_EQ(entry(coverage, "MUST-3").status(), Status::untested);
  EXPECT_EQ(entry(coverage, "MUST-9").status(), Status::unseen);
  const Count must = coverage.count(standard::Requirement::Level::must);
  EXPECT_EQ(must.tested, 0u);
  EXPECT_EQ(must.untested + must.unseen, 69u);
}

TEST(Coverage, a_scenario_that_passed_tests_what_it_claims) {
  const Coverage coverage = cover({{"a", true, {"9293#MUST-3", "9293#3.1"}, {}}});
  const Entry& claimed = entry(coverage, "MUST-3");
  EXPECT_EQ(claimed.status(), Status::tested);
  ASSERT_EQ(claimed.evidence.size(), 1u);
  EXPECT_EQ(claimed.evidence[0].scenario, "a");
  EXPECT_EQ(claimed.evidence[0].by, "9293#MUST-3");
  EXPECT_TRUE(claimed.nearby.empty());
  EXPECT_EQ(coverage.count(standard::Requirement::Level::must).tested, 1u);
}

TEST(Coverage, one_that_did_not_pass_tests_nothing) {
  const Coverage coverage = cover({{"a", false, {"9293#MUST-3", "9293#3.1"}, {"data.fills_gap.ack"}}});
  EXPECT_EQ(entry(coverage, "MUST-3").status(), Status::untested);
  EXPECT_TRUE(entry(coverage, "MUST-3").nearby.empty());
  EXPECT_EQ(entry(coverage, "SHLD-31").status(), Status::untested);
}

TEST(Coverage, a_rule_that_was_followed_tests_what_it_bears_on) {
  const Coverage coverage = cover({{"a", true, {}, {"ack.new", "data.fills_gap.ack"}}});
  for (const char* name : {"SHLD-31", "MUST-59"}) {
    ASSERT_EQ(entry(coverage, name).status(), Status::tested) << name;
    EXPECT_EQ(entry(coverage, name).evidence[0].by, "data.fills_gap.ack");
  }
  EXPECT_EQ(entry(coverage, "MAY-13").status(), Status::untested);
}

TEST(Coverage, to_name_a_section_is_not_to_test_it) {
  const Coverage coverage = cover({{"a", true, {"9293#3.8.6.1"}, {}}, {"a", true, {"9293#3.8.6.1"}, {}}});
  EXPECT_EQ(entry(coverage, "MUST-36").status(), Status::untested);
  EXPECT_EQ(entry(coverage, "MUST-36").nearby, (std::vector<std::string>{"a"}));
  EXPECT_TRUE(entry(coverage, "MUST-35").nearby.empty()) << "which is in 3.8.6";
}

TEST(Coverage, variants_are_one_witness) {
  const Coverage coverage = cover(
      {{"a", true, {"9293#MUST-3"}, {}}, {"a", true, {"9293#MUST-3"}, {}}, {"b", true, {"9293#MUST-3"}, {}}});
  EXPECT_EQ(entry(coverage, "MUST-3").evidence.size(), 2u);
}

TEST(Coverage, what_a_scenario_claims_to_observe_is_observable) {
  const Coverage coverage = cover({{"a", true, {"9293#MUST-9"}, {}}});
  EXPECT_EQ(entry(coverage, "MUST-9").status(), Status::tested);
}

TEST(Bearings, are_on_requirements_that_exist) {
  std::size_t count = 0;
  for (const model::Rule* rule :
       {&model::rules::syn_received_crossing, &model::rules::syn_received_rst,
        &model::rules::syn_received_syn, &model::rules::bad_checksum, &model::rules::data_after_close,
        &model::rules::time_wait_syn, &model::rules::data_out_of_order, &model::rules::data_fills_gap,
        &model::rules::ack_too_old, &model::rules::window_probe, &model::rules::keep_alive}) {
    EXPECT_FALSE(requirements_of(rule->name).empty()) << rule->name;
    for (const std::string_view name : requirements_of(rule->name)) {
      EXPECT_NE(standard::find_requirement(name), nullptr) << name;
      ++count;
    }
  }
  EXPECT_EQ(count, 13u);
  EXPECT_TRUE(requirements_of("ack.new").empty());
}

}  // namespace
}  // namespace tcpcraft::coverage
