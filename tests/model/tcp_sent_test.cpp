// What a whole TCP puts on its segments, and what its calls and timeouts rest on: RFC 9293 3.10.1 to 3.10.8.

#include <tcpcraft/model/rules.hpp>
#include <tcpcraft/model/tcp.hpp>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

constexpr SeqNum ours{1000};
constexpr SeqNum theirs{5000};

Tcp established(TcpOptions options = {}) {
  Tcp tcp(ours, options);
  tcp.open_actively();
  tcp.arrive(segment(SYN_ACK, theirs, ours + 1, {}, {wire::WindowScale{0}}));
  return tcp;
}

TEST(TcpSent, Syn_OffersWhatIsConfigured) {
  const Activity plain = Tcp(ours).open_actively();
  EXPECT_EQ(plain.sent.at(0).options, Options{wire::Mss{1460}}) << "RFC 9293 3.7.1";
  TcpOptions options;
  options.mss = 1200;
  options.window_scale = 7;
  options.sack = options.timestamps = true;
  Tcp tcp(ours, options);
  tcp.set_clock(9);
  const Options all = {wire::Mss{1200}, wire::WindowScale{7}, wire::SackPermitted{}, wire::Timestamps{9, 0}};
  EXPECT_EQ(tcp.open_actively().sent.at(0).options, all);
}

TEST(TcpSent, Window_IsScaledBeyondTheSyn) {
  TcpOptions options;
  options.window_scale = 2;
  options.receive_buffer = 40000;
  Tcp tcp(ours, options);
  EXPECT_EQ(tcp.open_actively().sent.at(0).window, 40000) << "RFC 7323 2.2";
  const Activity opened = tcp.arrive(segment(SYN_ACK, theirs, ours + 1, {}, {wire::WindowScale{0}}));
  EXPECT_EQ(opened.sent.at(0).window, 10000);
  Tcp unscaled(ours, options);
  unscaled.open_actively();
  EXPECT_EQ(unscaled.arrive(segment(SYN_ACK, theirs, ours + 1)).sent.at(0).window, 40000);
}

TEST(TcpSent, Calls_NameTheirRules) {
  Tcp tcp(ours);
  Bytes into;
  EXPECT_EQ(tcp.open_passively().rule, &rules::open_passive);
  EXPECT_EQ(tcp.open_actively().rule, &rules::open) << "RFC 9293 3.10.1: from LISTEN as well";
  tcp.arrive(segment(SYN_ACK, theirs, ours + 1));
  EXPECT_EQ(tcp.send(text("abc")).rule, &rules::send);
  EXPECT_EQ(tcp.receive(1, into).rule, &rules::window_update);
  EXPECT_EQ(tcp.retransmission_timeout().rule, &rules::retransmission);
  EXPECT_EQ(tcp.delayed_ack_timeout().rule, &rules::acknowledgment);
  EXPECT_EQ(tcp.time_wait_timeout().rule, &rules::time_wait_timeout);
  EXPECT_EQ(tcp.close().rule, &rules::close);
  EXPECT_EQ(tcp.abort().rule, &rules::abort);
  EXPECT_EQ(tcp.user_timeout().rule, &rules::user_timeout);
}

TEST(TcpSent, Reset_TakesItsNumbersFromTheSegment) {
  Tcp tcp(ours);
  const Activity to_ack = tcp.arrive(segment(ACK, theirs, SeqNum(77)));
  ASSERT_EQ(to_ack.sent.size(), 1u);
  EXPECT_EQ(to_ack.sent[0].flags, RST);
  EXPECT_EQ(to_ack.sent[0].seq, SeqNum(77)) << "RFC 9293 3.5.2, group 1";
  const Activity to_syn = tcp.arrive(segment(SYN, theirs));
  ASSERT_EQ(to_syn.sent.size(), 1u);
  EXPECT_EQ(to_syn.sent[0].flags, RST_ACK);
  EXPECT_EQ(to_syn.sent[0].seq, SeqNum(0));
  EXPECT_EQ(to_syn.sent[0].ack, theirs + 1);
}

