// The numbers of a reset: RFC 9293 3.5.2; where Linux takes them when the peer has shrunk its window.

#include <tcpcraft/model/deviations.hpp>
#include <tcpcraft/model/rules.hpp>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

TEST(DeriveReset, ForASegmentWithoutAck_IsZeroAndAcknowledgesAllOfIt) {
  Tcb tcb;
  follow(tcb, segment(SYN, irs, {}, text("ab")));
  const Derived derived = derive(tcb, RST_ACK, 0);
  EXPECT_EQ(derived.seq, SeqNum(0)) << "RFC 9293 3.5.2, group 1";
  EXPECT_EQ(derived.seq_rule, &rules::reset_seq_zero);
  EXPECT_EQ(derived.ack, irs + 3);
  EXPECT_EQ(derived.ack_rule, &rules::reset_ack);
}

TEST(DeriveReset, WithAckAfterAnAck_IsAnAbort) {
  Connection c;
  c.receive_syn();
  c.peer_acking(iss + 1, ACK, {}, 70000);
  ASSERT_EQ(c.kernel.state, State::syn_received);
  const Derived derived = derive(c.kernel, RST_ACK, 0);
  EXPECT_EQ(derived.seq, iss + 1) << "RFC 9293 3.10.5";
  EXPECT_EQ(derived.seq_rule, &rules::abort);
}

struct DeriveShrunk : testing::Test {
  Connection c;
  void SetUp() override {
    c.kernel.profile = &linux_profile;
    c.sack = true;
    c.establish();
    c.kernel_sends(ACK, filler(100));
    Segment shrunk = segment(ACK, irs + 1, iss + 51);
    shrunk.window = 10;
    follow(c.kernel, shrunk);
  }
};

TEST_F(DeriveShrunk, OnlyABareAck_StaysWithinTheWindow) {
  EXPECT_EQ(derive(c.kernel, ACK, 0).seq, iss + 61);
  EXPECT_EQ(derive(c.kernel, ACK, 0).deviation, &deviations::shrunk_window);
  EXPECT_EQ(derive(c.kernel, ACK, 5).seq, iss + 101) << "RFC 9293 3.4";
  EXPECT_EQ(derive(c.kernel, FIN_ACK, 0).seq, iss + 101);
  EXPECT_EQ(derive(c.kernel, SYN_ACK, 0).deviation, nullptr);
  EXPECT_EQ(derive(c.kernel, RST, 0).deviation, nullptr);
}

TEST_F(DeriveShrunk, SackBlocks_AreOnAcksOnly) {
  c.peer(ACK, text("abc"), 10);
  EXPECT_EQ(derive(c.kernel, ACK, 0).sack.size(), 1u);
  EXPECT_TRUE(derive(c.kernel, SYN_ACK, 0).sack.empty()) << "RFC 2018 2";
  EXPECT_TRUE(derive(c.kernel, FIN, 0).sack.empty());
}

TEST(LinuxRules, WhatLinuxDecides_IsCited) {
  Connection c;
  c.establish();
  const auto rule = [](const Connection& at, const Segment& arrived) {
    return as(linux_profile, at.kernel, arrived).rule;
  };
  EXPECT_EQ(rule(c, segment(Flags{}, irs + 1)), &rules::no_ack);
  EXPECT_EQ(rule(Connection{}, segment(Flags{Flag::syn, Flag::fin}, irs)), &rules::listen_other);
  Connection opening;
  opening.receive_syn();
  EXPECT_EQ(rule(opening, segment(SYN, irs)), &rules::iss_kept) << "RFC 9293 3.8.1";
  Connection closed = c;
  closed.peer(FIN_ACK);
  EXPECT_EQ(rule(closed, segment(RST, irs + 1)), &rules::rst_exact);
  Connection orphan = c;
  orphan.kernel.orphaned = true;
  orphan.kernel_sends(FIN_ACK);
  orphan.peer(ACK);
  EXPECT_EQ(rule(orphan, segment(RST, irs)), &rules::rst_outside);
  EXPECT_EQ(rule(orphan, segment(RST, irs + 9)), &rules::rst_exact);
  Connection waiting = orphan;
  waiting.kernel.orphaned = false;
  waiting.peer(FIN_ACK);
  EXPECT_EQ(rule(waiting, segment(RST, irs + 9)), &rules::rst_outside);
}

}  // namespace
}  // namespace tcpcraft::model::test
