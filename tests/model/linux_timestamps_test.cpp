// Timestamps as Linux takes them, next to the letter of RFC 7323: PAWS, echoes, TIME-WAIT.

#include <tcpcraft/model/deviations.hpp>
#include <tcpcraft/model/rules.hpp>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

namespace d = deviations;
struct LinuxPaws : testing::Test {
  Connection c;
  void SetUp() override {
    c.timestamps = true;
    c.establish();
    c.peer(ACK, text("abcd"));
    c.kernel_sends(ACK);
  }
  /// `age` ticks older than TS.Recent; `offset` from RCV.NXT.
  Segment old(std::uint32_t age, Flags flags = ACK, Bytes payload = {}, std::int64_t offset = 0) const {
    return segment(flags, c.kernel.rcv_nxt + offset, c.kernel.snd_nxt, std::move(payload),
                   {wire::Timestamps{c.kernel.ts_recent - age, 0}});
  }
  Outcome by_linux(const Segment& arrived) const { return as(linux_profile, c.kernel, arrived); }
  Outcome by_letter(const Segment& arrived) const { return as(rfc9293, c.kernel, arrived); }
  /// RFC 7323 5.3, R1: acknowledged and dropped, whoever it is.
  void expect_paws(const Segment& arrived, const char* what) const {
    for (const Profile* profile : {&rfc9293, &linux_profile}) {
      const Outcome outcome = as(*profile, c.kernel, arrived);
      EXPECT_EQ(outcome.rule, &rules::paws) << what;
      EXPECT_EQ(outcome.reply.kind, Kind::ack) << what;
      EXPECT_TRUE(outcome.deviations.empty()) << what;
    }
  }
};

TEST_F(LinuxPaws, OneTick_IsLetPass) {
  EXPECT_EQ(by_linux(old(1, ACK, text("x"))).delivered, text("x"));
  EXPECT_EQ(by_linux(old(1, ACK, text("x"))).deviations, Deviations{&d::paws_tick});
  EXPECT_EQ(by_letter(old(1, ACK, text("x"))).rule, &rules::paws);
  expect_paws(old(2, ACK, text("x")), "two ticks");
  expect_paws(old(1, SYN), "a SYN");
}

TEST_F(LinuxPaws, AnOvertakenAck_IsDroppedWithoutAnAnswer) {
  const Outcome dropped = by_linux(old(1000, ACK, {}, -1));
  EXPECT_EQ(dropped.rule, &rules::paws);
  EXPECT_EQ(dropped.reply.kind, Kind::none);
  EXPECT_EQ(dropped.deviations, Deviations{&d::paws_old_ack});
  EXPECT_EQ(by_letter(old(1000, ACK, {}, -1)).reply.kind, Kind::ack) << "RFC 7323 5.3, R1";
  expect_paws(old(1000, ACK, text("d"), -1), "text");
}

TEST_F(LinuxPaws, AReplayedAck_IsTolerated) {
  ASSERT_EQ(c.kernel.snd_wl1, c.kernel.rcv_nxt - 4);
  Outcome paws = by_linux(old(240));
  EXPECT_EQ(paws.rule, &rules::paws) << "SEG.SEQ is newer than SND.WL1";
  c.peer(ACK);
  const Outcome tolerated = by_linux(old(240));
  EXPECT_EQ(tolerated.rule, &rules::ack_duplicate);
  EXPECT_EQ(tolerated.deviations, Deviations{&d::paws_replayed_ack});
  EXPECT_EQ(by_letter(old(240)).rule, &rules::paws) << "RFC 7323 5.3, R1";
}

TEST_F(LinuxPaws, AnythingButAReplayedAck_IsRefused) {
  c.kernel_sends(ACK, filler(10));
  c.peer(ACK);
  expect_paws(old(241), "an older one");
  expect_paws(old(240, ACK, text("x")), "text");
  expect_paws(old(240, ACK, {}, 1), "beyond RCV.NXT");
  Segment other = old(240);
  other.ack = other.ack - 1;
  expect_paws(other, "another ACK");
  other = old(240);
  other.window = 0;
  expect_paws(other, "a closed window");
  c.kernel.snd_wnd = 65534;
  expect_paws(old(240), "a larger window");
}

TEST(LinuxPawsScale, AReplayedAcksWindow_IsScaled) {
  Tcb tcb = listening();
  const Options offer = {wire::WindowScale{7}, wire::Timestamps{1000, 0}};
  follow(tcb, segment(SYN, irs, {}, {}, offer));
  transmitted(tcb, segment(SYN_ACK, iss, irs + 1, {}, offer));
  Segment ack = segment(ACK, irs + 1, iss + 1, {}, {wire::Timestamps{1000, 1000}});
  ack.window = 100;
  follow(tcb, ack);
  ASSERT_EQ(tcb.snd_wnd, 12800u);
  ack.options = {wire::Timestamps{900, 1000}};
  EXPECT_EQ(as(linux_profile, tcb, ack).rule, &rules::ack_duplicate);
  ack.window = 101;
  EXPECT_EQ(as(linux_profile, tcb, ack).rule, &rules::paws);
}

