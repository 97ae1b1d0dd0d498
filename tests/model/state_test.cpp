// RFC 9293 3.3.2.

#include <tcpcraft/model/state.hpp>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

TEST(State, Names_AreThoseOfTheStandard) {
  EXPECT_EQ(to_string(State::syn_received), "SYN-RECEIVED");
  EXPECT_EQ(to_string(State::fin_wait_2), "FIN-WAIT-2");
  EXPECT_EQ(parse_state("LAST-ACK"), State::last_ack);
  EXPECT_EQ(parse_state("last-ack"), std::nullopt);
  EXPECT_EQ(parse_state("LAST-AC"), std::nullopt);
  EXPECT_EQ(parse_state(""), std::nullopt);
}

TEST(State, EveryName_IsReadBack) {
  for (int i = 0; i <= static_cast<int>(State::time_wait); ++i) {
    const auto state = static_cast<State>(i);
    EXPECT_EQ(parse_state(to_string(state)), state);
  }
}

TEST(State, Synchronized_BeginsWithEstablished) {
  EXPECT_FALSE(is_synchronized(State::syn_received));
  EXPECT_TRUE(is_synchronized(State::established));
  EXPECT_TRUE(is_synchronized(State::time_wait));
}

}  // namespace
}  // namespace tcpcraft::model::test
