// What segments do to the variables of a synchronized connection: RFC 9293 3.10.7.4, RFC 5961, RFC 7323.

#include <tcpcraft/model/rules.hpp>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

using wire::SackBlock;

struct Established : testing::Test {
  Connection c;
  void SetUp() override { c.establish(); }
};

struct EstablishedWithTimestamps : testing::Test {
  Connection c;
  void SetUp() override {
    c.timestamps = true;
    c.establish();
  }
  Outcome peer_at_time(std::uint32_t tsval, Bytes payload, std::int64_t offset = 0) {
    return follow(c.kernel, segment(ACK, c.kernel.rcv_nxt + offset, c.kernel.snd_nxt, std::move(payload),
                                    {wire::Timestamps{tsval, 0}}));
  }
};

TEST_F(Established, LastArrival_IsKept) {
  c.peer(FIN_ACK, text("abc"), 10);
  EXPECT_EQ(c.kernel.last_arrival->flags, FIN_ACK);
  EXPECT_EQ(c.kernel.last_arrival->seq, irs + 11);
  EXPECT_EQ(c.kernel.last_arrival->ack, iss + 1);
  EXPECT_EQ(c.kernel.last_arrival->seg_len, 4u);
  EXPECT_EQ(c.kernel.last_arrival->state, State::established);
}

using EstablishedRst = Established;

TEST_F(EstablishedRst, AtRcvNxt_Resets) {
  EXPECT_EQ(c.peer(RST).rule, &rules::rst_exact);
  EXPECT_EQ(c.kernel.state, State::closed);
}

TEST_F(EstablishedRst, InWindowButNotExact_ChallengeAck) {
  EXPECT_EQ(c.peer(RST, {}, 65534).rule, &rules::rst_challenge);
  EXPECT_EQ(c.peer(RST, {}, 65535).rule, &rules::rst_outside);
  EXPECT_EQ(c.peer(RST, {}, -1).rule, &rules::rst_outside);
  EXPECT_EQ(c.kernel.state, State::established);
}

TEST_F(EstablishedRst, WithTextThatReachesIntoTheWindow_IsJudgedByItsSeq) {
  EXPECT_EQ(c.peer(RST, text("abc"), -1).rule, &rules::rst_outside);
  EXPECT_EQ(c.kernel.state, State::established);
}

using EstablishedAck = Established;

TEST_F(EstablishedAck, OfNewData_AdvancesSndUna) {
  c.kernel_sends(ACK, filler(100));
  EXPECT_EQ(c.peer_acking(iss + 51).rule, &rules::ack_new);
  EXPECT_EQ(c.kernel.snd_una, iss + 51);
  EXPECT_EQ(c.peer_acking(iss + 20).rule, &rules::ack_duplicate);
  EXPECT_EQ(c.kernel.snd_una, iss + 51);
}

TEST_F(EstablishedAck, OfUnsentData_IsAnsweredAndItsTextDropped) {
  const Outcome reaction = c.peer_acking(iss + 2, ACK, text("evil"));
  EXPECT_EQ(reaction.rule, &rules::ack_unsent);
  EXPECT_EQ(reaction.reply.kind, Kind::ack);
  EXPECT_TRUE(reaction.delivered.empty());
  EXPECT_EQ(c.kernel.rcv_nxt, irs + 1);
}

TEST_F(EstablishedAck, OlderThanTheLargestWindow_IsChallenged) {
  EXPECT_EQ(c.peer_acking(iss + 1 - 65535).rule, &rules::ack_duplicate);
  const Outcome reaction = c.peer_acking(iss - 65535, ACK, text("evil"));
  EXPECT_EQ(reaction.rule, &rules::ack_too_old);
  EXPECT_TRUE(reaction.delivered.empty());
}

TEST_F(EstablishedAck, WithinTheLargestWindow_IsNoChallengeWhenTheWindowShrank) {
  c.kernel_sends(ACK, filler(1000));
  c.peer(ACK);
  Segment shrunk = segment(ACK, irs + 1, iss + 1001);
  shrunk.window = 10;
  follow(c.kernel, shrunk);
  ASSERT_EQ(c.kernel.snd_wnd, 10u);
  EXPECT_EQ(c.peer_acking(iss + 1).rule, &rules::ack_duplicate);
}

using EstablishedWindow = Established;

