#include <limits>

#include <gtest/gtest.h>

#include <tcpcraft/replay/pace.hpp>

namespace tcpcraft::replay {
namespace {

using namespace std::chrono_literals;

constexpr wire::Time begin{std::chrono::seconds(1'700'000'000)};

TEST(Pace, the_first_packet_is_due_at_once_and_the_others_as_captured) {
  Pace pace(1);
  EXPECT_EQ(pace.due(begin), 0ns);
  EXPECT_EQ(pace.due(begin + 1500us), 1500us);
  EXPECT_EQ(pace.due(begin + 1500us), 1500us);
  EXPECT_EQ(pace.due(begin + 24h + 1ns), 24h + 1ns);
}

TEST(Pace, a_speed_divides_the_times) {
  Pace twice(2), half(0.5);
  for (Pace* pace : {&twice, &half}) pace->due(begin);
  EXPECT_EQ(twice.due(begin + 3s), 1500ms);
  EXPECT_EQ(half.due(begin + 3s), 6s);
}

TEST(Pace, what_is_due_is_no_sum_of_rounded_gaps) {
  Pace pace(3);
  pace.due(begin);
  wire::Duration due{};
  for (int i = 1; i <= 1'000'000; ++i) due = pace.due(begin + i * 100ns);
  EXPECT_EQ(due, 1'000'000 * 100ns / 3);
}

TEST(Pace, stamps_slightly_out_of_order_shift_nothing_behind_them) {
  Pace pace(1);
  pace.due(begin);
  EXPECT_EQ(pace.due(begin + 10us), 10us);
  EXPECT_EQ(pace.due(begin + 7us), 10us) << "in the file's order";
  EXPECT_EQ(pace.due(begin + 12us), 12us);
}

TEST(Pace, a_clock_set_back_is_no_reason_to_hurry_or_to_wait) {
  Pace pace(1);
  pace.due(begin);
  EXPECT_EQ(pace.due(begin + 5s), 5s);
  EXPECT_EQ(pace.due(begin - 1h), 5s) << "at once";
  EXPECT_EQ(pace.due(begin - 1h + 2s), 7s);
}

TEST(Pace, begun_anew_it_goes_on_from_where_it_is) {
  Pace pace(2);
  pace.due(begin);
  EXPECT_EQ(pace.due(begin + 100ms), 50ms);
  pace.begin_anew();
  EXPECT_EQ(pace.due(begin), 50ms);
  EXPECT_EQ(pace.due(begin + 100ms), 100ms);
}

TEST(Pace, stamps_of_a_damaged_file_overflow_nothing) {
  Pace pace(0.001);
  const wire::Time earliest(wire::Duration::min()), latest(wire::Duration::max());
  EXPECT_EQ(pace.due(earliest), 0ns);
  const wire::Duration due = pace.due(latest);
  EXPECT_GT(due, 24h * 365 * 200);
  EXPECT_GE(pace.due(earliest), due);
  EXPECT_GE(pace.due(latest), due);
}

}  // namespace
}  // namespace tcpcraft::replay
