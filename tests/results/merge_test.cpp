#include <gtest/gtest.h>

#include <tcpcraft/results/merge.hpp>

#include "fixture.hpp"

namespace tcpcraft::results {
namespace {

using engine::Verdict;
using Texts = std::vector<std::string>;

NamedReport shard(std::size_t number, std::size_t count, const std::vector<Record>& records,
                  const Texts& not_run = {}) {
  RunInfo info = run_info(records.size());
  info.shard = {number, count};
  info.started += static_cast<std::int64_t>(number);
  return {"s" + std::to_string(number) + ".json",
          {info, records, {std::chrono::milliseconds(10), not_run, ""}}};
}

const Record a = plain_record("a", Verdict::pass), b = plain_record("b", Verdict::pass),
             b_failed = plain_record("b", Verdict::fail);

TEST(Merge, joins_the_shards_of_a_run) {
  const Merged merged = merge({shard(2, 2, {b}), shard(1, 2, {a}, {"c"})});
  EXPECT_EQ(merged.errors, Texts{});
  EXPECT_EQ(merged.notes, Texts{});
  ASSERT_EQ(merged.report.records.size(), 2u);
  EXPECT_EQ(merged.report.records[0].name, "b");
  EXPECT_EQ(merged.report.info.shard.count, 1u);
  EXPECT_EQ(merged.report.info.scenarios, 3u);
  EXPECT_EQ(merged.report.info.started, 1790000001);
  EXPECT_EQ(merged.report.end.took, std::chrono::milliseconds(20));
  EXPECT_EQ(merged.report.end.not_run, Texts{"c"});
}

TEST(Merge, names_the_shards_that_are_missing) {
  EXPECT_EQ(merge({shard(1, 4, {a}), shard(4, 4, {b})}).errors,
            (Texts{"shard 2 of 4 is not there", "shard 3 of 4 is not there"}));
  EXPECT_EQ(merge({shard(1, 18446744073709551615u, {a})}).errors.back(), "nor are others");
}

TEST(Merge, takes_no_shard_twice_and_none_of_another_run) {
  EXPECT_EQ(merge({shard(1, 2, {a}), shard(1, 2, {b}), shard(2, 2, {})}).errors,
            Texts{"s1.json and s1.json are both shard 1 of 2"});
  EXPECT_EQ(merge({shard(1, 2, {a}), shard(2, 3, {b})}).errors,
            Texts{"s1.json is shard 1 of 2, and s2.json is shard 2 of 3"});
}

TEST(Merge, of_one_scenario_with_two_results_is_an_error) {
  const Merged merged = merge({shard(1, 2, {a, b}), shard(2, 2, {b_failed})});
  EXPECT_EQ(merged.errors, Texts{"b was played in s1.json and in s2.json: pass there, fail here"});
}

TEST(Merge, keeps_a_scenario_once_that_two_say_the_same_of) {
  const Merged merged = merge({shard(1, 2, {a, b}), shard(2, 2, {b})});
  EXPECT_EQ(merged.errors, Texts{});
  EXPECT_EQ(merged.notes, Texts{"b was played in s1.json and in s2.json: pass both times, kept once"});
  EXPECT_EQ(merged.report.records.size(), 2u);
}

TEST(Merge, what_one_left_out_and_another_played_was_run) {
  const Merged merged = merge({shard(1, 1, {a}, {"b"}), shard(1, 1, {b})});
  EXPECT_EQ(merged.errors, Texts{});
  EXPECT_EQ(merged.report.end.not_run, Texts{});
}

TEST(Merge, keeps_all_attempts_that_one_report_holds_of_a_scenario) {
  EXPECT_EQ(merge({shard(1, 1, {b, b_failed})}).report.records.size(), 2u);
}

TEST(Merge, notes_what_differs) {
  NamedReport other = shard(2, 2, {b});
  other.report.info.seed = 7;
  other.report.info.kernel = "Linux 6.1.0";
  other.report.info.version = "0.2.0";
  EXPECT_EQ(merge({shard(1, 2, {a}), other}).notes,
            (Texts{"tcpcraft: 0.1.0 in s1.json, 0.2.0 in s2.json",
                   "kernel: Linux 6.18.0 in s1.json, Linux 6.1.0 in s2.json",
                   "seed: 18446744073709551615 in s1.json, 7 in s2.json"}));
}

}  // namespace
}  // namespace tcpcraft::results
