// The states after a FIN: RFC 9293 3.6, 3.10.7.4; TIME-WAIT: RFC 6191.

#include <tcpcraft/model/rules.hpp>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

struct Closing : testing::Test {
  Connection c;
  void SetUp() override { c.establish(); }
  void kernel_closes_first() {
    c.kernel_sends(FIN_ACK);
    c.peer(ACK);
    c.peer(FIN_ACK);
    c.kernel_sends(ACK);
  }
};

TEST_F(Closing, KernelFirst) {
  EXPECT_EQ(c.kernel_sends(FIN_ACK, text("bye")), &rules::close);
  EXPECT_EQ(c.kernel.state, State::fin_wait_1);
  EXPECT_EQ(c.kernel.fin_sent, iss + 4);
  EXPECT_EQ(c.peer_acking(iss + 4).rule, &rules::ack_new) << "the data, not the FIN";
  EXPECT_EQ(c.kernel.state, State::fin_wait_1);
  EXPECT_EQ(c.peer_acking(iss + 5).rule, &rules::fin_wait_1_ack);
  EXPECT_EQ(c.kernel.state, State::fin_wait_2);
  EXPECT_EQ(c.peer(ACK, text("late")).delivered, text("late"));
  EXPECT_EQ(c.peer(FIN_ACK).rule, &rules::fin_wait_2_fin);
  EXPECT_EQ(c.kernel.state, State::time_wait);
}

TEST_F(Closing, PeerFirst) {
  EXPECT_EQ(c.peer(FIN_ACK).rule, &rules::established_fin);
  EXPECT_EQ(c.kernel.state, State::close_wait);
  EXPECT_EQ(c.kernel_sends(ACK), &rules::established_fin);
  EXPECT_EQ(c.kernel_sends(FIN_ACK), &rules::close);
  EXPECT_EQ(c.kernel.state, State::last_ack);
  EXPECT_EQ(c.peer_acking(iss + 1).rule, &rules::ack_duplicate);
  EXPECT_EQ(c.kernel.state, State::last_ack);
  EXPECT_EQ(c.peer(ACK).rule, &rules::last_ack_ack);
  EXPECT_EQ(c.kernel.state, State::closed);
}

TEST_F(Closing, Simultaneous) {
  c.kernel_sends(FIN_ACK);
  EXPECT_EQ(c.peer_acking(iss + 1, FIN_ACK).rule, &rules::fin_wait_1_fin);
  EXPECT_EQ(c.kernel.state, State::closing);
  c.kernel_sends(ACK);
  EXPECT_EQ(c.peer_acking(iss + 1).rule, &rules::closing_other);
  const Outcome ignored = c.peer_acking(iss + 1, FIN_ACK, text("x"));
  EXPECT_EQ(ignored.rule, &rules::closing_other);
  EXPECT_EQ(ignored.reply.kind, Kind::none);
  EXPECT_EQ(c.kernel.state, State::closing);
  EXPECT_EQ(c.peer(ACK).rule, &rules::closing_ack);
  EXPECT_EQ(c.kernel.state, State::time_wait);
}

TEST_F(Closing, FinThatAcknowledgesTheFin_SkipsClosing) {
  c.kernel_sends(FIN_ACK);
  EXPECT_EQ(c.peer(FIN_ACK).rule, &rules::fin_wait_2_fin);
  EXPECT_EQ(c.kernel.state, State::time_wait);
}

TEST_F(Closing, KernelInSynReceived_GoesToFinWait1) {
  Connection early;
  early.receive_syn();
  early.kernel_sends(FIN_ACK);
  EXPECT_EQ(early.kernel.state, State::fin_wait_1);
}

TEST_F(Closing, SecondFin_LeavesRcvNxt) {
  c.peer(FIN_ACK);
  c.kernel_sends(ACK);
  const Outcome again = c.peer(FIN_ACK);
  EXPECT_EQ(again.rule, &rules::fin_again);
  EXPECT_EQ(again.reply.kind, Kind::ack);
  EXPECT_EQ(c.kernel.rcv_nxt, irs + 2);
  EXPECT_EQ(c.peer(FIN_ACK, {}, -1).rule, &rules::sequence_unacceptable);
  EXPECT_EQ(c.peer(ACK, text("beyond")).rule, &rules::data_after_fin);
  EXPECT_EQ(c.kernel.rcv_nxt, irs + 2);
}

