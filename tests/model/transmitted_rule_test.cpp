// Why a RST or a SYN-ACK was sent, and how the model follows a side that took what it should not have.

#include <tcpcraft/model/rules.hpp>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

TEST(TransmittedRule, ARst_IsToldByTheStateAndItsAckBit) {
  Tcb closed;
  EXPECT_EQ(transmitted(closed, segment(RST, iss)), &rules::closed_ack);
  EXPECT_EQ(transmitted(closed, segment(RST_ACK, SeqNum(0))), &rules::closed_no_ack) << "RFC 9293 3.10.7.1";
  Tcb listen = listening();
  EXPECT_EQ(transmitted(listen, segment(RST, iss)), &rules::listen_ack) << "RFC 9293 3.10.7.2";
  EXPECT_EQ(listen.state, State::listen);
  Connection c;
  c.establish();
  Tcb copy = c.kernel;
  EXPECT_EQ(transmitted(copy, segment(RST, iss + 1)), &rules::reset_seq_from_ack) << "RFC 9293 3.5.2";
  EXPECT_EQ(transmitted(c.kernel, segment(RST_ACK, iss + 1, irs + 1)), &rules::abort) << "RFC 9293 3.10.5";
  EXPECT_EQ(c.kernel.snd_nxt, iss + 1);
}

TEST(TransmittedRule, ASynAckOfAnEstablishedConnection_IsARetransmission) {
  Connection c;
  c.establish();
  EXPECT_EQ(transmitted(c.kernel, segment(SYN_ACK, iss, irs + 1)), &rules::retransmission)
      << "RFC 9293 3.8.1";
  EXPECT_EQ(c.kernel.state, State::established);
}

TEST(TransmittedRule, TheIssOfAnActiveOpen_IsNotChosenAnew) {
  Connection c;
  c.kernel = Tcb{};
  c.kernel_sends(SYN);
  follow(c.kernel, segment(SYN, irs));
  transmitted(c.kernel, segment(SYN_ACK, iss + 9, irs + 1));
  EXPECT_EQ(c.kernel.iss, iss) << "only SYN cookies choose a new one";
}

TEST(TransmittedRule, ARepeatedSynAck_LeavesWhatWasAcknowledged) {
  Connection c;
  c.receive_syn();
  c.kernel.snd_nxt = iss + 5;
  transmitted(c.kernel, segment(SYN_ACK, iss, irs + 1));
  EXPECT_EQ(c.kernel.snd_nxt, iss + 5) << "RFC 9293 3.8.1: the same ISS";
}

TEST(TransmittedRule, ASynInListenOrTimeWait_OpensActively) {
  Tcb listen = listening();
  transmitted(listen, segment(SYN, iss));
  EXPECT_EQ(listen.state, State::syn_sent) << "RFC 9293 3.10.1";
  Connection c;
  c.establish();
  c.kernel_sends(FIN_ACK);
  c.peer(FIN_ACK);
  ASSERT_EQ(c.kernel.state, State::time_wait);
  transmitted(c.kernel, segment(SYN, iss + 70000));
  EXPECT_EQ(c.kernel.state, State::syn_sent);
  EXPECT_EQ(c.kernel.iss, iss + 70000);
}

/// The FIN came behind a gap, which the side acknowledges all the same.
State after_adopting(Connection& c) {
  c.peer_acking(c.kernel.snd_una, FIN_ACK, text("x"), 5);
  transmitted(c.kernel, segment(ACK, c.kernel.snd_nxt, c.kernel.rcv_nxt + 7));
  return c.kernel.state;
}

TEST(TransmittedRule, AFinThatIsAcknowledged_WasTaken) {
  Connection c;
  c.establish();
  EXPECT_EQ(after_adopting(c), State::close_wait) << "RFC 9293 3.10.7.4, eighth";
  Connection closing;
  closing.establish();
  closing.kernel_sends(FIN_ACK);
  EXPECT_EQ(after_adopting(closing), State::closing);
  Connection waiting;
  waiting.establish();
  waiting.kernel_sends(FIN_ACK);
  waiting.peer(ACK);
  EXPECT_EQ(after_adopting(waiting), State::time_wait);
  Connection text_only;
  text_only.establish();
  text_only.peer_acking(text_only.kernel.snd_una, FIN_ACK, text("x"), 5);
  transmitted(text_only.kernel, segment(ACK, text_only.kernel.snd_nxt, text_only.kernel.rcv_nxt + 6));
  EXPECT_EQ(text_only.kernel.state, State::established) << "the ACK is of the text, not of the FIN";
}

}  // namespace
}  // namespace tcpcraft::model::test
