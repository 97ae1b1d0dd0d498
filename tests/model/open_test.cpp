// CLOSED, LISTEN, SYN-SENT, SYN-RECEIVED: RFC 9293 3.10.7.1 to 3.10.7.3, and 3.10.7.4 in SYN-RECEIVED.

#include <tcpcraft/model/rules.hpp>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

Connection active_open() {
  Connection c;
  c.kernel = Tcb{};
  c.kernel_sends(SYN);
  return c;
}

TEST(ListenSyn, TakesNumbersAndOffer) {
  Tcb tcb = listening();
  Segment syn = segment(SYN, irs, {}, text("early"));
  syn.window = 1234;
  syn.options = {wire::Mss{1000}, wire::SackPermitted{}, wire::Timestamps{77, 0}, wire::WindowScale{15}};
  const Outcome reaction = follow(tcb, syn);
  EXPECT_EQ(reaction.reply.kind, Kind::syn_ack);
  EXPECT_EQ(reaction.rule, &rules::listen_syn);
  EXPECT_TRUE(reaction.delivered.empty()) << "text on a SYN is not delivered";
  EXPECT_EQ(tcb.state, State::syn_received);
  EXPECT_TRUE(tcb.passive);
  EXPECT_EQ(tcb.irs, irs);
  EXPECT_EQ(tcb.rcv_nxt, irs + 1);
  EXPECT_EQ(tcb.iss, std::nullopt);
  EXPECT_EQ(tcb.ts_recent, 77u);
  EXPECT_EQ(tcb.received.mss, 1000);
  EXPECT_EQ(tcb.received.window_scale, 14) << "RFC 7323 2.3";
  EXPECT_TRUE(tcb.received.sack_permitted);
  EXPECT_TRUE(tcb.received.timestamps);
  EXPECT_EQ(tcb.snd_wnd, 1234u) << "the window of a SYN is not scaled";
  EXPECT_EQ(tcb.rcv_wnd(), 65535u) << "assumed until one is offered";
}

TEST(ListenSyn, WithoutOptions_OffersNothing) {
  Tcb tcb = listening();
  follow(tcb, segment(SYN, irs));
  EXPECT_EQ(tcb.received.mss, std::nullopt);
  EXPECT_EQ(tcb.received.window_scale, std::nullopt);
  EXPECT_FALSE(tcb.received.sack_permitted);
  EXPECT_FALSE(tcb.received.timestamps);
}

TEST(ClosedSyn, AfterAPassiveOpen_OpensAgain) {
  Connection c;
  c.establish();
  c.peer(RST);
  ASSERT_EQ(c.kernel.state, State::closed);
  EXPECT_EQ(follow(c.kernel, segment(SYN, irs + 5000)).reply.kind, Kind::syn_ack);
  EXPECT_EQ(c.kernel.irs, irs + 5000);
  EXPECT_EQ(c.kernel.iss, std::nullopt);
}

TEST(SynSentSynAck, Establishes) {
  Connection c = active_open();
  ASSERT_EQ(c.kernel.state, State::syn_sent);
  const Outcome reaction = follow(c.kernel, segment(SYN_ACK, irs, iss + 1));
  EXPECT_EQ(c.kernel.state, State::established);
  EXPECT_EQ(reaction.rule, &rules::syn_sent_syn_ack);
  EXPECT_EQ(c.kernel.snd_una, iss + 1);
  EXPECT_EQ(c.kernel.rcv_nxt, irs + 1);
  EXPECT_EQ(c.kernel_sends(ACK), &rules::syn_sent_syn_ack);
}

TEST(SynSentSynAck, TextOnIt_IsDeliveredAndAcknowledgedAtOnce) {
  Connection c = active_open();
  const Outcome reaction = follow(c.kernel, segment(SYN_ACK, irs, iss + 1, text("hello")));
  EXPECT_EQ(reaction.delivered, text("hello"));
  EXPECT_EQ(reaction.reply.kind, Kind::ack);
  EXPECT_FALSE(reaction.reply.may_wait);
  EXPECT_EQ(c.kernel.rcv_nxt, irs + 6);
}

TEST(SynSentSynAck, TheWindowOfTheSyn_IsInForce) {
  Connection c;
  c.kernel = Tcb{};
  c.kernel_window = 500;
  c.kernel_sends(SYN);
  follow(c.kernel, segment(SYN_ACK, irs, iss + 1));
  EXPECT_EQ(c.kernel.rcv_edge, irs + 501);
}

TEST(SynSentSynAck, IsThoughtAcknowledgedAtOnce_ForTsRecent) {
  Connection c;
  c.timestamps = true;
  c.kernel = Tcb{};
  c.kernel_sends(SYN);
  follow(c.kernel, segment(SYN_ACK, SeqNum(5000), iss + 1, {}, c.syn_options(100, c.kernel_clock)));
  follow(c.kernel, segment(ACK, SeqNum(5001), iss + 1, text("x"), {wire::Timestamps{200, c.kernel_clock}}));
  EXPECT_EQ(c.kernel.ts_recent, 200u);
}

