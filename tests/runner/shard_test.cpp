#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tcpcraft/runner/shard.hpp>
#include <tcpcraft/scenario/reader.hpp>

namespace tcpcraft::runner {
namespace {

using namespace std::chrono_literals;

std::vector<Weighed> random_library(std::mt19937_64& random) {
  std::vector<Weighed> all(random() % 200);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto length = random() % 3 == 0 ? random() % 20'000'000'000 : random() % 3 * 1'000'000;
    all[i] = {"scenario " + std::to_string(i), wire::Duration(length)};
  }
  return all;
}

TEST(Shard, every_scenario_is_in_exactly_one_whatever_their_order) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 300; ++round) {
    std::vector<Weighed> all = random_library(random);
    const std::size_t shards = 1 + random() % 12;
    const auto by_name = [&] {
      std::map<std::string, std::size_t> result;
      const std::vector<std::size_t> shard_of = assign_shards(all, shards);
      EXPECT_EQ(shard_of.size(), all.size());
      for (std::size_t i = 0; i < all.size(); ++i) result[all[i].name] = shard_of[i];
      return result;
    };
    const auto before = by_name();
    EXPECT_TRUE(
        std::all_of(before.begin(), before.end(), [&](const auto& one) { return one.second < shards; }));
    std::shuffle(all.begin(), all.end(), random);
    EXPECT_EQ(before, by_name()) << "another machine may find them in another order";
  }
}

/// What longest-processing-time promises: no shard has more to do than the mean and one scenario.
TEST(Shard, the_shards_are_even) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 300; ++round) {
    const std::vector<Weighed> all = random_library(random);
    const std::size_t shards = 1 + random() % 12;
    std::vector<wire::Duration> load(shards);
    wire::Duration total{}, longest = 5ms;
    const std::vector<std::size_t> shard_of = assign_shards(all, shards);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const wire::Duration cost = std::max<wire::Duration>(all[i].duration, 5ms);
      load[shard_of[i]] += cost;
      total += cost;
      longest = std::max(longest, cost);
    }
    for (const wire::Duration one : load) EXPECT_LE(one, total / static_cast<int>(shards) + longest);
  }
}

TEST(Shard, without_any_durations_the_counts_are_even) {
  std::vector<Weighed> all;
  for (int i = 0; i < 10; ++i) all.push_back({std::to_string(i), {}});
  std::map<std::size_t, int> count;
  for (const std::size_t shard : assign_shards(all, 3)) ++count[shard];
  EXPECT_EQ(count, (std::map<std::size_t, int>{{0, 4}, {1, 3}, {2, 3}}));
}

TEST(Shard, the_longest_is_first_and_equals_go_by_name) {
  const std::vector<Weighed> all{{"b", 1s}, {"c", 3s}, {"a", 1s}, {"d", 2s}};
  EXPECT_EQ(longest_first(all), (std::vector<std::size_t>{1, 3, 2, 0}));
}

TEST(Shard, a_scenario_says_how_long_it_waits_at_least) {
  const auto estimate = [](const std::string& steps) {
    const scenario::Reading reading = scenario::read({"x.scn", "scenario: x\nsteps:\n" + steps}, {});
    EXPECT_TRUE(reading.diagnostics.empty()) << steps;
    return reading.scenarios.empty() ? wire::Duration{} : estimated_duration(reading.scenarios[0]);
  };
  const wire::Duration none = estimate("  - send: SYN\n  - expect: SYN-ACK\n  - expect: nothing\n");
  EXPECT_EQ(estimate("  - wait: 2s\n  - expect: nothing for 500ms\n") - none, 2500ms);
  EXPECT_EQ(estimate("  - send: SYN\n  - expect: SYN-ACK in 1s..1.5s\n") - none, 1s);
}

}  // namespace
}  // namespace tcpcraft::runner
