// What Linux makes of single segments where it differs from the letter, and of those next to them where it
// does not: each deviation applies no further than it says.

#include <tcpcraft/model/deviations.hpp>
#include <tcpcraft/model/rules.hpp>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

namespace d = deviations;
struct Linux : testing::Test {
  Connection c;
  void SetUp() override {
    c.kernel.profile = &linux_profile;
    c.establish();
  }
  Segment from_peer(Flags flags, Bytes payload = {}, std::int64_t offset = 0) const {
    return segment(flags, c.kernel.rcv_nxt + offset, c.kernel.snd_nxt, std::move(payload));
  }
  Outcome by_linux(const Segment& arrived) const { return as(linux_profile, c.kernel, arrived); }
  Outcome by_letter(const Segment& arrived) const { return as(rfc9293, c.kernel, arrived); }
  void orphan_in_fin_wait_2() {
    c.kernel.orphaned = true;
    c.kernel_sends(FIN_ACK);
    c.peer(ACK);
    ASSERT_EQ(c.kernel.state, State::fin_wait_2);
  }
};

TEST_F(Linux, APassiveOpen_KeepsTheProfile) {
  EXPECT_EQ(c.kernel.profile, &linux_profile);
}

using LinuxWindow = Linux;

TEST_F(LinuxWindow, ADuplicateAckThatShrinksIt_IsNotTaken) {
  Segment shrunk = from_peer(ACK);
  shrunk.window = 10;
  EXPECT_EQ(by_letter(shrunk).after.snd_wnd, 10u) << "RFC 9293 3.10.7.4, fifth";
  const Outcome kept = by_linux(shrunk);
  EXPECT_EQ(kept.after.snd_wnd, 65535u);
  EXPECT_EQ(kept.deviations, Deviations{&d::window_not_shrunk});
}

TEST_F(LinuxWindow, OfZeroOrTheSame_IsTaken) {
  Segment zero = from_peer(ACK);
  zero.window = 0;
  EXPECT_EQ(by_linux(zero).after.snd_wnd, 0u);
  EXPECT_TRUE(by_linux(zero).deviations.empty());
  EXPECT_TRUE(by_linux(from_peer(ACK)).deviations.empty());
}

TEST_F(LinuxWindow, OfANewAckOrNewText_IsTaken) {
  c.kernel_sends(ACK, filler(10));
  Segment advances = from_peer(ACK);
  advances.window = 10;
  EXPECT_EQ(by_linux(advances).after.snd_wnd, 10u);
  c.peer(ACK, text("ab"));
  Segment newer = from_peer(ACK);
  newer.window = 10;
  EXPECT_EQ(by_linux(newer).after.snd_wnd, 10u);
}

TEST_F(LinuxWindow, OfAnOrphansDuplicateAck_IsTaken) {
  orphan_in_fin_wait_2();
  Segment shrunk = from_peer(ACK);
  shrunk.window = 10;
  EXPECT_EQ(by_linux(shrunk).after.snd_wnd, 10u);
}

TEST(LinuxWindowScale, AShrinkingWindow_IsComparedScaled) {
  Tcb tcb = listening();
  follow(tcb, segment(SYN, irs, {}, {}, {wire::WindowScale{7}}));
  transmitted(tcb, segment(SYN_ACK, iss, irs + 1, {}, {wire::WindowScale{0}}));
  Segment ack = segment(ACK, irs + 1, iss + 1);
  ack.window = 100;
  follow(tcb, ack);
  ASSERT_EQ(tcb.snd_wnd, 12800u);
  ack.window = 101;
  EXPECT_EQ(as(linux_profile, tcb, ack).after.snd_wnd, 12928u);
  ack.window = 99;
  EXPECT_EQ(as(linux_profile, tcb, ack).after.snd_wnd, 12800u);
}

using LinuxOldAck = Linux;

