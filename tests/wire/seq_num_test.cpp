#include <limits>

#include <gtest/gtest.h>

#include <tcpcraft/wire/seq_num.hpp>

#include "random_wire.hpp"

namespace tcpcraft::wire {
namespace {

TEST(SeqNum, wraps_in_both_directions) {
  EXPECT_EQ(SeqNum(0xffffffff) + 1, SeqNum(0));
  EXPECT_EQ(SeqNum(0) - 1, SeqNum(0xffffffff));
  EXPECT_EQ(SeqNum(5) + (std::int64_t{1} << 32), SeqNum(5));
  EXPECT_EQ(SeqNum(5) - std::numeric_limits<std::int64_t>::min(), SeqNum(5));
  EXPECT_EQ(SeqNum(2) - SeqNum(0xfffffffe), 4);
  EXPECT_EQ(SeqNum(0xfffffffe) - SeqNum(2), -4);
}

TEST(SeqNum, orders_across_the_wrap) {
  EXPECT_TRUE(before(SeqNum(0xfffffff0), SeqNum(0x10)));
  EXPECT_TRUE(after(SeqNum(0x10), SeqNum(0xfffffff0)));
  EXPECT_FALSE(before(SeqNum(7), SeqNum(7)));
  EXPECT_FALSE(after(SeqNum(7), SeqNum(7)));
  EXPECT_EQ(later(SeqNum(0xfffffff0), SeqNum(0x10)), SeqNum(0x10));
  EXPECT_EQ(earlier(SeqNum(0xfffffff0), SeqNum(0x10)), SeqNum(0xfffffff0));
}

TEST(SeqNum, range_holds_its_first_and_not_its_end) {
  EXPECT_TRUE(in_range(SeqNum(0xffffffff), SeqNum(0xffffffff), 2));
  EXPECT_TRUE(in_range(SeqNum(0), SeqNum(0xffffffff), 2));
  EXPECT_FALSE(in_range(SeqNum(1), SeqNum(0xffffffff), 2));
  EXPECT_FALSE(in_range(SeqNum(0xfffffffe), SeqNum(0xffffffff), 2));
  EXPECT_FALSE(in_range(SeqNum(3), SeqNum(3), 0));
}

TEST(SeqNum, random_numbers_keep_the_laws_of_the_circle) {
  test::Random random;
  for (int i = 0; i < 10'000; ++i) {
    const SeqNum a(random.number());
    const auto step = static_cast<std::int32_t>(random.number());
    EXPECT_EQ((a + step) - a, step);
    EXPECT_EQ((a + step) - step, a);
    if (step == 0 || step == std::numeric_limits<std::int32_t>::min()) continue;
    EXPECT_NE(before(a, a + step), after(a, a + step));
    EXPECT_EQ(before(a, a + step), step > 0);
    EXPECT_EQ(later(a, a + step), step > 0 ? a + step : a);
    EXPECT_NE(earlier(a, a + step), later(a, a + step));
  }
}

}  // namespace
}  // namespace tcpcraft::wire
