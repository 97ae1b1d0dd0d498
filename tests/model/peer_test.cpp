// The numbers that a scenario leaves out of what its peer sends.

#include <tcpcraft/model/peer.hpp>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

/// Here the peer's ISS is `irs`, as the kernel knows it.
struct Peer : testing::Test {
  Tcb peer = peer_with(irs);
  void sends(Flags flags, SeqNum seq, Bytes payload = {}, bool broken = false) {
    peer_sent(peer, segment(flags, seq, {}, std::move(payload)), broken);
  }
  void receives(Flags flags, SeqNum seq, Bytes payload = {}, SeqNum ack = irs + 1, Options options = {}) {
    peer_received(peer, segment(flags, seq, ack, std::move(payload), std::move(options)));
  }
};

TEST_F(Peer, FirstSyn_IsSentAtTheIss) {
  EXPECT_EQ(peer.snd_nxt, irs);
  EXPECT_EQ(peer.iss, irs);
  sends(SYN, irs);
  EXPECT_EQ(peer.snd_nxt, irs + 1);
}

TEST_F(Peer, FirstSyn_ElsewhereMovesTheIss) {
  sends(SYN, irs + 100);
  EXPECT_EQ(peer.iss, irs + 100);
  EXPECT_EQ(peer.snd_una, irs + 100);
  EXPECT_EQ(peer.snd_nxt, irs + 101);
}

TEST_F(Peer, SndNxt_IsOnePastTheFurthestDataOrFin) {
  sends(SYN, irs);
  sends(ACK, irs + 10, text("abc"));
  EXPECT_EQ(peer.snd_nxt, irs + 13);
  sends(ACK, irs + 1, text("abc"));
  EXPECT_EQ(peer.snd_nxt, irs + 13);
  sends(ACK, irs + 500);
  EXPECT_EQ(peer.snd_nxt, irs + 13) << "an empty segment brings no number";
  sends(FIN_ACK, irs + 13);
  EXPECT_EQ(peer.snd_nxt, irs + 14);
}

TEST_F(Peer, RstBrokenAndFurtherSyn_DoNotMoveSndNxt) {
  sends(SYN, irs);
  sends(RST, irs + 1, text("abc"));
  sends(ACK, irs + 1, text("abc"), true);
  sends(SYN, irs);
  sends(SYN, irs + 5000);
  EXPECT_EQ(peer.snd_nxt, irs + 1);
  EXPECT_EQ(peer.iss, irs);
}

TEST_F(Peer, SynThatCrossesTheKernels_IsRepeatedByASynAck) {
  receives(SYN, iss);
  EXPECT_FALSE(repeats_syn(peer)) << "a SYN-ACK would be the first";
  sends(SYN, irs);
  EXPECT_TRUE(repeats_syn(peer));
  sends(SYN_ACK, irs);
  EXPECT_TRUE(repeats_syn(peer));
  sends(ACK, irs + 1);
  EXPECT_FALSE(repeats_syn(peer)) << "the kernel's SYN is acknowledged";
}

TEST_F(Peer, SynThatCrossesNothing_IsNotRepeated) {
  sends(SYN, irs);
  receives(SYN_ACK, iss);
  EXPECT_FALSE(repeats_syn(peer));
}

TEST_F(Peer, BrokenSyn_IsNotTheFirst) {
  sends(SYN, irs, {}, true);
  EXPECT_EQ(peer.snd_nxt, irs);
  sends(SYN, irs);
  EXPECT_EQ(peer.snd_nxt, irs + 1);
}

TEST_F(Peer, Offer_IsThatOfItsFirstSyn) {
  peer_sent(peer, segment(SYN_ACK, irs, iss + 1, {}, {wire::SackPermitted{}, wire::Timestamps{9, 8}}), false);
  EXPECT_TRUE(peer.offered.sack_permitted);
  EXPECT_EQ(peer.ts_sent, 9u);
  sends(SYN, irs + 7);
  EXPECT_TRUE(peer.offered.sack_permitted);
}

