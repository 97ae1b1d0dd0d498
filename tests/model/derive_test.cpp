// The numbers and options of what the kernel sends next.

#include <tcpcraft/model/rules.hpp>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

using wire::SackBlock;

struct Derive : testing::Test {
  Connection c;
  void establish(bool timestamps = false, bool sack = false) {
    c.timestamps = timestamps;
    c.sack = sack;
    c.establish();
  }
  Derived derived(Flags flags, std::size_t size = 0) const { return derive(c.kernel, flags, size); }
};

TEST_F(Derive, Segment_BeginsAtSndNxtAndAcknowledgesRcvNxt) {
  establish();
  c.kernel_sends(ACK, filler(10));
  c.peer_acking(iss + 5, ACK, text("abc"));
  EXPECT_EQ(derived(ACK).seq, iss + 11);
  EXPECT_EQ(derived(ACK).ack, irs + 4);
  EXPECT_EQ(derived(ACK).seq_rule, &rules::snd_nxt);
  EXPECT_EQ(derived(ACK).ack_rule, &rules::data_in_order);
  c.kernel_sends(ACK);
  EXPECT_EQ(derived(ACK).ack_rule, &rules::rcv_nxt);
}

TEST_F(Derive, FirstSyn_ChoosesItsIss) {
  EXPECT_EQ(derive(Tcb{}, SYN, 0).seq, std::nullopt);
  follow(c.kernel, segment(SYN, irs));
  EXPECT_EQ(derived(SYN_ACK).seq, std::nullopt);
  EXPECT_EQ(derived(SYN_ACK).ack, irs + 1);
  EXPECT_EQ(derived(SYN_ACK).seq_rule, &rules::iss_free);
  c.kernel_sends(SYN_ACK);
  EXPECT_EQ(derived(SYN_ACK).seq, iss);
  EXPECT_EQ(derived(SYN_ACK).seq_rule, &rules::iss_kept);
}

TEST_F(Derive, SynAfterTheConnectionEnded_ChoosesItsIss) {
  establish();
  c.peer(RST);
  EXPECT_EQ(derived(SYN).seq, std::nullopt);
}

TEST_F(Derive, RepeatedFin_KeepsItsNumber) {
  establish();
  c.kernel_sends(ACK, text("ab"));
  c.kernel_sends(FIN_ACK, text("cd"));
  EXPECT_EQ(derived(FIN_ACK).seq, iss + 5);
  EXPECT_EQ(derived(FIN_ACK, 4).seq, iss + 1);
  EXPECT_EQ(derived(FIN_ACK).seq_rule, &rules::fin_kept);
  EXPECT_EQ(derived(ACK).seq, iss + 6);
}

TEST_F(Derive, ResetWithoutAck_TakesSeqFromTheAckItAnswers) {
  follow(c.kernel, segment(ACK, irs, SeqNum(4711)));
  EXPECT_EQ(derived(RST).seq, SeqNum(4711));
  EXPECT_EQ(derived(RST).seq_rule, &rules::reset_seq_from_ack);
}

TEST_F(Derive, ResetWithAck_AnswersASegmentWithoutAck) {
  c.kernel = Tcb{};
  follow(c.kernel, segment(Flags{Flag::syn, Flag::fin}, irs, {}, text("abc")));
  EXPECT_EQ(derived(RST_ACK).seq, SeqNum(0));
  EXPECT_EQ(derived(RST_ACK).ack, irs + 5);
  EXPECT_EQ(derived(RST_ACK).ack_rule, &rules::reset_ack);
}

TEST_F(Derive, ResetWithNothingToTakeItFrom_IsAtSndNxt) {
  c.receive_syn();
  follow(c.kernel, segment(Flags{}, irs + 1));
  EXPECT_EQ(derived(RST).seq, iss + 1);
}

TEST_F(Derive, SynInTimeWait_ChoosesItsIss) {
  establish();
  c.kernel_sends(FIN_ACK);
  c.peer(FIN_ACK);
  ASSERT_EQ(c.kernel.state, State::time_wait);
  EXPECT_EQ(derived(SYN).seq, std::nullopt);
}

TEST_F(Derive, ResetOfAConnection_HasItsNumbers) {
  establish();
  c.kernel_sends(ACK, text("abc"));
  follow(c.kernel, segment(Flags{}, irs + 1));  // no ACK, but synchronized
  EXPECT_EQ(derived(RST_ACK).seq, iss + 4);
  EXPECT_EQ(derived(RST_ACK).ack, irs + 1);
  EXPECT_EQ(derived(RST).seq, iss + 4);
  c.peer_acking(iss + 2);
  EXPECT_EQ(derived(RST_ACK).seq, iss + 4);
}

