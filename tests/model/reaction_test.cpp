// What a Reaction says besides its first outcome, and what arrives next to a rule without being a case of it.

#include <tcpcraft/model/deviations.hpp>
#include <tcpcraft/model/rules.hpp>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

struct ReactionTest : testing::Test {
  Connection c;
  void open_actively() {
    c.kernel = Tcb{};
    c.kernel_sends(SYN);
  }
  void cross() {
    open_actively();
    follow(c.kernel, segment(SYN, irs));
    c.kernel_sends(SYN_ACK);
  }
  State state_after(const Segment& arrived) const { return as(rfc9293, c.kernel, arrived).after.state; }
};

TEST(Agrees, AReplyIsItsFlagsAndNumbers) {
  Reply reply;
  EXPECT_FALSE(agrees(reply, segment(ACK, iss, irs))) << "no reply";
  reply.kind = Kind::ack;
  reply.flags = ACK;
  reply.seq = iss;
  reply.ack = irs;
  EXPECT_TRUE(agrees(reply, segment(ACK, iss, irs)));
  EXPECT_FALSE(agrees(reply, segment(ACK, iss + 1, irs)));
  EXPECT_FALSE(agrees(reply, segment(ACK, iss, irs + 1)));
  EXPECT_FALSE(agrees(reply, segment(ACK, iss, irs, text("x"))));
  EXPECT_FALSE(agrees(reply, segment(FIN_ACK, iss, irs)));
  EXPECT_FALSE(agrees(reply, segment(SYN_ACK, iss, irs)));
  EXPECT_FALSE(agrees(reply, segment(RST_ACK, iss, irs)));
  EXPECT_FALSE(agrees(reply, segment(Flags{}, iss, irs)));
  reply.seq.reset();
  EXPECT_TRUE(agrees(reply, segment(ACK, iss + 1, irs))) << "its sender chooses";
  reply.flags = RST;
  EXPECT_TRUE(agrees(reply, segment(RST, iss, irs + 1))) << "without ACK the ACK field says nothing";
}

TEST_F(ReactionTest, Others_TellsThatThereIsAChoice) {
  c.establish();
  EXPECT_FALSE(follow(c.kernel, segment(ACK, irs + 1, iss + 1)).others);
  EXPECT_TRUE(follow(c.kernel, segment(ACK, irs + 1, iss - 70000)).others) << "RFC 5961 5.2: MAY";
}

TEST_F(ReactionTest, SynWithoutTimestamps_IsChallengedOrDropped) {
  c.timestamps = true;
  c.establish();
  const Reaction reaction = arrive(c.kernel, segment(SYN, irs + 1));
  ASSERT_EQ(reaction.alternatives.size(), 2u);
  EXPECT_EQ(reaction.first().rule, &rules::syn_challenge) << "RFC 5961 4.2";
  EXPECT_EQ(reaction.alternatives[1].rule, &rules::timestamps_missing) << "RFC 7323 3.2";
  EXPECT_EQ(reaction.alternatives[1].reply.kind, Kind::none);
}

TEST_F(ReactionTest, CrossingSynAck_NeedsItsFlagsItsSeqAndItsState) {
  cross();
  ASSERT_EQ(state_after(segment(SYN_ACK, irs, iss + 1)), State::established) << "RFC 9293 3.5, Figure 7";
  EXPECT_EQ(state_after(segment(SYN, irs, iss + 1)), State::syn_received) << "no ACK";
  EXPECT_EQ(state_after(segment(ACK, irs, iss + 1)), State::syn_received) << "no SYN";
  EXPECT_EQ(state_after(segment(SYN_ACK, irs + 5, iss + 1)), State::syn_received) << "another SEQ";
  const Flags all{Flag::syn, Flag::ack, Flag::rst};
  EXPECT_EQ(as(rfc9293, c.kernel, segment(all, irs, iss + 1)).rule, &rules::rst_outside);
  follow(c.kernel, segment(SYN_ACK, irs, iss + 1));
  c.kernel_sends(ACK, filler(10));
  const Outcome late = as(rfc9293, c.kernel, segment(SYN_ACK, irs, iss + 5));
  EXPECT_EQ(late.rule, &rules::syn_challenge) << "RFC 5961 4.2";
  EXPECT_EQ(late.after.snd_una, iss + 1);
}

TEST_F(ReactionTest, CrossingSynAck_GivesTheWindowAndTheTimestamp) {
  c.timestamps = true;
  open_actively();
  follow(c.kernel, segment(SYN, irs, {}, {}, c.peer_options(SYN)));
  c.kernel_sends(SYN_ACK);
  Segment crossing = segment(SYN_ACK, irs, iss + 1, {}, c.peer_options(SYN));
  crossing.window = 700;
  follow(c.kernel, crossing);
  ASSERT_EQ(c.kernel.state, State::established);
  EXPECT_EQ(c.kernel.snd_wnd, 700u) << "RFC 9293 3.10.7.4, fifth";
  EXPECT_EQ(c.kernel.snd_wl2, iss + 1);
  EXPECT_EQ(c.kernel.ts_recent, c.peer_clock) << "RFC 7323 4.3";
}