TEST_F(EstablishedWindow, IsTakenFromNewerSegmentsOnly) {
  c.kernel_sends(ACK, filler(10));
  Segment update = segment(ACK, irs + 1, iss + 11);
  update.window = 500;
  follow(c.kernel, update);
  EXPECT_EQ(c.kernel.snd_wnd, 500u);
  EXPECT_EQ(c.kernel.max_snd_wnd, 65535u);

  c.peer(ACK, text("ab"));
  c.peer(ACK, text("cd"));
  ASSERT_EQ(c.kernel.snd_wnd, 65535u);
  update.window = 700;  // SEG.SEQ < SND.WL1
  update.seq = irs + 2;
  update.payload = text("bcde");
  ASSERT_EQ(follow(c.kernel, update).delivered, text("e"));
  EXPECT_EQ(c.kernel.snd_wnd, 65535u);
}

TEST_F(EstablishedWindow, OfAnOlderAck_IsNotTaken) {
  c.kernel_sends(ACK, filler(10));
  c.peer(ACK);
  Segment old = segment(ACK, irs + 2, iss + 5);
  old.window = 3;
  follow(c.kernel, old);
  EXPECT_EQ(c.kernel.snd_wnd, 65535u);
}

using EstablishedText = Established;

TEST_F(EstablishedText, InOrder_MayBeAcknowledgedLater) {
  const Outcome reaction = c.peer(ACK, text("abc"));
  EXPECT_EQ(reaction.rule, &rules::data_in_order);
  EXPECT_EQ(reaction.delivered, text("abc"));
  EXPECT_TRUE(reaction.reply.may_wait);
  EXPECT_EQ(c.kernel.rcv_nxt, irs + 4);
}

TEST_F(EstablishedText, BeyondAGap_DrawsADuplicateAckAtOnce) {
  const Outcome reaction = c.peer(ACK, text("def"), 3);
  EXPECT_EQ(reaction.rule, &rules::data_out_of_order);
  EXPECT_FALSE(reaction.reply.may_wait);
  EXPECT_TRUE(reaction.delivered.empty());
  const Outcome filled = c.peer(ACK, text("abc"));
  EXPECT_EQ(filled.rule, &rules::data_fills_gap);
  EXPECT_EQ(filled.delivered, text("abcdef"));
  EXPECT_FALSE(filled.reply.may_wait) << "RFC 5681 4.2";
}

TEST_F(EstablishedText, BeyondTheWindow_IsCutOff) {
  const Outcome reaction = c.peer(FIN_ACK, filler(65536));
  EXPECT_EQ(reaction.delivered.size(), 65535u);
  EXPECT_FALSE(reaction.fin);
  EXPECT_EQ(c.kernel.rcv_wnd(), 0u);
  EXPECT_EQ(c.kernel.state, State::established);
}

TEST_F(EstablishedText, FinAtTheLastNumberOfTheWindow_IsTaken) {
  EXPECT_TRUE(c.peer(FIN_ACK, filler(65534)).fin);
  EXPECT_EQ(c.kernel.state, State::close_wait);
}

TEST_F(EstablishedText, FinOneBeyondTheWindow_IsCutOff) {
  EXPECT_FALSE(c.peer(FIN_ACK, filler(65535)).fin);
  EXPECT_EQ(c.kernel.state, State::established);
}

TEST_F(EstablishedText, AtAClosedWindow_IsRefusedButItsAckCounts) {
  c.peer(ACK, filler(65535));
  c.kernel_sends(ACK, filler(10));
  ASSERT_EQ(c.kernel.rcv_wnd(), 65535u);
  c.kernel_window = 0;
  c.peer(ACK, filler(65535));
  c.kernel_sends(ACK);
  ASSERT_EQ(c.kernel.rcv_wnd(), 0u);
  const Outcome reaction = c.peer(ACK, text("probe"));
  EXPECT_EQ(reaction.rule, &rules::window_closed);
  EXPECT_EQ(reaction.reply.kind, Kind::ack);
  EXPECT_TRUE(reaction.delivered.empty());
  EXPECT_EQ(c.kernel.snd_una, iss + 11);
  EXPECT_EQ(c.peer_acking(iss + 12, ACK, text("probe")).rule, &rules::ack_unsent);
  c.kernel_sends(ACK, filler(10));
  EXPECT_EQ(c.peer(Flags{}, text("probe")).rule, &rules::sequence_unacceptable);
  EXPECT_EQ(c.kernel.snd_una, iss + 11) << "without the ACK bit the ACK field says nothing";
}