TEST(SynSentRst, ThatAcknowledgesTheSyn_Refuses) {
  Connection c = active_open();
  EXPECT_EQ(follow(c.kernel, segment(RST_ACK, SeqNum(0), iss + 1)).rule, &rules::syn_sent_rst_ack);
  EXPECT_EQ(c.kernel.state, State::closed);
}

TEST(SynSentSyn, IsASimultaneousOpen) {
  Connection c = active_open();
  EXPECT_EQ(follow(c.kernel, segment(SYN, irs)).reply.kind, Kind::syn_ack);
  EXPECT_EQ(c.kernel.state, State::syn_received);
  EXPECT_FALSE(c.kernel.passive);
  EXPECT_EQ(derive(c.kernel, SYN_ACK, 0).seq, iss);
  EXPECT_EQ(c.kernel_sends(SYN_ACK), &rules::syn_sent_syn);

  const Outcome reaction = follow(c.kernel, segment(SYN_ACK, irs, iss + 1));
  EXPECT_EQ(reaction.rule, &rules::syn_received_crossing) << "RFC 9293 3.5, Figure 7";
  EXPECT_EQ(c.kernel.state, State::established);
  EXPECT_EQ(c.kernel.snd_una, iss + 1);
}

TEST(SynReceivedSynAck, ThatDoesNotAcknowledgeTheSyn_DoesNotComplete) {
  Connection c = active_open();
  follow(c.kernel, segment(SYN, irs));
  c.kernel_sends(SYN_ACK);
  EXPECT_EQ(follow(c.kernel, segment(SYN_ACK, irs, iss)).reply.kind, Kind::ack);
  EXPECT_EQ(follow(c.kernel, segment(SYN_ACK, irs, iss + 2)).reply.kind, Kind::ack);
  EXPECT_EQ(c.kernel.state, State::syn_received);
}

TEST(SynReceivedSynAck, OnAPassiveOpen_DoesNotComplete) {
  Connection c;
  c.receive_syn();
  EXPECT_EQ(follow(c.kernel, segment(SYN_ACK, irs, iss + 1)).rule, &rules::syn_challenge);
  EXPECT_EQ(c.kernel.state, State::syn_received);
}

TEST(SynReceivedSyn, BeforeAnyAnswer_BeginsAnew) {
  Tcb tcb = listening();
  follow(tcb, segment(SYN, irs));
  const Outcome reaction = follow(tcb, segment(SYN, irs + 100, {}, {}, {wire::Mss{700}}));
  EXPECT_EQ(reaction.reply.kind, Kind::syn_ack);
  EXPECT_EQ(tcb.irs, irs + 100);
  EXPECT_EQ(tcb.received.mss, 700);
}

TEST(SynReceivedAck, BeforeAnyAnswer_IsReset) {
  Tcb tcb = listening();
  follow(tcb, segment(SYN, irs));
  EXPECT_EQ(follow(tcb, segment(ACK, irs + 1, SeqNum(0))).reply.kind, Kind::rst);
  EXPECT_EQ(tcb.state, State::syn_received);
}

TEST(SynReceivedAck, TakesTheScaledWindow) {
  Tcb tcb = listening();
  follow(tcb, segment(SYN, irs, {}, {}, {wire::WindowScale{3}}));
  transmitted(tcb, segment(SYN_ACK, iss, irs + 1, {}, {wire::WindowScale{7}}));
  Segment ack = segment(ACK, irs + 1, iss + 1);
  ack.window = 1000;
  EXPECT_EQ(follow(tcb, ack).rule, &rules::syn_received_ack);
  EXPECT_EQ(tcb.snd_wnd, 8000u);
  EXPECT_EQ(tcb.max_snd_wnd, 65535u) << "offered on the SYN";
}

TEST(SynReceivedAck, WithTextAndFin_GoesOnToCloseWait) {
  Connection c;
  c.receive_syn();
  const Outcome reaction = c.peer(FIN_ACK, text("bye"));
  EXPECT_EQ(c.kernel.state, State::close_wait);
  EXPECT_EQ(reaction.delivered, text("bye"));
  EXPECT_TRUE(reaction.fin);
}

TEST(SynReceivedRst, OnAPassiveOpen_ReturnsToListen) {
  Connection c;
  c.receive_syn();
  EXPECT_EQ(c.peer(RST).rule, &rules::syn_received_rst);
  EXPECT_EQ(c.kernel.state, State::listen);
}

TEST(SynReceivedSyn, InTheWindow_ReturnsToListen) {
  Connection c;
  c.receive_syn();
  EXPECT_EQ(c.peer(SYN, {}, 10).rule, &rules::syn_received_syn);
  EXPECT_EQ(c.kernel.state, State::listen);
}

}  // namespace
}  // namespace tcpcraft::model::test
