// What the side under test was seen to send, and what that says about it.

#include <tcpcraft/model/rules.hpp>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

struct Transmitted : testing::Test {
  Connection c;
  void SetUp() override { c.establish(); }
  const Rule* kernel_acks(SeqNum ack, std::uint16_t window = 65535) {
    Segment sent = segment(ACK, c.kernel.snd_nxt, ack);
    sent.window = window;
    return transmitted(c.kernel, sent);
  }
};

TEST(TransmittedSyn, FromClosed_IsAnActiveOpen) {
  Tcb tcb;
  EXPECT_EQ(transmitted(tcb, segment(SYN, iss, {}, {}, {wire::Mss{1400}})), &rules::open);
  EXPECT_EQ(tcb.state, State::syn_sent);
  EXPECT_FALSE(tcb.passive);
  EXPECT_EQ(tcb.iss, iss);
  EXPECT_EQ(tcb.snd_una, iss);
  EXPECT_EQ(tcb.snd_nxt, iss + 1);
  EXPECT_EQ(tcb.offered.mss, 1400);
  EXPECT_EQ(transmitted(tcb, segment(SYN, iss)), &rules::iss_kept);
  EXPECT_EQ(tcb.snd_nxt, iss + 1);
  EXPECT_EQ(tcb.offered.mss, 1400) << "the first SYN's offer stands";
}

TEST(TransmittedSyn, AfterARefusal_IsANewConnection) {
  Tcb tcb;
  transmitted(tcb, segment(SYN, iss));
  follow(tcb, segment(RST_ACK, SeqNum(0), iss + 1));
  transmitted(tcb, segment(SYN, iss + 7777));
  EXPECT_EQ(tcb.state, State::syn_sent);
  EXPECT_EQ(tcb.iss, iss + 7777);
  EXPECT_EQ(tcb.snd_nxt, iss + 7778);
}

TEST(TransmittedSynAck, GivesTheIssAndKeepsTheState) {
  Tcb tcb = listening();
  follow(tcb, segment(SYN, irs));
  EXPECT_EQ(transmitted(tcb, segment(SYN_ACK, iss, irs + 1)), &rules::listen_syn);
  EXPECT_EQ(tcb.state, State::syn_received);
  EXPECT_EQ(tcb.iss, iss);
  EXPECT_EQ(tcb.snd_una, iss);
  EXPECT_EQ(tcb.snd_nxt, iss + 1);
  EXPECT_EQ(transmitted(tcb, segment(SYN_ACK, iss, irs + 1)), &rules::iss_kept);
}

TEST(TransmittedSynAck, WithANewIss_ReplacesTheFirst) {
  Tcb tcb = listening();
  follow(tcb, segment(SYN, irs));
  transmitted(tcb, segment(SYN_ACK, iss, irs + 1));
  transmitted(tcb, segment(SYN_ACK, iss - 5000, irs + 1));
  EXPECT_EQ(tcb.iss, iss - 5000);
  EXPECT_EQ(tcb.snd_nxt, iss - 4999);
}

TEST(TransmittedSynAck, InListen_TellsThatItNeverWentBack) {
  Connection c;
  c.receive_syn();
  c.peer(RST);
  ASSERT_EQ(c.kernel.state, State::listen);
  c.kernel_sends(SYN_ACK);
  EXPECT_EQ(c.kernel.state, State::syn_received);
  EXPECT_EQ(c.kernel.iss, iss);
}

using TransmittedWindow = Transmitted;

TEST_F(TransmittedWindow, ReplacesTheAssumedOne) {
  Tcb tcb = listening();
  follow(tcb, segment(SYN, irs));
  Segment syn_ack = segment(SYN_ACK, iss, irs + 1);
  syn_ack.window = 100;
  transmitted(tcb, syn_ack);
  EXPECT_EQ(tcb.rcv_wnd(), 100u);
}

TEST_F(TransmittedWindow, EdgeNeverMovesLeft) {
  kernel_acks(irs + 1, 1000);
  EXPECT_EQ(c.kernel.rcv_edge, irs + 1 + 65535);
  c.peer(ACK, filler(10));
  kernel_acks(irs + 11, 65535);
  EXPECT_EQ(c.kernel.rcv_edge, irs + 11 + 65535);
}

TEST_F(TransmittedWindow, IsScaledBeyondTheSyn) {
  Tcb tcb = listening();
  follow(tcb, segment(SYN, irs, {}, {}, {wire::WindowScale{0}}));
  transmitted(tcb, segment(SYN_ACK, iss, irs + 1, {}, {wire::WindowScale{7}}));
  EXPECT_EQ(tcb.rcv_wnd(), 65535u);
  follow(tcb, segment(ACK, irs + 1, iss + 1));
  Segment ack = segment(ACK, iss + 1, irs + 1);
  ack.window = 1000;
  transmitted(tcb, ack);
  EXPECT_EQ(tcb.rcv_wnd(), 128000u);
}

