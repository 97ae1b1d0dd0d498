#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <set>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tcpcraft/runner/pool.hpp>

namespace tcpcraft::runner {
namespace {

using namespace std::chrono_literals;

Outcome passed(std::size_t job) {
  Outcome outcome;
  outcome.verdict = engine::Verdict::pass;
  outcome.reason = std::to_string(job);
  return outcome;
}

std::vector<JobReport> run(Pool pool, std::size_t count, const std::function<Outcome(std::size_t)>& job) {
  std::vector<JobReport> reports;
  pool.run(count, job, [&](JobReport report) {
    reports.push_back(std::move(report));
    return true;
  });
  return reports;
}

TEST(Pool, tells_of_every_job_once_with_what_it_wrote) {
  const auto reports = run(Pool(4, {}), 50, [](std::size_t job) {
    for (int line = 0; line < 2000; ++line) std::printf("job %zu\n", job);
    return passed(job);
  });
  std::set<std::size_t> seen;
  for (const JobReport& report : reports) {
    EXPECT_TRUE(seen.insert(report.job).second);
    EXPECT_EQ(report.outcome.verdict, engine::Verdict::pass);
    EXPECT_EQ(report.outcome.reason, std::to_string(report.job));
    const std::string line = "job " + std::to_string(report.job) + "\n";
    EXPECT_EQ(report.output.size(), 2000 * line.size());
    EXPECT_EQ(report.output.substr(0, line.size()), line);
  }
  EXPECT_EQ(seen.size(), 50u);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "every child has been waited for";
}

/// Each job waits for the next one: they end only if all run at the same time.
TEST(Pool, runs_as_many_at_a_time_as_it_may) {
  constexpr std::size_t width = 8;
  int ends[width][2];
  for (auto& pipe : ends) ASSERT_EQ(::pipe(pipe), 0);
  const auto reports = run(Pool(width, {}), width, [&](std::size_t job) {
    char byte = 0;
    if (::write(ends[(job + 1) % width][1], "", 1) != 1 || ::read(ends[job][0], &byte, 1) != 1)
      return Outcome{};
    return passed(job);
  });
  for (const auto& pipe : ends)
    for (const int end : pipe) ::close(end);
  EXPECT_EQ(reports.size(), width);
  EXPECT_TRUE(std::all_of(reports.begin(), reports.end(), [](const JobReport& report) {
    return report.outcome.verdict == engine::Verdict::pass;
  }));
}

TEST(Pool, runs_no_more_at_a_time_than_it_may) {
  std::size_t most = 0;
  Pool pool(3, {});
  pool.on_tick = [&](const Busy& busy) {
    most = std::max(most, busy.running);
    EXPECT_LT(busy.oldest, 12u);
  };
  EXPECT_EQ(run(pool, 12, passed).size(), 12u);
  EXPECT_LE(most, 3u);
}

TEST(Pool, starts_no_more_once_told_so) {
  std::size_t count = 0;
  Pool(1, {}).run(10, passed, [&](const JobReport& report) {
    ++count;
    return report.job < 2;
  });
  EXPECT_EQ(count, 3u);
}

TEST(Pool, the_death_of_one_job_leaves_the_others_alone) {
  const auto reports = run(Pool(2, {}), 6, [](std::size_t job) -> Outcome {
    if (job == 2) ::raise(SIGABRT);
    return passed(job);
  });
  for (const JobReport& report : reports) {
    EXPECT_EQ(report.outcome.verdict, report.job == 2 ? engine::Verdict::error : engine::Verdict::pass);
    EXPECT_EQ(report.outcome.reason,
              report.job == 2 ? "its process died: Aborted" : std::to_string(report.job));
  }
  EXPECT_EQ(reports.size(), 6u);
}

TEST(Pool, a_job_that_takes_too_long_is_asked_to_stop) {
  const auto reports = run(Pool(2, 50ms), 1, [](std::size_t) -> Outcome {
    std::signal(SIGTERM, [](int) { ::_exit(5); });
    for (;;) ::pause();
  });
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_TRUE(reports[0].timed_out);
  EXPECT_EQ(reports[0].outcome.reason, "its process ended without a result, exit code 5");
}

TEST(Pool, a_job_that_does_not_stop_is_killed) {
  const auto reports = run(Pool(2, 50ms), 1, [](std::size_t) -> Outcome {
    std::signal(SIGTERM, SIG_IGN);
    for (;;) ::pause();
  });
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_TRUE(reports[0].timed_out);
  EXPECT_EQ(reports[0].outcome.reason, "its process died: Killed");
}

}  // namespace
}  // namespace tcpcraft::runner
