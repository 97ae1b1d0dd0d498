#include <gtest/gtest.h>

#include "reading.hpp"

namespace tcpcraft::scenario {
namespace {

const std::string begin = "scenario: t\nsteps:\n";

TEST(Stream, what_is_sent_and_expected) {
  const Scenario scenario = good(begin +
                                 "  - send:   stream \"abc\"\n"
                                 "  - expect: stream len=300000\n"
                                 "  - expect: stream  FIN  hex(00 ff)\n"
                                 "  - expect: stream FIN\n");
  ASSERT_EQ(scenario.steps.size(), 4u);
  EXPECT_EQ(std::get<SendStream>(scenario.steps[0].action).bytes, (wire::Bytes{'a', 'b', 'c'}));
  const auto& any = std::get<ExpectStream>(scenario.steps[1].action);
  EXPECT_EQ(any.bytes.size(), 300000u);
  EXPECT_TRUE(any.length_only);
  EXPECT_FALSE(any.fin);
  const auto& both = std::get<ExpectStream>(scenario.steps[2].action);
  EXPECT_EQ(both.bytes, (wire::Bytes{0, 255}));
  EXPECT_FALSE(both.length_only);
  EXPECT_TRUE(both.fin);
  const auto& end = std::get<ExpectStream>(scenario.steps[3].action);
  EXPECT_TRUE(end.bytes.empty());
  EXPECT_TRUE(end.fin);
}

TEST(Stream, is_nothing_but_bytes_and_their_end) {
  EXPECT_EQ(wrong(begin + "  - send: stream\n"),
            Strings{"3:17-17 the payload is missing | write \"text\", hex(00 ff) or len=1000"});
  EXPECT_EQ(wrong(begin + "  - send: stream FIN \"a\"\n"),
            (Strings{"3:18-21 'FIN' is not a payload | write \"text\", hex(00 ff) or len=1000",
                     "3:22-25 unexpected '\"a\"'"}));
  EXPECT_EQ(wrong(begin + "  - expect: stream len=3 win=5\n"), Strings{"3:26-31 unexpected 'win=5'"});
  EXPECT_EQ(wrong(begin + "  - expect: stream FIN len=3 in 1s..2s\n"),
            (Strings{"3:30-32 unexpected 'in'", "3:33-39 unexpected '1s..2s'"}));
  EXPECT_EQ(wrong(begin + "  - expect: stream \"\"\n"),
            Strings{"3:19-22 a stream has at least one byte | stream len=100000"});
  EXPECT_EQ(wrong(begin + "  - send: stream len=99999999\n").size(), 1u);
  EXPECT_EQ(wrong(begin + "  - optional: stream len=3\n").size(), 1u);
  EXPECT_EQ(wrong(begin + "  - any-order: [expect: stream len=3]\n").size(), 1u);
}

}  // namespace
}  // namespace tcpcraft::scenario