TEST_F(TransmittedWindow, IsNotScaledUnlessBothOffered) {
  Tcb tcb = listening();
  follow(tcb, segment(SYN, irs));
  transmitted(tcb, segment(SYN_ACK, iss, irs + 1, {}, {wire::WindowScale{7}}));
  follow(tcb, segment(ACK, irs + 1, iss + 1));
  transmitted(tcb, segment(ACK, iss + 1, irs + 1));
  EXPECT_EQ(tcb.rcv_wnd(), 65535u);
}

TEST_F(TransmittedWindow, ThatGrew_IsAnUpdate) {
  c.peer(ACK, filler(100));
  EXPECT_EQ(kernel_acks(irs + 101, 65435), &rules::data_in_order);
  EXPECT_EQ(kernel_acks(irs + 101, 65535), &rules::window_update);
  EXPECT_EQ(kernel_acks(irs + 101, 65535), &rules::acknowledgment) << "nothing grew";
}

TEST_F(TransmittedWindow, ThatGrewWithTheAck_IsAnAcknowledgment) {
  c.peer(ACK, filler(100));
  c.peer(ACK);
  EXPECT_EQ(kernel_acks(irs + 101), &rules::acknowledgment);
}

using TransmittedAck = Transmitted;

TEST_F(TransmittedAck, NamesTheRuleOfWhatItAnswers) {
  c.peer(RST, {}, 10);
  EXPECT_EQ(c.kernel_sends(ACK), &rules::rst_challenge);
  c.peer(ACK, text("x"), 10);
  EXPECT_EQ(c.kernel_sends(ACK), &rules::data_out_of_order);
  EXPECT_EQ(c.kernel_sends(ACK), &rules::acknowledgment) << "answered already";
}

TEST_F(TransmittedAck, BehindTheModel_TakesRcvNxtBack) {
  c.peer(ACK, text("abc"));
  ASSERT_EQ(c.kernel.rcv_nxt, irs + 4);
  kernel_acks(irs + 1);
  EXPECT_EQ(c.kernel.rcv_nxt, irs + 1);
  EXPECT_EQ(c.peer(ACK, text("abc")).delivered, text("abc"));
}

TEST_F(TransmittedAck, BeyondTheModel_TakesRcvNxtForward) {
  c.peer_acking(iss + 500, ACK, text("evil"));  // refused by the model, taken by the kernel
  ASSERT_EQ(c.kernel.rcv_nxt, irs + 1);
  kernel_acks(irs + 5);
  EXPECT_EQ(c.kernel.rcv_nxt, irs + 5);
}

TEST_F(TransmittedAck, BeyondTheModel_ForgetsWhatIsQueuedBelow) {
  c.peer(ACK, text("cd"), 2);
  c.peer(ACK, text("hi"), 7);
  c.peer_acking(iss + 500, ACK, text("ab"));
  kernel_acks(irs + 5);
  EXPECT_EQ(c.kernel.rcv_nxt, irs + 5);
  EXPECT_EQ(c.kernel.queue.blocks(), (std::vector{wire::SackBlock{irs + 8, irs + 10}}));
}

TEST_F(TransmittedAck, OfWhatNobodySent_IsNotBelieved) {
  c.peer(ACK, text("abc"));
  kernel_acks(irs + 5);
  EXPECT_EQ(c.kernel.rcv_nxt, irs + 4);
  kernel_acks(irs);
  EXPECT_EQ(c.kernel.rcv_nxt, irs + 4);
  kernel_acks(irs + 1);
  EXPECT_EQ(c.kernel.rcv_nxt, irs + 1);
}

TEST_F(TransmittedAck, ASynOrARst_IsNotWhatThePeerSent) {
  c.peer(SYN, {}, 1000);
  c.peer(RST, text("abc"), 1000);
  kernel_acks(irs + 1000);
  EXPECT_EQ(c.kernel.rcv_nxt, irs + 1);
}

TEST_F(TransmittedAck, OfAFinThatTheModelRefused_ClosesTheOtherDirection) {
  c.peer(ACK, filler(65535));
  kernel_acks(c.kernel.rcv_nxt, 0);
  c.peer(FIN_ACK);
  ASSERT_EQ(c.kernel.state, State::established) << "the window is closed";
  kernel_acks(c.kernel.rcv_nxt + 1, 0);
  EXPECT_EQ(c.kernel.state, State::close_wait);
  EXPECT_EQ(c.kernel.rcv_wnd(), 0u);
  EXPECT_EQ(c.kernel.fin_received, c.kernel.rcv_nxt - 1);
}