TEST_F(ReactionTest, AckOfTheIss_OpensASimultaneousOpenOfLinuxOnly) {
  cross();
  const Outcome opened = as(linux_profile, c.kernel, segment(ACK, irs + 1, iss));
  EXPECT_EQ(opened.after.state, State::established);
  EXPECT_EQ(as(rfc9293, c.kernel, segment(ACK, irs + 1, iss)).rule, &rules::syn_received_bad_ack);
  c.kernel.profile = &linux_profile;
  for (const Outcome& outcome : arrive(c.kernel, segment(ACK, irs + 1, iss - 5)).alternatives)
    EXPECT_EQ(outcome.after.state, State::syn_received) << "RFC 9293 3.5.2, group 2";
}

TEST_F(ReactionTest, RepeatedSynWithTextAndAGoodAck_ReturnsToListenOrIsChallenged) {
  c.receive_syn();
  const Segment repeated = segment(SYN_ACK, irs, iss + 1, text("ab"));
  EXPECT_EQ(as(rfc9293, c.kernel, repeated).rule, &rules::syn_received_syn) << "RFC 9293 3.10.7.4, fourth";
  const Outcome challenged = as(linux_profile, c.kernel, repeated);
  EXPECT_EQ(challenged.rule, &rules::syn_challenge);
  EXPECT_EQ(challenged.reply.kind, Kind::ack);
  EXPECT_EQ(challenged.deviations, Deviations{&deviations::syn_ack_with_text});
  const Segment other = segment(SYN_ACK, irs + 1, iss + 1);
  EXPECT_EQ(as(linux_profile, c.kernel, other).reply.kind, Kind::rst) << "another SEQ";
}

TEST_F(ReactionTest, TextOnTheSynAck_IsDiscardedByLinux) {
  open_actively();
  const Outcome discarded = as(linux_profile, c.kernel, segment(SYN_ACK, irs, iss + 1, text("ab")));
  EXPECT_TRUE(discarded.delivered.empty());
  EXPECT_EQ(discarded.deviations, Deviations{&deviations::syn_text});
  EXPECT_TRUE(as(linux_profile, c.kernel, segment(SYN_ACK, irs, iss + 1)).deviations.empty());
}

TEST_F(ReactionTest, RefusedText_HasADuplicatePartOnlyBeforeRcvNxt) {
  c.establish();
  for (const std::int64_t offset : {0, 10}) {
    c.peer_acking(iss + 2, ACK, text("abc"), offset);
    EXPECT_EQ(c.kernel.last_arrival->duplicate, std::nullopt) << "RFC 2883 4";
  }
}

TEST_F(ReactionTest, WithoutItsFlag_AFinIsNotSeen) {
  c.establish();
  c.peer(ACK, text("abc"), 10);
  EXPECT_EQ(c.kernel.fin_seen, std::nullopt);
  c.peer(ACK, {}, 500);
  EXPECT_EQ(c.kernel.rcv_high, irs + 14) << "an empty segment occupies no number";
}

TEST_F(ReactionTest, TimestampsThatWereNotNegotiated_SayNothing) {
  c.establish();
  follow(c.kernel, segment(ACK, irs + 1, iss + 1, {}, {wire::Timestamps{77, 0}}));
  EXPECT_EQ(c.kernel.ts_recent, 0u) << "RFC 7323 3.2";
  c.kernel_sends(FIN_ACK);
  c.peer(FIN_ACK);
  const Segment old_syn = segment(SYN, irs - 1, {}, {}, {wire::Timestamps{77, 0}});
  EXPECT_EQ(as(rfc9293, c.kernel, old_syn).rule, &rules::syn_challenge) << "RFC 6191 2";
}

TEST_F(ReactionTest, AScaleThatOnlyOneSideOffered_IsNotInForce) {
  follow(c.kernel, segment(SYN, irs, {}, {}, {wire::WindowScale{3}}));
  c.kernel_sends(SYN_ACK);
  c.peer(ACK);
  EXPECT_EQ(c.kernel.snd_wnd, 65535u) << "RFC 7323 2.2";
}

TEST_F(ReactionTest, AFinThatTheSideTookBack_IsTakenAgain) {
  c.establish();
  c.peer(FIN_ACK);
  transmitted(c.kernel, segment(ACK, iss + 1, irs + 1));
  ASSERT_EQ(c.kernel.rcv_nxt, irs + 1);
  c.peer(FIN_ACK);
  EXPECT_EQ(c.kernel.rcv_nxt, irs + 2);
}

TEST_F(ReactionTest, SynReceivedAck_TooOldByOne_MayBeChallengedFirst) {
  c.receive_syn();
  EXPECT_EQ(arrive(c.kernel, segment(ACK, irs + 1, iss - 65535)).alternatives.size(), 1u);
  EXPECT_EQ(arrive(c.kernel, segment(ACK, irs + 1, iss - 65536)).alternatives.size(), 2u) << "RFC 5961 5.2";
}

}  // namespace
}  // namespace tcpcraft::model::test