TEST_F(Derive, BeforeAnySyn_SndNxtIsZero) {
  EXPECT_EQ(derived(ACK).seq, SeqNum(0));
}

TEST_F(Derive, AfterTheEnd_NumbersStay) {
  establish();
  c.peer_fin();
  c.kernel_sends(FIN_ACK);
  c.peer(ACK);
  ASSERT_EQ(c.kernel.state, State::closed);
  EXPECT_EQ(derived(ACK).seq, iss + 2);
  EXPECT_EQ(derived(ACK).ack, irs + 2);
}

TEST_F(Derive, Timestamps_EchoTsRecentAndDoNotGoBack) {
  establish(true);
  c.peer(ACK, text("x"));
  EXPECT_EQ(derived(ACK).tsecr, c.peer_clock);
  EXPECT_EQ(derived(ACK).tsval_at_least, c.kernel_clock);
}

TEST_F(Derive, WithoutTimestamps_NoneAreExpected) {
  establish();
  EXPECT_EQ(derived(ACK).tsecr, std::nullopt);
  EXPECT_EQ(derived(ACK).tsval_at_least, std::nullopt);
}

TEST_F(Derive, Sack_NewestFirst_AsManyAsFit) {
  establish(false, true);
  for (const int at : {10, 20, 30, 40, 50}) c.peer(ACK, text("ab"), at);
  const Derived now = derived(ACK);
  ASSERT_EQ(now.sack.size(), 4u);
  EXPECT_EQ(now.sack[0], (SackBlock{irs + 51, irs + 53}));
  EXPECT_EQ(now.sack[3], (SackBlock{irs + 21, irs + 23}));
  EXPECT_TRUE(derived(RST_ACK).sack.empty());
}

TEST_F(Derive, SackBesideTimestamps_ThreeBlocks) {
  establish(true, true);
  for (const int at : {10, 20, 30, 40}) c.peer(ACK, text("ab"), at);
  EXPECT_EQ(derived(ACK).sack.size(), 3u);
}

TEST_F(Derive, SackNotPermitted_None) {
  establish(false, false);
  c.peer(ACK, text("ab"), 10);
  c.peer(ACK, text("ab"), 10);
  EXPECT_TRUE(derived(ACK).sack.empty());
  EXPECT_EQ(derived(ACK).dsack, std::nullopt);
}

TEST_F(Derive, Dsack_IsTheDuplicateThatArrivedLast) {
  establish(false, true);
  c.peer(ACK, text("abcd"), 10);
  c.peer(ACK, text("cdef"), 12);
  EXPECT_EQ(derived(ACK).dsack, (SackBlock{irs + 13, irs + 15}));
}

struct OptionsOutsideTheSyn : Derive {
  /// The rule that an ACK with these options breaks; nullptr if it breaks none.
  const Rule* fault(Options options, Flags flags = ACK) {
    const auto found = check_options(c.kernel, derived(flags),
                                     segment(flags, c.kernel.snd_nxt, c.kernel.rcv_nxt, {}, options));
    said = found ? found->expected : "";
    return found ? found->rule : nullptr;
  }
  wire::Sack sack_at(std::vector<std::pair<int, int>> ranges) {
    wire::Sack sack;
    for (const auto& [left, right] : ranges) sack.blocks.push_back({irs + left, irs + right});
    return sack;
  }
  std::string said;
};

TEST_F(OptionsOutsideTheSyn, NothingNegotiated_NothingAllowed) {
  establish();
  EXPECT_EQ(fault({}), nullptr);
  EXPECT_EQ(fault({wire::Nop{}, wire::EndOfOptions{}}), nullptr);
  EXPECT_EQ(fault({wire::Timestamps{1, 2}}), &rules::timestamps_forbidden);
  EXPECT_EQ(fault({wire::Timestamps{1, 2}}, RST), &rules::timestamps_forbidden);
  EXPECT_EQ(fault({sack_at({{1, 2}})}), &rules::sack_forbidden);
  EXPECT_EQ(said, "no sack option");
  EXPECT_EQ(fault({wire::Mss{1}}), &rules::syn_only);
  EXPECT_EQ(said, "no mss option");
  EXPECT_EQ(fault({wire::WindowScale{1}}), &rules::syn_only);
  EXPECT_EQ(fault({wire::SackPermitted{}}), &rules::syn_only);
  EXPECT_EQ(fault({wire::Md5{}}), &rules::syn_only);
  EXPECT_EQ(fault({wire::FastOpen{}}), &rules::syn_only);
  EXPECT_EQ(fault({wire::RawOption{253, {}, {}}}), &rules::syn_only);
  EXPECT_EQ(said, "no option of kind 253");
  EXPECT_EQ(fault({wire::Mss{1}}, RST), nullptr) << "of a RST only Timestamps are checked";
}

