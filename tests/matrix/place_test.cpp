#include <gtest/gtest.h>

#include <tcpcraft/matrix/place.hpp>

namespace tcpcraft::matrix {
namespace {

using namespace places;

TEST(Place, Evaluate_AddsTheVariablesModulo2To32) {
  model::Tcb tcb;
  tcb.iss = wire::SeqNum(100);
  tcb.irs = wire::SeqNum(0xffff'ff00);
  tcb.rcv_nxt = wire::SeqNum(0xffff'fff0);
  tcb.rcv_edge = tcb.rcv_nxt + 1000;
  tcb.snd_una = wire::SeqNum(200);
  tcb.snd_nxt = wire::SeqNum(700);
  tcb.max_snd_wnd = 65535;
  EXPECT_EQ(evaluate(R + W + 1, tcb), tcb.rcv_nxt + 1001);
  EXPECT_EQ(evaluate(U - MW - 1, tcb), wire::SeqNum(200) - 65536);
  EXPECT_EQ(evaluate(N, tcb), tcb.snd_nxt);
  EXPECT_EQ(evaluate(ISS + 1, tcb), wire::SeqNum(101));
  EXPECT_EQ(evaluate(IRS, tcb), *tcb.irs);
}

TEST(Place, ToString_NamesTheVariables) {
  EXPECT_EQ(to_string(R + W - 1), "RCV.NXT+RCV.WND-1");
  EXPECT_EQ(to_string(U - MW - 1), "SND.UNA-MAX.SND.WND-1");
  EXPECT_EQ(to_string(R), "RCV.NXT");
  EXPECT_EQ(to_string(IRS + 2), "IRS+2");
  EXPECT_EQ(to_string(Place{}), "0");
}

}  // namespace
}  // namespace tcpcraft::matrix
