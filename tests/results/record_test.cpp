#include <gtest/gtest.h>

#include <tcpcraft/results/record.hpp>

namespace tcpcraft::results {
namespace {

TEST(VerdictNameTest, is_read_as_it_was_written) {
  for (const auto verdict : {engine::Verdict::pass, engine::Verdict::fail, engine::Verdict::error,
                             engine::Verdict::skip, engine::Verdict::inconclusive})
    EXPECT_EQ(parse_verdict(to_string(verdict)), verdict);
  EXPECT_EQ(parse_verdict("PASS"), std::nullopt);
}

}  // namespace
}  // namespace tcpcraft::results
