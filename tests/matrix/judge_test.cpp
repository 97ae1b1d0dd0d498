#include <gtest/gtest.h>

#include <tcpcraft/matrix/judge.hpp>
#include <tcpcraft/model/arrive.hpp>
#include <tcpcraft/model/derive.hpp>
#include <tcpcraft/model/deviations.hpp>
#include <tcpcraft/model/rules.hpp>

namespace tcpcraft::matrix {
namespace {

using model::Outcome;
using model::State;
using wire::Flag;
using wire::Flags;
using wire::Segment;
using wire::SeqNum;

/// An established connection: 1000 bytes have passed both ways, 500 of the kernel's are not acknowledged.
model::Tcb established() {
  model::Tcb tcb = model::listening();
  tcb.state = State::established;
  tcb.iss = SeqNum(1000);
  tcb.irs = SeqNum(50000);
  tcb.snd_una = SeqNum(2001);
  tcb.snd_nxt = SeqNum(2501);
  tcb.snd_wnd = tcb.max_snd_wnd = 65535;
  tcb.rcv_nxt = tcb.rcv_high = tcb.last_ack_sent = tcb.snd_wl1 = SeqNum(51001);
  tcb.snd_wl2 = tcb.snd_una;
  tcb.rcv_edge = tcb.rcv_nxt + 64000;
  tcb.window_offered = true;
  return tcb;
}

Segment to_kernel(Flags flags, SeqNum seq, SeqNum ack = {}, std::size_t length = 0) {
  Segment made;
  made.flags = flags;
  made.seq = seq;
  made.ack = ack;
  made.window = 65535;
  made.payload.assign(length, 'x');
  return made;
}

Segment from_kernel(const model::Reply& reply, const model::Tcb& after) {
  Segment sent = to_kernel(reply.flags, reply.seq.value_or(SeqNum(777)), reply.ack);
  const auto derived = model::derive(after, reply.flags, 0);
  if (derived.tsecr) sent.options.push_back(wire::Timestamps{1, *derived.tsecr});
  return sent;
}

/// A kernel that does exactly what `outcome` says.
Observation obey(const model::Tcb& before, const Segment& injected, const Outcome& outcome) {
  Observation seen;
  seen.before = before;
  seen.injected = injected;
  seen.state = outcome.after.state;
  if (outcome.reply.kind != model::Reply::Kind::none)
    seen.at_once.push_back(from_kernel(outcome.reply, outcome.after));
  seen.delivered = outcome.delivered;
  seen.end_of_file = outcome.fin;
  Effects effects;
  effects.bytes_acked = outcome.after.snd_una - before.snd_una;
  effects.bytes_received = outcome.after.rcv_nxt - before.rcv_nxt;
  effects.rcv_ooopack = outcome.after.queue.empty() ? 0 : 1;
  effects.snd_wnd = outcome.after.snd_wnd;
  seen.effects = effects;
  return seen;
}

class Judge : public testing::Test {
 protected:
  Outcome by(const model::Profile& profile, std::size_t alternative = 0) const {
    model::Tcb tcb = before;
    tcb.profile = &profile;
    return model::arrive(tcb, injected).alternatives.at(alternative);
  }
  Observation seen(const model::Profile& profile, std::size_t alternative = 0) const {
    return obey(before, injected, by(profile, alternative));
  }
  static Verdict verdict(Observation observation, const model::Profile& profile = model::linux_profile) {
    return judge({}, std::move(observation), profile).verdict;
  }