TEST_F(LinuxOldAck, TheBytesAcknowledged_AreTheBound) {
  EXPECT_EQ(by_linux(segment(ACK, irs + 1, iss + 1)).rule, &rules::ack_duplicate);
  const Outcome challenged = by_linux(segment(ACK, irs + 1, iss));
  EXPECT_EQ(challenged.rule, &rules::ack_too_old);
  EXPECT_EQ(challenged.deviations, Deviations{&d::bytes_acked});
  EXPECT_EQ(by_letter(segment(ACK, irs + 1, iss)).rule, &rules::ack_duplicate) << "RFC 5961 5.2";
  c.kernel.passive = false;  // the SYN counts among what an active open had acknowledged
  EXPECT_EQ(by_linux(segment(ACK, irs + 1, iss)).rule, &rules::ack_duplicate);
  EXPECT_EQ(by_linux(segment(ACK, irs + 1, iss - 1)).rule, &rules::ack_too_old);
}

TEST_F(LinuxOldAck, OfAnOrphan_IsNoDeviation) {
  orphan_in_fin_wait_2();
  EXPECT_TRUE(by_linux(segment(ACK, irs + 1, iss - 10)).deviations.empty());
}

TEST_F(LinuxOldAck, WithTheNextText_IsDeliveredByHeaderPrediction) {
  const Segment predicted = segment(ACK, irs + 1, iss - 70000, text("abc"));
  EXPECT_EQ(by_linux(predicted).delivered, text("abc"));
  EXPECT_EQ(by_linux(predicted).deviations, Deviations{&d::fast_path});
  EXPECT_TRUE(by_letter(predicted).delivered.empty()) << "RFC 5961 5.2";
}

TEST_F(LinuxOldAck, WithAnythingElseNew_IsChallengedOnly) {
  const auto expect_challenge = [&](Segment arrived, const char* what) {
    const Outcome outcome = by_linux(arrived);
    EXPECT_EQ(outcome.rule, &rules::ack_too_old) << what;
    EXPECT_EQ(outcome.reply.kind, Kind::ack) << what;
    EXPECT_TRUE(outcome.delivered.empty()) << what;
    EXPECT_TRUE(outcome.deviations.empty()) << what;
    EXPECT_EQ(outcome.after.queue.blocks(), c.kernel.queue.blocks()) << what;
  };
  const Segment predicted = segment(ACK, irs + 1, iss - 70000, text("abc"));
  Segment other = predicted;
  other.flags.set(Flag::urg);
  expect_challenge(other, "URG");
  other = predicted;
  other.flags.set(Flag::fin);
  expect_challenge(other, "FIN");
  other = predicted;
  other.seq = irs + 2;
  expect_challenge(other, "SEQ");
  other = predicted;
  other.window = 65534;
  expect_challenge(other, "the window");
  other = predicted;
  other.payload.clear();
  expect_challenge(other, "no text");
  other = predicted;
  other.payload = filler(65536);
  expect_challenge(other, "more than the window");
  c.peer(ACK, text("x"), 10);
  expect_challenge(predicted, "a gap");
}

TEST(LinuxOldAckScale, HeaderPrediction_ComparesTheScaledWindow) {
  Tcb tcb = listening();
  follow(tcb, segment(SYN, irs, {}, {}, {wire::WindowScale{7}}));
  transmitted(tcb, segment(SYN_ACK, iss, irs + 1, {}, {wire::WindowScale{0}}));
  Segment ack = segment(ACK, irs + 1, iss + 1);
  ack.window = 100;
  follow(tcb, ack);
  ack.ack = iss - 70000;
  ack.payload = text("abc");
  EXPECT_EQ(as(linux_profile, tcb, ack).delivered, text("abc"));
}

TEST_F(Linux, NoReply_NamesNoDeviationOfItsNumbers) {
  c.kernel_sends(ACK, filler(100));
  Segment shrunk = segment(ACK, irs + 1, iss + 51);
  shrunk.window = 10;
  const Outcome outcome = by_linux(shrunk);
  EXPECT_EQ(outcome.reply.kind, Kind::none);
  EXPECT_TRUE(outcome.deviations.empty());
}

TEST_F(Linux, ARstWhoseTextReachesIntoTheWindow_IsChallenged) {
  const Segment reaches = from_peer(RST, text("abc"), -1);
  EXPECT_EQ(by_linux(reaches).rule, &rules::rst_challenge);
  EXPECT_EQ(by_linux(reaches).deviations, Deviations{&d::left_edge});
  EXPECT_EQ(by_letter(reaches).rule, &rules::rst_outside) << "RFC 5961 3.2";
}

