#include <csignal>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tcpcraft/runner/isolate.hpp>
#include <tcpcraft/runner/run.hpp>

namespace tcpcraft::runner {
namespace {

TEST(RunInChild, hands_back_what_the_child_returned) {
  const std::string reason(10000, 'x');
  const std::string record = std::string("\0any\n\xff", 6) + std::string(1000000, 'y');
  const Outcome outcome = run_in_child([&] {
    return Outcome{engine::Verdict::skip, reason, std::chrono::seconds(3), true, true,
                   {"one", "two"},        record};
  });
  EXPECT_EQ(outcome.verdict, engine::Verdict::skip);
  EXPECT_EQ(outcome.reason, reason);
  EXPECT_EQ(outcome.took, std::chrono::seconds(3));
  EXPECT_TRUE(outcome.host_fault);
  EXPECT_TRUE(outcome.cannot_run);
  EXPECT_EQ(outcome.rules, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(outcome.record, record);
}

TEST(RunInChild, says_how_a_child_died) {
  const Outcome killed = run_in_child([]() -> Outcome {
    ::raise(SIGKILL);
    return {};
  });
  EXPECT_EQ(killed.verdict, engine::Verdict::error);
  EXPECT_EQ(killed.reason, "its process died: Killed");
  const Outcome left = run_in_child([]() -> Outcome { ::_exit(7); });
  EXPECT_EQ(left.reason, "its process ended without a result, exit code 7");
  EXPECT_TRUE(left.host_fault);
}

TEST(RunInChild, leaves_no_process_and_no_file_open) {
  const int before = ::dup(0);
  ::close(before);
  for (int i = 0; i < 10; ++i) run_in_child([] { return Outcome{}; });
  const int after = ::dup(0);
  ::close(after);
  EXPECT_EQ(before, after);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "every child has been waited for";
}

TEST(InitialSequenceNumber, comes_from_the_seed_unless_the_scenario_says) {
  scenario::Scenario scenario;
  scenario.title = "a";
  EXPECT_EQ(initial_sequence_number(scenario, 0, 1), initial_sequence_number(scenario, 0, 1));
  EXPECT_NE(initial_sequence_number(scenario, 0, 1), initial_sequence_number(scenario, 0, 2));
  scenario.peers.front().iss = 5;
  EXPECT_EQ(initial_sequence_number(scenario, 0, 1), 5u);
}

}  // namespace
}  // namespace tcpcraft::runner