  model::Tcb before = established();
  Segment injected = to_kernel({Flag::ack}, before.rcv_nxt, before.snd_nxt, 100);
};

TEST_F(Judge, TheFirstOutcome_Conforms) {
  const CellResult result = judge({}, seen(model::rfc9293), model::linux_profile);
  EXPECT_EQ(result.verdict, Verdict::conforms);
  EXPECT_TRUE(result.differences.empty());
  EXPECT_EQ(result.observed, "ACK seq=SND.NXT ack=RCV.NXT+100 (may wait)");
  ASSERT_EQ(result.allowed.size(), 1u);
  EXPECT_EQ(result.allowed[0].reply, "ACK seq=SND.NXT ack=RCV.NXT+100");
  EXPECT_EQ(result.allowed[0].rule, &model::rules::data_in_order);
}

TEST_F(Judge, ADelayedAcknowledgement_ConformsEarlyLateAndNever) {
  Observation observation = seen(model::rfc9293);
  const CellResult at_once = judge({}, observation, model::linux_profile);
  std::swap(observation.at_once, observation.flushed);
  const CellResult late = judge({}, observation, model::linux_profile);
  observation.flushed.clear();
  const CellResult never = judge({}, observation, model::linux_profile);
  for (const CellResult* result : {&at_once, &late, &never}) {
    EXPECT_EQ(result->verdict, Verdict::conforms) << "the variables prove that the data was taken";
    EXPECT_EQ(result->observed, at_once.observed) << "a baseline must not depend on how busy the host was";
  }
}

TEST_F(Judge, EveryFieldThatDiffers_IsAFinding) {
  const Observation right = seen(model::rfc9293);
  const auto with = [&](auto&& change) {
    Observation wrong = right;
    change(wrong);
    return verdict(wrong);
  };
  using O = Observation;
  EXPECT_EQ(with([](O& o) { o.at_once[0].ack += 1; }), Verdict::new_deviation);
  EXPECT_EQ(with([](O& o) { o.at_once[0].seq += 1; }), Verdict::new_deviation);
  EXPECT_EQ(with([](O& o) { o.at_once[0].flags.set(Flag::rst); }), Verdict::new_deviation);
  EXPECT_EQ(with([](O& o) { o.at_once[0].flags.set(Flag::fin); }), Verdict::new_deviation);
  EXPECT_EQ(with([](O& o) { o.at_once[0].payload = {1}; }), Verdict::new_deviation);
  EXPECT_EQ(with([](O& o) { o.at_once[0].options = {wire::Timestamps{1, 1}}; }), Verdict::new_deviation);
  EXPECT_EQ(with([](O& o) { o.at_once.push_back(o.at_once[0]); }), Verdict::new_deviation);
  EXPECT_EQ(with([](O& o) { o.flushed.push_back(o.at_once[0]); }), Verdict::new_deviation);
  EXPECT_EQ(with([](O& o) { o.state = State::close_wait; }), Verdict::new_deviation);
  EXPECT_EQ(with([](O& o) { o.delivered.pop_back(); }), Verdict::new_deviation);
  EXPECT_EQ(with([](O& o) { o.end_of_file = true; }), Verdict::new_deviation);
  EXPECT_EQ(with([](O& o) { o.effects->bytes_acked -= 1; }), Verdict::new_deviation);
  EXPECT_EQ(with([](O& o) { o.effects->bytes_received += 1; }), Verdict::new_deviation);
  EXPECT_EQ(with([](O& o) { o.effects->rcv_ooopack += 1; }), Verdict::new_deviation);
  EXPECT_EQ(with([](O& o) { o.effects->snd_wnd -= 1; }), Verdict::new_deviation);
}

TEST_F(Judge, AMissingChallenge_IsAFinding) {
  injected = to_kernel({Flag::rst}, before.rcv_nxt + 1);
  Observation observation = seen(model::rfc9293);
  EXPECT_EQ(verdict(observation), Verdict::conforms);
  observation.at_once.clear();
  const CellResult result = judge({}, observation, model::linux_profile);
  EXPECT_EQ(result.verdict, Verdict::new_deviation);
  ASSERT_EQ(result.differences.size(), 1u);
  EXPECT_EQ(result.differences[0], "reply: expected ACK seq=SND.NXT ack=RCV.NXT, received nothing");
  EXPECT_EQ(result.observed, "nothing");
}

TEST_F(Judge, AnotherAllowedOutcome_IsAnAlternative) {
  injected = to_kernel({Flag::ack}, before.rcv_nxt, before.snd_una - before.max_snd_wnd - 1);
  EXPECT_EQ(verdict(seen(model::rfc9293, 0)), Verdict::conforms);
  EXPECT_EQ(verdict(seen(model::rfc9293, 1)), Verdict::alternative);
}

TEST_F(Judge, AKnownDeviation_IsNamed) {
  injected = to_kernel({Flag::rst}, before.rcv_edge);
  const CellResult result = judge({}, seen(model::linux_profile), model::linux_profile);
  EXPECT_EQ(result.verdict, Verdict::deviation);
  ASSERT_EQ(result.deviations.size(), 1u);
  EXPECT_EQ(result.deviations[0], &model::deviations::right_edge);
  EXPECT_FALSE(result.differences.empty()) << "how it differs from the letter";
  EXPECT_EQ(verdict(seen(model::linux_profile), model::rfc9293), Verdict::new_deviation);
}

TEST_F(Judge, AKnownDeviationThatDoesNotShow_HasVanished) {
  injected = to_kernel({Flag::rst}, before.rcv_edge);
  const CellResult result = judge({}, seen(model::rfc9293), model::linux_profile);
  EXPECT_EQ(result.verdict, Verdict::vanished);
  ASSERT_EQ(result.deviations.size(), 1u);
  EXPECT_EQ(result.deviations[0], &model::deviations::right_edge);
  EXPECT_EQ(verdict(seen(model::rfc9293), model::rfc9293), Verdict::conforms);
}

TEST_F(Judge, ADeviationThatCannotBeSeenHere_HasNotVanished) {
  // It ends at RCV.NXT: Linux takes its ACK, the letter does not. Only the variables tell.
  injected = to_kernel({Flag::ack}, before.rcv_nxt - 100, before.snd_nxt, 100);
  Observation observation = seen(model::rfc9293);
  EXPECT_EQ(verdict(observation), Verdict::vanished);
  EXPECT_EQ(verdict(seen(model::linux_profile)), Verdict::deviation);
  observation.effects.reset();
  EXPECT_EQ(verdict(observation), Verdict::conforms);
}

TEST_F(Judge, ADamagedSegment_ChangesNothing) {
  Observation observation = obey(before, injected, Outcome{});
  observation.deformity.bad_checksum = true;
  observation.state = State::established;
  observation.effects = Effects{.snd_wnd = before.snd_wnd};
  const CellResult result = judge({}, observation, model::linux_profile);
  EXPECT_EQ(result.verdict, Verdict::conforms);
  EXPECT_EQ(result.allowed.at(0).rule, &model::rules::bad_checksum);
  observation.delivered = {1};
  EXPECT_EQ(verdict(observation), Verdict::new_deviation);
}

TEST_F(Judge, APassiveOpenThatIsOver_LeavesTheListener) {
  before.state = State::syn_received;
  before.snd_una = *before.iss;
  before.snd_nxt = *before.iss + 1;
  injected = to_kernel({Flag::rst}, before.rcv_nxt);
  Observation observation = seen(model::rfc9293);
  EXPECT_EQ(by(model::rfc9293).after.state, State::listen);
  observation.state = State::closed;
  EXPECT_EQ(verdict(observation), Verdict::conforms);
}

TEST_F(Judge, AnInconclusiveObservation_StaysSo) {
  Observation observation = seen(model::rfc9293);
  observation.inconclusive = "the barrier was lost";
  const CellResult result = judge({}, observation, model::linux_profile);
  EXPECT_EQ(result.verdict, Verdict::inconclusive);
  ASSERT_EQ(result.differences.size(), 1u);
  EXPECT_EQ(result.differences[0], "the barrier was lost");
}

}  // namespace
}  // namespace tcpcraft::matrix