TEST_F(Linux, AnEmptySegmentBeforeTheWindow_IsNotAtItsLeftEdge) {
  EXPECT_EQ(by_linux(from_peer(ACK, {}, -1)).rule, &rules::sequence_unacceptable);
  EXPECT_TRUE(by_linux(from_peer(ACK, {}, -1)).deviations.empty());
}

TEST_F(Linux, AtAClosedWindow_ABareFinIsTakenAndNothingElse) {
  c.kernel_window = 0;
  c.peer(ACK, filler(65535));
  c.kernel_sends(ACK);
  ASSERT_EQ(c.kernel.rcv_wnd(), 0u);
  const Outcome fin = by_linux(from_peer(FIN_ACK));
  EXPECT_TRUE(fin.fin);
  EXPECT_EQ(fin.after.rcv_wnd(), 0u) << "RCV.NXT does not overtake the window";
  EXPECT_EQ(fin.deviations, Deviations{&d::fin_at_closed_window});
  EXPECT_FALSE(by_letter(from_peer(FIN_ACK)).fin) << "RFC 9293 3.10.7.4, first";
  EXPECT_EQ(by_linux(from_peer(ACK, text("x"))).rule, &rules::window_closed_drop);
  EXPECT_EQ(by_linux(from_peer(FIN_ACK, text("x"))).rule, &rules::window_closed_drop);
  EXPECT_TRUE(by_linux(from_peer(FIN_ACK, text("x"))).deviations.empty());
}

TEST_F(Linux, InClosing_TextOverTheFinResets) {
  c.peer(ACK, text("abc"));
  c.kernel_sends(FIN_ACK);
  c.peer_acking(iss + 1, FIN_ACK);
  ASSERT_EQ(c.kernel.state, State::closing);
  const Segment over = segment(ACK, c.kernel.rcv_nxt - 2, iss + 1, text("cdef"));
  EXPECT_EQ(by_linux(over).reply.kind, Kind::rst);
  EXPECT_EQ(by_linux(over).rule, &rules::closing_other);
  EXPECT_EQ(by_linux(over).after.state, State::closed);
  EXPECT_EQ(by_letter(over).after.state, State::closing) << "RFC 9293 3.10.7.4, fifth";
}

TEST_F(Linux, AnOrphansSynThatOnlyReachesIntoTheWindow_IsChallenged) {
  orphan_in_fin_wait_2();
  const Outcome challenged = by_linux(from_peer(SYN, text("ab"), -1));
  EXPECT_EQ(challenged.rule, &rules::syn_challenge);
  EXPECT_EQ(challenged.reply.kind, Kind::ack);
  EXPECT_EQ(challenged.after.state, State::fin_wait_2);
  const Outcome reset = by_linux(from_peer(SYN, text("ab")));
  EXPECT_EQ(reset.rule, &rules::syn_challenge);
  EXPECT_EQ(reset.reply.kind, Kind::rst);
}

TEST_F(Linux, InTimeWait_AnUnsentAckMovesNothing) {
  c.kernel_sends(FIN_ACK);
  c.peer(FIN_ACK);
  c.kernel_sends(ACK);
  ASSERT_EQ(c.kernel.state, State::time_wait);
  const Outcome ignored = by_linux(segment(ACK, c.kernel.rcv_nxt, c.kernel.snd_nxt + 9));
  EXPECT_EQ(ignored.deviations, Deviations{&d::time_wait_ack});
  EXPECT_EQ(ignored.after.snd_una, c.kernel.snd_una);
  EXPECT_EQ(by_linux(from_peer(Flags{})).rule, &rules::no_ack);
  const Outcome acknowledged = by_linux(from_peer(Flags{}, {}, 1));
  EXPECT_EQ(acknowledged.rule, &rules::time_wait_ack);
  EXPECT_EQ(acknowledged.reply.kind, Kind::ack);
}

}  // namespace
}  // namespace tcpcraft::model::test