TEST_F(EstablishedText, Repeated_LeavesItsDuplicatePart) {
  c.peer(ACK, text("abcdef"));
  c.peer(ACK, text("ef12"), -2);
  EXPECT_EQ(c.kernel.last_arrival->duplicate, (SackBlock{irs + 5, irs + 7}));
  c.peer(ACK, text("12"), -2);  // wholly before RCV.NXT: refused, reported all the same
  EXPECT_EQ(c.kernel.last_arrival->duplicate, (SackBlock{irs + 7, irs + 9}));
  c.peer(ACK);
  EXPECT_EQ(c.kernel.last_arrival->duplicate, std::nullopt);
}

TEST_F(Established, FinBehindAGap_ClosesWhenTheGapIsFilled) {
  c.peer(FIN_ACK, text("d"), 3);
  EXPECT_EQ(c.kernel.state, State::established);
  const Outcome reaction = c.peer(ACK, text("abc"));
  EXPECT_TRUE(reaction.fin);
  EXPECT_EQ(reaction.rule, &rules::established_fin);
  EXPECT_EQ(c.kernel.fin_received, irs + 5);
  EXPECT_EQ(c.kernel.rcv_nxt, irs + 6);
  EXPECT_EQ(c.kernel.state, State::close_wait);
}

TEST_F(EstablishedWithTimestamps, OlderTsval_IsAcknowledgedAndDropped) {
  const std::uint32_t recent = c.kernel.ts_recent;
  const Outcome reaction = peer_at_time(recent - 1, text("old"));
  EXPECT_EQ(reaction.rule, &rules::paws);
  EXPECT_EQ(reaction.reply.kind, Kind::ack);
  EXPECT_TRUE(reaction.delivered.empty());
  EXPECT_EQ(peer_at_time(recent, text("equal")).delivered, text("equal"));
}

TEST_F(EstablishedWithTimestamps, OlderTsval_LeavesItsDuplicatePart) {
  peer_at_time(c.kernel.ts_recent, text("abcd"));
  peer_at_time(c.kernel.ts_recent - 1, text("cdef"), -2);
  EXPECT_EQ(c.kernel.last_arrival->duplicate, (SackBlock{irs + 3, irs + 5}));
}

TEST_F(EstablishedWithTimestamps, Tsval_IsComparedOnTheCircle) {
  peer_at_time(0x7fff0000, {});
  peer_at_time(0xfffe0000, {});
  peer_at_time(5, {});
  EXPECT_EQ(c.kernel.ts_recent, 5u);
}

TEST_F(EstablishedWithTimestamps, Missing_IsSilentlyDropped) {
  const Outcome reaction = follow(c.kernel, segment(ACK, irs + 1, iss + 1, text("abc")));
  EXPECT_EQ(reaction.rule, &rules::timestamps_missing);
  EXPECT_EQ(reaction.reply.kind, Kind::none);
  EXPECT_EQ(follow(c.kernel, segment(SYN, irs + 1)).rule, &rules::syn_challenge);
  EXPECT_EQ(follow(c.kernel, segment(RST, irs + 1)).rule, &rules::rst_exact);
}

TEST_F(EstablishedWithTimestamps, OldTsvalOnARst_IsNoMatter) {
  EXPECT_EQ(follow(c.kernel, segment(RST, irs + 1, {}, {}, {wire::Timestamps{1, 0}})).rule,
            &rules::rst_exact);
}

TEST_F(EstablishedWithTimestamps, TsRecent_IsThatOfTheFirstUnacknowledgedSegment) {
  const std::uint32_t recent = c.kernel.ts_recent;
  peer_at_time(recent + 10, text("ab"));
  EXPECT_EQ(c.kernel.ts_recent, recent + 10);
  peer_at_time(recent + 20, text("cd"));
  EXPECT_EQ(c.kernel.ts_recent, recent + 10) << "RFC 7323 4.3: SEG.SEQ > Last.ACK.sent";
  c.kernel_sends(ACK);
  peer_at_time(recent + 30, text("ef"));
  EXPECT_EQ(c.kernel.ts_recent, recent + 30);
}

TEST_F(EstablishedWithTimestamps, TsRecent_IsNotTakenFromWhatDrawsAChallenge) {
  const std::uint32_t recent = c.kernel.ts_recent;
  const Options later = {wire::Timestamps{recent + 50, 0}};
  follow(c.kernel, segment(SYN, irs + 1, {}, {}, later));
  follow(c.kernel, segment(ACK, irs + 1, iss + 9, {}, later));
  follow(c.kernel, segment(ACK, irs, iss + 1, {}, later));
  EXPECT_EQ(c.kernel.ts_recent, recent);
}

}  // namespace
}  // namespace tcpcraft::model::test