TEST_F(OptionsOutsideTheSyn, OfASyn_AreFree) {
  establish();
  EXPECT_EQ(fault({wire::Mss{1}, wire::Timestamps{1, 2}}, SYN_ACK), nullptr);
}

TEST_F(OptionsOutsideTheSyn, Timestamps) {
  establish(true);
  const std::uint32_t echo = c.kernel.ts_recent;
  EXPECT_EQ(fault({wire::Timestamps{c.kernel_clock, echo}}), nullptr);
  EXPECT_EQ(fault({}), &rules::timestamps_required);
  EXPECT_EQ(said, "ts tsecr=" + std::to_string(echo));
  EXPECT_EQ(fault({wire::Timestamps{c.kernel_clock, echo - 1}}), &rules::timestamps_echo);
  EXPECT_EQ(fault({wire::Timestamps{c.kernel_clock - 1, echo}}), &rules::timestamps_forward);
  EXPECT_EQ(fault({}, RST), nullptr) << "RFC 7323 3.2: a RST may lack them";
  EXPECT_EQ(fault({wire::Timestamps{c.kernel_clock, echo - 1}}, RST), &rules::timestamps_echo);
}

TEST_F(OptionsOutsideTheSyn, Sack) {
  establish(false, true);
  EXPECT_EQ(fault({sack_at({{1, 2}})}), &rules::sack_blocks) << "nothing to report";
  EXPECT_EQ(said, "no sack option");
  c.peer(ACK, text("ab"), 10);
  c.peer(ACK, text("ab"), 20);
  EXPECT_EQ(fault({sack_at({{21, 23}, {11, 13}})}), nullptr);
  EXPECT_EQ(fault({sack_at({{11, 13}, {21, 23}})}), &rules::sack_blocks) << "RFC 2018 4: the newest first";
  EXPECT_EQ(said, "sack 21:23 11:13");
  EXPECT_EQ(fault({sack_at({{21, 23}})}), &rules::sack_blocks);
  EXPECT_EQ(fault({}), &rules::sack_blocks);
}

TEST_F(OptionsOutsideTheSyn, Dsack_MayStandInFront) {
  establish(false, true);
  for (const int at : {10, 20, 30, 40}) c.peer(ACK, text("abcd"), at);
  c.peer(ACK, text("bc"), 41);
  EXPECT_EQ(fault({sack_at({{41, 45}, {31, 35}, {21, 25}, {11, 15}})}), nullptr);
  EXPECT_EQ(fault({sack_at({{42, 44}, {41, 45}, {31, 35}, {21, 25}})}), nullptr);
  EXPECT_EQ(fault({sack_at({{42, 43}, {41, 45}, {31, 35}, {21, 25}})}), nullptr) << "a part of it";
  EXPECT_EQ(fault({sack_at({{42, 44}, {41, 45}, {31, 35}})}), &rules::sack_blocks) << "there is room";
  EXPECT_EQ(fault({sack_at({{42, 45}, {41, 45}, {31, 35}, {21, 25}})}), &rules::sack_blocks);
  EXPECT_EQ(fault({sack_at({{41, 44}, {41, 45}, {31, 35}, {21, 25}})}), &rules::sack_blocks);
  EXPECT_EQ(fault({sack_at({{42, 44}, {41, 45}, {31, 35}, {21, 25}, {11, 15}})}), &rules::sack_blocks);
}

TEST_F(OptionsOutsideTheSyn, DsackOfOldData_MayStandAlone) {
  establish(false, true);
  c.peer(ACK, text("abcd"));
  c.peer(ACK, text("ab"), -4);
  EXPECT_EQ(fault({sack_at({{1, 3}})}), nullptr);
  EXPECT_EQ(fault({}), nullptr);
}

}  // namespace
}  // namespace tcpcraft::model::test