struct LinuxEcho : testing::Test {
  Connection c;
  void SetUp() override { c.timestamps = true; }
  Segment echoing(Flags flags, std::uint32_t tsecr) const {
    return segment(flags, irs + 1, iss + 1, {}, {wire::Timestamps{c.peer_clock, tsecr}});
  }
};

TEST_F(LinuxEcho, StrangeInSynReceived_IsRefused) {
  c.receive_syn();
  const Outcome refused = as(linux_profile, c.kernel, echoing(ACK, c.kernel_clock + 1));
  EXPECT_EQ(refused.rule, &rules::paws);
  EXPECT_EQ(refused.reply.kind, Kind::ack);
  EXPECT_EQ(refused.deviations, Deviations{&d::strange_echo});
  EXPECT_EQ(as(rfc9293, c.kernel, echoing(ACK, c.kernel_clock + 1)).rule, &rules::syn_received_ack)
      << "RFC 9293 3.10.7.4, fifth";
  const Outcome rst = as(linux_profile, c.kernel, echoing(RST, c.kernel_clock + 1));
  EXPECT_EQ(rst.rule, &rules::paws);
  EXPECT_EQ(rst.reply.kind, Kind::none);
  for (const std::uint32_t tsecr : {0u, c.kernel_clock}) {
    EXPECT_EQ(as(linux_profile, c.kernel, echoing(ACK, tsecr)).rule, &rules::syn_received_ack);
    EXPECT_TRUE(as(linux_profile, c.kernel, echoing(ACK, tsecr)).deviations.empty());
  }
}

TEST_F(LinuxEcho, StrangeInEstablished_IsNoMatter) {
  c.establish();
  EXPECT_TRUE(as(linux_profile, c.kernel, echoing(ACK, c.kernel_clock + 1)).deviations.empty());
}

TEST_F(LinuxEcho, StrangeInSynSent_DrawsARst) {
  c.kernel = Tcb{};
  c.kernel_sends(SYN);
  const auto syn_ack = [&](Options options) {
    return segment(SYN_ACK, irs, iss + 1, {}, std::move(options));
  };
  const Segment strange = syn_ack({wire::Timestamps{1, c.kernel_clock + 60000}});
  EXPECT_EQ(as(linux_profile, c.kernel, strange).rule, &rules::syn_sent_bad_ack);
  EXPECT_EQ(as(linux_profile, c.kernel, strange).deviations, Deviations{&d::syn_sent_echo});
  EXPECT_EQ(as(rfc9293, c.kernel, strange).rule, &rules::syn_sent_syn_ack) << "RFC 9293 3.10.7.3";
  for (const Options& options :
       {Options{}, Options{wire::Timestamps{1, 0}}, Options{wire::Timestamps{1, c.kernel_clock}},
        Options{wire::Timestamps{1, c.kernel_clock + 59999}}}) {
    EXPECT_EQ(as(linux_profile, c.kernel, syn_ack(options)).rule, &rules::syn_sent_syn_ack);
    EXPECT_TRUE(as(linux_profile, c.kernel, syn_ack(options)).deviations.empty());
  }
}

TEST_F(LinuxPaws, InTimeWait_ATsvalOnTextIsNotTaken) {
  const std::uint32_t newer = c.kernel.ts_recent + 100;
  const auto recent_after = [&](const Profile& profile, Bytes payload) {
    const Segment arrived =
        segment(ACK, c.kernel.rcv_nxt, c.kernel.snd_nxt, std::move(payload), {wire::Timestamps{newer, 0}});
    return as(profile, c.kernel, arrived).after.ts_recent;
  };
  EXPECT_EQ(recent_after(linux_profile, text("x")), newer) << "ESTABLISHED";
  c.kernel_sends(FIN_ACK);
  c.peer(FIN_ACK);
  c.kernel_sends(ACK);
  ASSERT_EQ(c.kernel.state, State::time_wait);
  const std::uint32_t recent = c.kernel.ts_recent;
  EXPECT_EQ(recent_after(linux_profile, text("x")), recent);
  EXPECT_EQ(recent_after(linux_profile, {}), newer);
  EXPECT_EQ(recent_after(rfc9293, text("x")), newer) << "RFC 7323 4.3";
}

}  // namespace
}  // namespace tcpcraft::model::test
