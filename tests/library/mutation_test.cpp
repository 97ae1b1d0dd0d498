#include "mutation.hpp"

#include <gtest/gtest.h>

#include <tcpcraft/scenario/reader.hpp>

namespace tcpcraft::library_test {
namespace {

scenario::Scenario scenario_with(const std::string& steps) {
  scenario::Reading reading =
      scenario::read({"x.scn", "scenario: x\nkernel:\n  app: script\nsteps:\n" + steps},
                     [](const std::string&) { return std::nullopt; });
  EXPECT_TRUE(reading.diagnostics.empty());
  return reading.scenarios.at(0);
}

std::vector<std::string> kinds(const std::string& step) {
  std::vector<std::string> result;
  for (const Mutation& mutation : mutations_of(scenario_with(step))) result.push_back(mutation.what);
  return result;
}

using Kinds = std::vector<std::string>;

TEST(Mutations, of_a_segment_are_of_all_that_it_states_and_leaves_to_be_derived) {
  EXPECT_EQ(kinds("  - expect: ACK\n"),
            (Kinds{"seq off by 1", "ack off by 1", "the flag PSH", "a payload of one byte", "left out"}));
  EXPECT_EQ(kinds("  - expect: PSH-ACK seq=1 ack=* win=5 <sackok, ts *:7> \"hi\" in 1ms..2ms\n"),
            (Kinds{"seq off by 1", "the flag PSH", "win off by one", "the payload's last byte",
                   "the value of option 2", "an option more", "a later time", "left out"}));
}

TEST(Mutations, of_a_syn_leave_the_number_it_chooses_alone) {
  EXPECT_EQ(kinds("  - expect: SYN\n"), (Kinds{"the flag PSH", "a payload of one byte", "left out"}));
}

TEST(Mutations, of_what_checks_nothing_there_are_none) {
  for (const char* step : {"  - send: ACK\n", "  - wait: 1ms\n", "  - note: x\n", "  - optional: ACK\n",
                           "  - app: start read\n", "  - app: connect\n", "  - app: get TCP_MAXSEG -> *\n"}) {
    EXPECT_EQ(kinds(step), Kinds{}) << step;
    EXPECT_FALSE(is_check(scenario_with(step).steps.at(0))) << step;
  }
}

TEST(Mutations, of_every_check_there_is_one) {
  for (const char* step :
       {"  - expect: nothing\n", "  - expect: nothing for 1ms\n", "  - state: LISTEN\n",
        "  - counter: Tcp.InSegs += 1\n", "  - info: unacked == 0\n", "  - dropped: NO_SOCKET\n",
        "  - app: accept\n", "  - app: read -> \"a\"\n", "  - any-order: [expect: ACK]\n"}) {
    EXPECT_NE(kinds(step), Kinds{}) << step;
    EXPECT_TRUE(is_check(scenario_with(step).steps.at(0))) << step;
  }
}

TEST(Mutations, change_their_step_and_nothing_else) {
  const scenario::Scenario original = scenario_with("  - send: SYN\n  - expect: SYN-ACK ack=1\n");
  const std::vector<Mutation> mutations = mutations_of(original);
  ASSERT_EQ(mutations.at(0).what, "ack off by 1");
  scenario::Scenario mutant = original;
  mutations[0].apply(mutant);
  EXPECT_EQ(mutations[0].fails_at, 1u);
  EXPECT_EQ(std::get<scenario::Expect>(mutant.steps.at(1).action).segment.spec.ack->offset, 2);
  EXPECT_EQ(std::get<scenario::Send>(mutant.steps.at(0).action).segment.spec,
            std::get<scenario::Send>(original.steps.at(0).action).segment.spec);
}

TEST(Mutations, of_silence_break_it_with_a_segment_that_is_always_answered) {
  const scenario::Scenario original = scenario_with("  - expect: nothing\n");
  const std::vector<Mutation> mutations = mutations_of(original);
  scenario::Scenario mutant = original;
  mutations.at(0).apply(mutant);
  ASSERT_EQ(mutant.steps.size(), 2u);
  EXPECT_EQ(std::get<scenario::Send>(mutant.steps[0].action).segment.spec.destination_port, 1);
  EXPECT_EQ(mutations[0].fails_at, 1u);
}

TEST(Mutations, of_a_long_scenario_are_of_its_ends) {
  std::string steps;
  for (int i = 0; i < 100; ++i) steps += "  - state: LISTEN\n";
  const std::vector<Mutation> mutations = mutations_of(scenario_with(steps));
  EXPECT_EQ(mutations.size(), 60u);
  EXPECT_EQ(mutations.back().step, 99u);
}

}  // namespace
}  // namespace tcpcraft::library_test