TEST_F(TransmittedAck, BeyondAFinThatLiesBehind_IsNoEnd) {
  c.peer(FIN_ACK, {}, -1);
  kernel_acks(irs + 1);
  EXPECT_EQ(c.kernel.state, State::established);
}

TEST_F(TransmittedAck, OnARst_IsNoWordOnRcvNxt) {
  c.peer(ACK, text("abc"));
  transmitted(c.kernel, segment(RST_ACK, iss + 1, irs + 1));
  EXPECT_EQ(c.kernel.rcv_nxt, irs + 4);
}

TEST_F(TransmittedAck, AfterGoingBackBeforeTheFin_TheFinIsTakenAgain) {
  c.peer(FIN_ACK, text("abc"));
  kernel_acks(irs + 1);
  EXPECT_EQ(c.peer(FIN_ACK, text("abc")).delivered, text("abc"));
  EXPECT_EQ(c.kernel.rcv_nxt, irs + 5);
  EXPECT_EQ(c.kernel.state, State::close_wait);
}

using TransmittedData = Transmitted;

TEST_F(TransmittedData, NewAndRepeated) {
  EXPECT_EQ(c.kernel_sends(ACK, filler(10)), &rules::send);
  EXPECT_EQ(c.kernel.snd_nxt, iss + 11);
  EXPECT_EQ(transmitted(c.kernel, segment(ACK, iss + 1, irs + 1, filler(10))), &rules::retransmission);
  EXPECT_EQ(c.kernel.snd_nxt, iss + 11);
}

TEST_F(TransmittedData, BeyondAnOpenWindow_IsNoProbe) {
  EXPECT_EQ(c.kernel_sends(ACK, filler(70000)), &rules::send);
}

TEST_F(TransmittedData, IntoAClosedWindow_IsAProbe) {
  c.kernel_sends(ACK, filler(10));
  Segment closed = segment(ACK, irs + 1, iss + 11);
  closed.window = 0;
  follow(c.kernel, closed);
  EXPECT_EQ(transmitted(c.kernel, segment(ACK, iss + 11, irs + 1, filler(1))), &rules::window_probe);
  EXPECT_EQ(transmitted(c.kernel, segment(ACK, iss + 10, irs + 1)), &rules::window_probe);
}

TEST_F(TransmittedData, BeforeSndUna_IsAKeepAlive) {
  EXPECT_EQ(transmitted(c.kernel, segment(ACK, iss, irs + 1)), &rules::keep_alive);
  EXPECT_EQ(c.kernel.snd_nxt, iss + 1);
}

TEST_F(TransmittedData, RepeatedFin_ChangesNothing) {
  c.kernel_sends(FIN_ACK, text("ab"));
  EXPECT_EQ(c.kernel.snd_nxt, iss + 4);
  EXPECT_EQ(c.kernel_sends(FIN_ACK, text("ab")), &rules::retransmission);
  EXPECT_EQ(c.kernel.fin_sent, iss + 3);
  EXPECT_EQ(c.kernel.snd_nxt, iss + 4);
  EXPECT_EQ(c.kernel.state, State::fin_wait_1);
}

State state_after_rst(State before, Flags flags, bool passive = true) {
  Connection c;
  c.receive_syn();
  c.kernel.state = before;
  c.kernel.passive = passive;
  EXPECT_NE(transmitted(c.kernel, segment(flags, iss + 1, irs + 1)), nullptr);
  return c.kernel.state;
}

TEST(TransmittedRst, EndsASynchronizedConnection) {
  EXPECT_EQ(state_after_rst(State::established, RST), State::closed);
  EXPECT_EQ(state_after_rst(State::fin_wait_2, RST_ACK), State::closed);
}

TEST(TransmittedRst, ThatRefusesAnAck_LeavesAnOpeningConnection) {
  EXPECT_EQ(state_after_rst(State::listen, RST_ACK), State::listen);
  EXPECT_EQ(state_after_rst(State::closed, RST_ACK), State::closed);
  EXPECT_EQ(state_after_rst(State::syn_sent, RST), State::syn_sent);
  EXPECT_EQ(state_after_rst(State::syn_received, RST), State::syn_received);
}

TEST(TransmittedRst, WithAck_EndsAnOpeningConnection) {
  EXPECT_EQ(state_after_rst(State::syn_sent, RST_ACK), State::closed);
  EXPECT_EQ(state_after_rst(State::syn_received, RST_ACK), State::listen);
  EXPECT_EQ(state_after_rst(State::syn_received, RST_ACK, false), State::closed);
}

}  // namespace
}  // namespace tcpcraft::model::test