TEST_F(Peer, RcvNxt_CoversSynDataAndFinInOrder) {
  receives(SYN_ACK, iss);
  EXPECT_EQ(peer.irs, iss);
  EXPECT_EQ(peer.rcv_nxt, iss + 1);
  receives(FIN_ACK, iss + 3, text("cd"));
  EXPECT_EQ(peer.rcv_nxt, iss + 1);
  receives(ACK, iss + 1, text("ab"));
  EXPECT_EQ(peer.rcv_nxt, iss + 6);
  EXPECT_EQ(peer.fin_received, iss + 5);
  receives(FIN_ACK, iss + 3, text("cd"));
  EXPECT_EQ(peer.rcv_nxt, iss + 6);
}

TEST_F(Peer, RcvNxt_KnowsNoWindow) {
  receives(SYN_ACK, iss);
  receives(ACK, iss + 1, filler(70000));
  receives(ACK, iss + 70001, filler(70000));
  EXPECT_EQ(peer.rcv_nxt, iss + 140001);
}

TEST_F(Peer, TextOnASyn_Counts) {
  receives(SYN_ACK, iss, text("abc"));
  EXPECT_EQ(peer.rcv_nxt, iss + 4);
}

TEST_F(Peer, Rst_ChangesNothing) {
  receives(SYN_ACK, iss);
  receives(RST_ACK, iss + 1, text("abc"), irs + 50);
  EXPECT_EQ(peer.rcv_nxt, iss + 1);
  EXPECT_EQ(peer.snd_una, irs + 1);
}

TEST_F(Peer, BeforeTheKernelsSyn_ThereIsNoRcvNxt) {
  receives(ACK, SeqNum(10), text("abc"));
  EXPECT_EQ(peer.irs, std::nullopt);
  EXPECT_TRUE(peer.queue.empty());
}

TEST_F(Peer, SndUna_IsTheHighestAck) {
  receives(SYN_ACK, iss);
  receives(ACK, iss + 1, {}, irs + 10);
  receives(ACK, iss + 1, {}, irs + 5);
  EXPECT_EQ(peer.snd_una, irs + 10);
}

TEST_F(Peer, TsRecent_IsTheNewestTsval) {
  receives(SYN_ACK, iss, {}, irs + 1, {wire::SackPermitted{}, wire::Timestamps{0xfffffff0, 1}});
  EXPECT_TRUE(peer.received.sack_permitted);
  EXPECT_EQ(peer.ts_recent, 0xfffffff0u);
  receives(ACK, iss + 1, {}, irs + 1, {wire::Timestamps{5, 1}});
  receives(ACK, iss + 1, {}, irs + 1, {wire::Timestamps{3, 1}});
  EXPECT_EQ(peer.ts_recent, 5u);
}

TEST_F(Peer, SynOfANewConnection_ReplacesTheNumbers) {
  receives(SYN_ACK, iss);
  receives(FIN_ACK, iss + 1);
  receives(ACK, iss + 5, text("queued"));
  ASSERT_EQ(peer.fin_received, iss + 1);
  receives(SYN_ACK, iss - 1000, {}, irs + 3000, {wire::Timestamps{1, 1}});
  EXPECT_EQ(peer.irs, iss - 1000);
  EXPECT_EQ(peer.rcv_nxt, iss - 999);
  EXPECT_EQ(peer.snd_una, irs + 3000);
  EXPECT_EQ(peer.fin_received, std::nullopt);
  EXPECT_TRUE(peer.queue.empty());
}

TEST_F(Peer, RepeatedSyn_ReplacesNothing) {
  receives(SYN_ACK, iss);
  receives(ACK, iss + 1, text("abc"));
  receives(SYN_ACK, iss);
  EXPECT_EQ(peer.rcv_nxt, iss + 4);
}

}  // namespace
}  // namespace tcpcraft::model::test
