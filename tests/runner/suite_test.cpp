#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <tcpcraft/runner/suite.hpp>

namespace tcpcraft::runner {
namespace {

using namespace std::chrono_literals;
using engine::Verdict;

Outcome outcome(Verdict verdict, std::string reason = "") {
  Outcome result;
  result.verdict = verdict;
  result.reason = std::move(reason);
  return result;
}

/// What a suite told, in its order.
struct Told {
  std::size_t number;
  Outcome outcome;
  std::string output;
};

std::vector<Told> run(const Suite& suite, std::size_t count,
                      const std::function<Outcome(std::size_t)>& play) {
  std::vector<Told> told;
  suite.run(count, play, [&](std::size_t number, const Outcome& outcome, const std::string& output) {
    told.push_back({number, outcome, output});
  });
  return told;
}

std::vector<std::size_t> numbers(const std::vector<Told>& told) {
  std::vector<std::size_t> result;
  for (const Told& one : told) result.push_back(one.number);
  return result;
}

using Numbers = std::vector<std::size_t>;

/// Counters that the processes of the scenarios have in common with the test.
class Shared {
 public:
  Shared()
      : counts_(static_cast<int*>(
            ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {}
  ~Shared() { ::munmap(counts_, size); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  /// What it was before.
  int add(std::size_t which, int change = 1) {
    return __atomic_fetch_add(&counts_[which], change, __ATOMIC_SEQ_CST);
  }
  int operator[](std::size_t which) const { return __atomic_load_n(&counts_[which], __ATOMIC_SEQ_CST); }

 private:
  static constexpr std::size_t size = 4096;
  int* counts_;
};

TEST(Suite, tells_in_order_whatever_ends_first) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto told = run({.width = 3}, 6, [&](std::size_t number) {
    char byte = 'x';
    if (number == 0 && ::read(ends[0], &byte, 1) != 1) return Outcome{};  // until the last one writes
    if (number == 5 && ::write(ends[1], &byte, 1) != 1) return Outcome{};
    return outcome(Verdict::pass, std::to_string(number));
  });
  for (const int end : ends) ::close(end);
  EXPECT_EQ(numbers(told), (Numbers{0, 1, 2, 3, 4, 5}));
  for (const Told& one : told) EXPECT_EQ(one.outcome.reason, std::to_string(one.number));
}

TEST(Suite, keeps_the_output_of_those_side_by_side_apart) {
  const auto told = run({.width = 2}, 4, [](std::size_t number) {
    std::printf("this is %zu\n", number);
    return outcome(Verdict::pass);
  });
  ASSERT_EQ(told.size(), 4u);
  for (const Told& one : told) EXPECT_EQ(one.output, "this is " + std::to_string(one.number) + "\n");
}

TEST(Suite, plays_what_is_inconclusive_again_alone_and_tells_of_it_last) {
  constexpr std::size_t playing = 100, not_alone = 101;
  Shared count;
  const auto told = run({.width = 3}, 5, [&](std::size_t number) {
    const bool again = count.add(number) > 0;
    if (count.add(playing) > 0 && again) count.add(not_alone);
    const bool undecided = (number == 1 || number == 2) && count[number] < 3;
    count.add(playing, -1);
    return outcome(undecided ? Verdict::inconclusive : number == 2 ? Verdict::fail : Verdict::pass);
  });
  EXPECT_EQ(numbers(told), (Numbers{0, 3, 4, 1, 2}));
  for (const Told& one : told)
    EXPECT_EQ(one.outcome.verdict, one.number == 2 ? Verdict::fail : Verdict::pass) << one.number;
  EXPECT_EQ((std::vector<int>{count[0], count[1], count[2], count[3], count[4]}),
            (std::vector<int>{1, 3, 3, 1, 1}));
  EXPECT_EQ(count[not_alone], 0);
}

TEST(Suite, what_is_inconclusive_ten_times_is_an_error_of_the_host) {
  Shared count;
  const auto told = run({.width = 2}, 1, [&](std::size_t) {
    count.add(0);
    return outcome(Verdict::inconclusive, "too late");
  });
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(count[0], 10);
  EXPECT_EQ(told[0].outcome.verdict, Verdict::error);
  EXPECT_EQ(told[0].outcome.reason, "inconclusive 10 times: too late");
  EXPECT_TRUE(told[0].outcome.host_fault);
}

/// Two pairs that wait for each other: they end only if those of a pair are started together.
TEST(Suite, starts_in_the_order_that_is_wanted_and_tells_in_that_of_numbers) {
  int ends[4][2];
  for (auto& pipe : ends) ASSERT_EQ(::pipe(pipe), 0);
  const auto told = run({.width = 2, .timeout = 20s, .order = {3, 0, 2, 1}}, 4, [&](std::size_t number) {
    char byte = 'x';
    if (::write(ends[3 - number][1], &byte, 1) != 1 || ::read(ends[number][0], &byte, 1) != 1)
      return Outcome{};
    return outcome(Verdict::pass, std::to_string(number));
  });
  for (const auto& pipe : ends)
    for (const int end : pipe) ::close(end);
  EXPECT_EQ(numbers(told), (Numbers{0, 1, 2, 3}));
  for (const Told& one : told) EXPECT_EQ(one.outcome.reason, std::to_string(one.number));
}

TEST(Suite, tells_of_a_failure_at_once_where_that_is_wanted) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto play = [&](std::size_t number) {
    char byte = 0;
    if (number == 0 && ::read(ends[0], &byte, 1) != 1) return Outcome{};  // until the failure is told of
    return outcome(number == 1 ? Verdict::fail : Verdict::pass);
  };
  Numbers told;
  Suite{.width = 2, .timeout = 20s, .bad_news_first = true}.run(
      2, play, [&](std::size_t number, const Outcome& outcome, const std::string&) {
        told.push_back(number);
        EXPECT_NE(outcome.verdict, Verdict::error);
        EXPECT_EQ(::write(ends[1], "", 1), 1);
      });
  for (const int end : ends) ::close(end);
  EXPECT_EQ(told, (Numbers{1, 0}));
}

TEST(Suite, one_at_a_time_plays_again_at_once) {
  Shared count;
  const auto told = run({}, 3, [&](std::size_t number) {
    return outcome(number == 1 && count.add(0) < 2 ? Verdict::inconclusive : Verdict::pass);
  });
  EXPECT_EQ(numbers(told), (Numbers{0, 1, 2}));
  EXPECT_EQ(told[1].outcome.attempts, 3u);
}

TEST(Suite, what_fails_is_played_again_alone_as_often_as_asked_for) {
  for (const bool in_process : {false, true}) {
    Shared count;
    const Suite suite{.width = 2, .retries = 2, .in_process = in_process};
    const auto told = run(suite, 3, [&](std::size_t number) {
      const int before = count.add(number);
      std::printf("%d ", before);
      return outcome(before < static_cast<int>(2 * number) ? Verdict::fail : Verdict::pass);
    });
    ASSERT_EQ(numbers(told), (Numbers{0, 1, 2}));
    EXPECT_FALSE(told[0].outcome.is_flaky());
    EXPECT_EQ(told[1].outcome.verdict, Verdict::pass);
    EXPECT_TRUE(told[1].outcome.is_flaky());
    EXPECT_EQ(told[1].outcome.failures, 2u);
    EXPECT_EQ(told[1].outcome.attempts, 3u);
    EXPECT_EQ(told[2].outcome.verdict, Verdict::fail);
    EXPECT_EQ(told[2].outcome.failures, 2u);
    EXPECT_EQ((std::vector<int>{count[0], count[1], count[2]}), (std::vector<int>{1, 3, 3}));
  }
  std::fflush(stdout);
}

/// An inconclusive attempt is no retry, and does not make a failure undone.
TEST(Suite, a_failure_stays_one_where_the_attempts_after_it_say_nothing) {
  Shared count;
  const auto told = run({.retries = 3}, 1, [&](std::size_t) {
    return outcome(count.add(0) == 0 ? Verdict::fail : Verdict::inconclusive, "first");
  });
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].outcome.verdict, Verdict::fail);
  EXPECT_EQ(count[0], 11);
}

TEST(Suite, in_this_process_ten_attempts_are_all) {
  int count = 0;
  const auto told = run({.in_process = true}, 1, [&](std::size_t) {
    ++count;
    return outcome(Verdict::inconclusive, "too late");
  });
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(count, 10);
  EXPECT_EQ(told[0].outcome.reason, "inconclusive 10 times: too late");
  EXPECT_EQ(told[0].outcome.attempts, 10u);
}

TEST(Suite, a_failure_stops_nothing_unless_asked_to) {
  const auto play = [](std::size_t number) { return outcome(number == 1 ? Verdict::fail : Verdict::pass); };
  EXPECT_EQ(numbers(run({}, 4, play)), (Numbers{0, 1, 2, 3}));
  EXPECT_EQ(numbers(run({.fail_fast = true}, 4, play)), (Numbers{0, 1}));
}

TEST(Suite, stops_at_an_error_as_at_a_failure) {
  const auto told = run({.fail_fast = true}, 3, [](std::size_t) { return outcome(Verdict::error); });
  EXPECT_EQ(numbers(told), (Numbers{0}));
}

TEST(Suite, after_the_first_failure_what_was_inconclusive_is_not_played_again) {
  Shared count;
  const auto told = run({.width = 2, .fail_fast = true}, 2, [&](std::size_t number) {
    count.add(number);
    return outcome(number == 0 ? Verdict::inconclusive : Verdict::fail);
  });
  EXPECT_EQ(numbers(told), (Numbers{1}));
  EXPECT_EQ(count[0], 1);
}

TEST(Suite, where_nothing_can_run_it_stops) {
  const auto told = run({}, 3, [](std::size_t) {
    Outcome refused = outcome(Verdict::skip, "not here");
    refused.cannot_run = true;
    return refused;
  });
  ASSERT_EQ(numbers(told), (Numbers{0}));
  EXPECT_TRUE(told[0].outcome.cannot_run);
  EXPECT_EQ(told[0].outcome.reason, "not here");
}

TEST(Suite, what_takes_too_long_is_an_error_and_not_played_again) {
  Shared count;
  const auto told = run({.width = 2, .timeout = 1s}, 1, [&](std::size_t) -> Outcome {
    count.add(0);
    for (;;) ::pause();
  });
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].outcome.verdict, Verdict::error);
  EXPECT_EQ(told[0].outcome.reason, "no verdict within 1s");
  EXPECT_EQ(told[0].outcome.took, wire::Duration(1s));
  EXPECT_TRUE(told[0].outcome.host_fault);
  EXPECT_LE(count[0], 1);
}

}  // namespace
}  // namespace tcpcraft::runner