TEST(TcpSent, Close_BeforeTheConnectionIsThere_DeletesIt) {
  Tcp tcp(ours);
  tcp.open_passively();
  EXPECT_TRUE(tcp.close().sent.empty());
  EXPECT_EQ(tcp.tcb().state, State::closed) << "RFC 9293 3.10.4";
  EXPECT_FALSE(tcp.tcb().passive);
  tcp.open_actively();
  EXPECT_TRUE(tcp.close().sent.empty());
  EXPECT_EQ(tcp.tcb().state, State::closed);
  EXPECT_FALSE(tcp.tcb().iss);
}

TEST(TcpSent, CloseInSynReceived_WaitsForWhatIsQueued) {
  Tcp tcp(ours);
  tcp.open_passively();
  tcp.arrive(segment(SYN, theirs));
  EXPECT_TRUE(tcp.send(text("abc")).sent.empty());
  EXPECT_TRUE(tcp.close().sent.empty()) << "RFC 9293 3.10.4: queued until ESTABLISHED";
  const Activity opened = tcp.arrive(segment(ACK, theirs + 1, ours + 1));
  ASSERT_EQ(opened.sent.size(), 2u);
  EXPECT_EQ(opened.sent[0].payload, text("abc"));
  EXPECT_EQ(opened.sent[1].flags, FIN_ACK);
  Tcp idle(ours);
  idle.open_passively();
  idle.arrive(segment(SYN, theirs));
  ASSERT_EQ(idle.close().sent.size(), 1u) << "nothing queued: the FIN goes at once";
  EXPECT_EQ(idle.tcb().state, State::fin_wait_1);
}

TEST(TcpSent, CloseWait_StillSends) {
  Tcp tcp = established();
  tcp.arrive(segment(FIN_ACK, theirs + 1, ours + 1));
  ASSERT_EQ(tcp.tcb().state, State::close_wait);
  EXPECT_EQ(tcp.send(text("abc")).sent.at(0).payload, text("abc")) << "RFC 9293 3.10.2";
}

TEST(TcpSent, RetransmissionTimeout_WithNothingOutstanding_IsSilent) {
  Tcp tcp(ours);
  EXPECT_TRUE(tcp.retransmission_timeout().sent.empty());
  tcp = established();
  EXPECT_TRUE(tcp.retransmission_timeout().sent.empty());
  tcp.close();
  tcp.arrive(segment(ACK, theirs + 1, ours + 2));
  ASSERT_EQ(tcp.tcb().state, State::fin_wait_2);
  EXPECT_TRUE(tcp.retransmission_timeout().sent.empty()) << "the FIN was acknowledged";
  EXPECT_TRUE(tcp.all_acknowledged());
}

TEST(TcpSent, AfterAnEnd_NothingOfItIsLeft) {
  Tcp tcp = established();
  tcp.send(text("abc"));
  tcp.arrive(segment(ACK, theirs + 1, ours + 1, text("unread")));
  EXPECT_FALSE(tcp.all_acknowledged());
  tcp.abort();
  EXPECT_TRUE(tcp.all_acknowledged());
  Bytes into;
  EXPECT_EQ(tcp.receive(10, into).error, CallError::does_not_exist) << "RFC 9293 3.10.5";
  EXPECT_TRUE(into.empty());
  EXPECT_TRUE(tcp.delayed_ack_timeout().sent.empty());
}

TEST(TcpSent, DelayedAck_IsSentOnce) {
  Tcp tcp = established();
  tcp.arrive(segment(ACK, theirs + 1, ours + 1, text("abc")));
  EXPECT_EQ(tcp.delayed_ack_timeout().sent.size(), 1u);
  EXPECT_TRUE(tcp.delayed_ack_timeout().sent.empty()) << "RFC 9293 3.8.6.3";
}

}  // namespace
}  // namespace tcpcraft::model::test