TEST_F(Closing, TimeWaitFin_IsAcknowledgedAgain) {
  kernel_closes_first();
  EXPECT_EQ(c.peer(FIN_ACK, {}, -1).rule, &rules::time_wait_fin);
  EXPECT_EQ(c.peer(ACK, text("x"), -1).rule, &rules::sequence_unacceptable);
  EXPECT_EQ(c.kernel.state, State::time_wait);
}

TEST_F(Closing, TimeWaitSyn_WithALaterSeq_OpensAnew) {
  kernel_closes_first();
  EXPECT_EQ(c.peer(SYN, {}, -1).rule, &rules::syn_challenge) << "the number of the FIN is not later";
  EXPECT_EQ(c.kernel.state, State::time_wait);
  const Outcome reaction = c.peer(SYN, {}, 1);
  EXPECT_EQ(reaction.rule, &rules::time_wait_syn);
  EXPECT_EQ(reaction.reply.kind, Kind::syn_ack);
  EXPECT_EQ(c.kernel.state, State::syn_received);
  EXPECT_EQ(c.kernel.rcv_nxt, irs + 4);
  EXPECT_EQ(c.kernel.iss, std::nullopt) << "its ISS is new";
  EXPECT_EQ(derive(c.kernel, SYN_ACK, 0).seq, std::nullopt);
  EXPECT_EQ(c.kernel.fin_sent, std::nullopt);
}

TEST_F(Closing, TimeWaitSynAck_IsChallenged) {
  kernel_closes_first();
  EXPECT_EQ(c.peer(SYN_ACK, {}, 100).rule, &rules::syn_challenge);
  EXPECT_EQ(c.peer(Flags{Flag::syn, Flag::rst}, {}, 0).rule, &rules::rst_exact);
}

TEST_F(Closing, TimeWaitSyn_AfterAnActiveOpen_IsChallenged) {
  kernel_closes_first();
  c.kernel.passive = false;
  EXPECT_EQ(c.peer(SYN, {}, 1).rule, &rules::syn_challenge);
}

TEST(TimeWaitSyn, TimestampsDecideFirst) {
  const auto reopens = [](std::int64_t offset, std::int32_t newer) {
    Connection c;
    c.timestamps = true;
    c.establish();
    c.kernel_sends(FIN_ACK);
    c.peer(FIN_ACK);
    c.kernel_sends(ACK);
    const auto tsval = c.kernel.ts_recent + static_cast<std::uint32_t>(newer);
    follow(c.kernel, segment(SYN, c.kernel.rcv_nxt + offset, {}, {}, {wire::Timestamps{tsval, 0}}));
    return c.kernel.state == State::syn_received;
  };
  EXPECT_TRUE(reopens(-1000, 1)) << "RFC 6191 2: a newer timestamp is enough";
  EXPECT_TRUE(reopens(1, 0));
  EXPECT_TRUE(reopens(0, 0)) << "later than the last number used, that of the FIN";
  EXPECT_FALSE(reopens(-1, 0));
  EXPECT_FALSE(reopens(1, -1)) << "an older one is too little for a later SEQ";
}

TEST_F(Closing, ClosedWindowInLastAck_TheAckOfTheFinStillEnds) {
  c.kernel_window = 0;
  c.peer(ACK, filler(65534));
  c.kernel_sends(ACK);
  c.peer(FIN_ACK);
  c.kernel_sends(FIN_ACK);
  ASSERT_EQ(c.kernel.state, State::last_ack);
  ASSERT_EQ(c.kernel.rcv_wnd(), 0u);
  const Outcome reaction = c.peer(ACK, text("x"));
  EXPECT_EQ(c.kernel.state, State::closed);
  EXPECT_EQ(reaction.reply.kind, Kind::none);
}

}  // namespace
}  // namespace tcpcraft::model::test
