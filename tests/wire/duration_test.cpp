#include <limits>

#include <gtest/gtest.h>

#include <tcpcraft/wire/notation.hpp>

#include "random_wire.hpp"

namespace tcpcraft::wire {
namespace {

using namespace std::chrono_literals;

TEST(Duration, reads_every_unit) {
  EXPECT_EQ(parse_duration("7ns"), Duration(7));
  EXPECT_EQ(parse_duration("200us"), Duration(200us));
  EXPECT_EQ(parse_duration("10ms"), Duration(10ms));
  EXPECT_EQ(parse_duration("1s"), Duration(1s));
  EXPECT_EQ(parse_duration("1.5s"), Duration(1500ms));
  EXPECT_EQ(parse_duration("0.000000001s"), Duration(1));
  EXPECT_EQ(parse_duration("2.50us"), Duration(2500));
  EXPECT_EQ(parse_duration("0"), Duration(0));
  EXPECT_EQ(parse_duration("9223372036854775807ns"), Duration::max());
}

TEST(Duration, refuses_what_is_none) {
  for (const char* text : {"",
                           "1",
                           "00",
                           "ms",
                           ".5s",
                           "1.s",
                           "-1ms",
                           "+1ms",
                           "1 ms",
                           "1h",
                           "1MS",
                           "1.5.5s",
                           "0x1s",
                           "1e3s",
                           "0.5ns",
                           "1.0000001us",
                           "9223372036854775808ns",
                           "9223372037s",
                           "99999999999999999999999s",
                           "9223372036.854775808s"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Duration, prints_the_largest_unit_with_a_whole_part) {
  EXPECT_EQ(format_duration(0ns), "0");
  EXPECT_EQ(format_duration(7ns), "7ns");
  EXPECT_EQ(format_duration(10ms), "10ms");
  EXPECT_EQ(format_duration(1500us), "1.5ms");
  EXPECT_EQ(format_duration(1s), "1s");
  EXPECT_EQ(format_duration(1000000001ns), "1.000000001s");
  EXPECT_EQ(format_duration(-40ms), "-40ms");
  EXPECT_EQ(format_duration(Duration::min()), "-9223372036.854775808s");
}

TEST(Duration, printed_text_reads_back) {
  test::Random random;
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t bits = std::uint64_t{random.number()} << 32 | random.number();
    const Duration duration(static_cast<Duration::rep>(bits >> random.between(1, 63)));
    EXPECT_EQ(parse_duration(format_duration(duration)), duration) << format_duration(duration);
  }
}

}  // namespace
}  // namespace tcpcraft::wire
