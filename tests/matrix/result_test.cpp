#include <gtest/gtest.h>

#include <tcpcraft/matrix/result.hpp>

namespace tcpcraft::matrix {
namespace {

TEST(Verdict, its_name_is_read_back) {
  for (const Verdict verdict : {Verdict::conforms, Verdict::alternative, Verdict::deviation,
                                Verdict::new_deviation, Verdict::vanished, Verdict::inconclusive})
    EXPECT_EQ(parse_verdict(to_string(verdict)), verdict);
  EXPECT_EQ(to_string(Verdict::new_deviation), "new");
  EXPECT_EQ(parse_verdict("NEW"), std::nullopt);
  EXPECT_EQ(parse_verdict(""), std::nullopt);
}

}  // namespace
}  // namespace tcpcraft::matrix
