// The user calls and timeouts of RFC 9293, sections 3.10.1 to 3.10.6 and 3.10.8, in every state.

#include <functional>
#include <map>

#include <tcpcraft/model/rules.hpp>
#include <tcpcraft/model/tcp.hpp>

#include "support.hpp"

namespace tcpcraft::model::test {
namespace {

constexpr SeqNum ours{1000};
constexpr SeqNum theirs{5000};

Segment from_peer(Flags flags, SeqNum seq, SeqNum ack, Bytes payload = {}) {
  return segment(flags, seq, ack, std::move(payload));
}

/// Both directions acknowledged: RCV.NXT = theirs + 1, SND.NXT = ours + 1.
void establish(Tcp& tcp) {
  tcp.open_actively();
  tcp.arrive(from_peer(SYN_ACK, theirs, ours + 1));
}

Tcp in_state(State state) {
  Tcp tcp(ours);
  if (state == State::closed) return tcp;
  if (state == State::listen || state == State::syn_received) tcp.open_passively();
  if (state == State::syn_received) tcp.arrive(from_peer(SYN, theirs, {}));
  if (state == State::syn_sent) tcp.open_actively();
  if (!is_synchronized(state)) return tcp;
  establish(tcp);
  const bool peer_first = state == State::close_wait || state == State::last_ack;
  if (peer_first) tcp.arrive(from_peer(FIN_ACK, theirs + 1, ours + 1));
  if (state != State::established && state != State::close_wait) tcp.close();
  if (state == State::fin_wait_2 || state == State::time_wait)
    tcp.arrive(from_peer(ACK, theirs + 1, ours + 2));
  if (state == State::closing) tcp.arrive(from_peer(FIN_ACK, theirs + 1, ours + 1));
  if (state == State::time_wait) tcp.arrive(from_peer(FIN_ACK, theirs + 1, ours + 2));
  return tcp;
}

constexpr State all_states[] = {State::closed,      State::listen,     State::syn_sent,   State::syn_received,
                                State::established, State::fin_wait_1, State::fin_wait_2, State::close_wait,
                                State::closing,     State::last_ack,   State::time_wait};

TEST(Tcp, EveryState_IsReachedByCallsAndSegments) {
  for (const State state : all_states) EXPECT_EQ(in_state(state).tcb().state, state);
}

using Errors = std::map<State, CallError>;

void expect_errors(const std::function<Activity(Tcp&)>& call, const Errors& errors) {
  for (const State state : all_states) {
    Tcp tcp = in_state(state);
    const auto found = errors.find(state);
    const CallError expected = found == errors.end() ? CallError::none : found->second;
    const Activity activity = call(tcp);
    EXPECT_EQ(activity.error, expected) << to_string(state);
    EXPECT_NE(activity.rule, nullptr);
    if (expected != CallError::none) {
      EXPECT_TRUE(activity.sent.empty()) << to_string(state);
      EXPECT_EQ(tcp.tcb().state, state);
    }
  }
}

Errors in_all_but(std::initializer_list<State> free, CallError error) {
  Errors errors;
  for (const State state : all_states) errors[state] = error;
  for (const State state : free) errors.erase(state);
  return errors;
}

TEST(Tcp, Open_FailsWhereAConnectionExists) {
  expect_errors([](Tcp& tcp) { return tcp.open_actively(); },
                in_all_but({State::closed, State::listen}, CallError::already_exists));
  expect_errors([](Tcp& tcp) { return tcp.open_passively(); },
                in_all_but({State::closed}, CallError::already_exists));
}

TEST(Tcp, Send_FailsBeforeAndAfterTheConnection) {
  Errors errors = in_all_but({State::syn_sent, State::syn_received, State::established, State::close_wait},
                             CallError::closing);
  errors[State::closed] = CallError::does_not_exist;
  errors[State::listen] = CallError::remote_unspecified;
  expect_errors([](Tcp& tcp) { return tcp.send(text("data")); }, errors);
}

TEST(Tcp, Receive_FailsWhereNothingCanCome) {
  Errors errors;
  errors[State::closed] = CallError::does_not_exist;
  for (const State state : {State::close_wait, State::closing, State::last_ack, State::time_wait})
    errors[state] = CallError::closing;
  Bytes into;
  expect_errors([&](Tcp& tcp) { return tcp.receive(10, into); }, errors);
}

TEST(Tcp, Close_FailsTheSecondTime) {
  Errors errors =
      in_all_but({State::listen, State::syn_sent, State::syn_received, State::established, State::close_wait},
                 CallError::closing);
  errors[State::closed] = CallError::does_not_exist;
  expect_errors([](Tcp& tcp) { return tcp.close(); }, errors);
}

TEST(Tcp, Abort_TellsThePeerWhereItHasAConnection) {
  for (const State state : all_states) {
    Tcp tcp = in_state(state);
    const SeqNum snd_nxt = tcp.tcb().snd_nxt;
    const Activity activity = tcp.abort();
    const bool tells = state == State::syn_received || state == State::established ||
                       state == State::fin_wait_1 || state == State::fin_wait_2 || state == State::close_wait;
    ASSERT_EQ(activity.sent.size(), tells ? 1u : 0u) << to_string(state);
    EXPECT_EQ(activity.error, state == State::closed ? CallError::does_not_exist : CallError::none);
    if (tells) {
      EXPECT_TRUE(activity.sent[0].has(Flag::rst));
      EXPECT_EQ(activity.sent[0].seq, snd_nxt);
    }
    EXPECT_EQ(tcp.tcb().state, State::closed);
  }
}

TEST(Tcp, SynReceivedClose_WaitsForQueuedData) {
  Tcp tcp = in_state(State::syn_received);
  EXPECT_TRUE(tcp.send(text("queued")).sent.empty()) << "RFC 9293 3.10.2: queued until ESTABLISHED";
  EXPECT_TRUE(tcp.close().sent.empty()) << "RFC 9293 3.10.4: queued behind the data";
  const Activity activity = tcp.arrive(from_peer(ACK, theirs + 1, ours + 1));
  ASSERT_EQ(activity.sent.size(), 2u);
  EXPECT_EQ(activity.sent[0].payload, text("queued"));
  EXPECT_TRUE(activity.sent[1].has(Flag::fin));
  EXPECT_EQ(activity.sent[1].seq, ours + 7);
  EXPECT_EQ(tcp.tcb().state, State::fin_wait_1);
}

TEST(Tcp, EstablishedSend_StaysWithinWindowAndMss) {
  Tcp tcp(ours);
  tcp.open_actively();
  Segment answer = from_peer(SYN_ACK, theirs, ours + 1);
  answer.options = {wire::Mss{100}};
  answer.window = 250;
  tcp.arrive(answer);
  const Activity activity = tcp.send(filler(400));
  ASSERT_EQ(activity.sent.size(), 3u);
  EXPECT_EQ(activity.sent[0].payload.size(), 100u);
  EXPECT_EQ(activity.sent[2].payload.size(), 50u) << "the window ends there";
  Segment more = from_peer(ACK, theirs + 1, ours + 251);
  more.window = 250;
  EXPECT_EQ(tcp.arrive(more).sent.size(), 2u) << "an ACK that opens the window lets the rest go";
}

TEST(Tcp, ClosedWindow_IsProbedByOneByte) {
  Tcp tcp(ours);
  tcp.open_actively();
  Segment answer = from_peer(SYN_ACK, theirs, ours + 1);
  answer.window = 0;
  tcp.arrive(answer);
  EXPECT_TRUE(tcp.send(filler(10)).sent.empty());
  const Activity probe = tcp.retransmission_timeout();
  EXPECT_EQ(probe.rule, &rules::window_probe);
  ASSERT_EQ(probe.sent.size(), 1u);
  EXPECT_EQ(probe.sent[0].payload.size(), 1u);
}

TEST(Tcp, Receive_AnnouncesAWindowThatGrewEnough) {
  TcpOptions options;
  options.receive_buffer = 1000;
  Tcp tcp(ours, options);
  establish(tcp);
  tcp.arrive(from_peer(ACK, theirs + 1, ours + 1, filler(1000)));
  const Activity acknowledged = tcp.delayed_ack_timeout();
  ASSERT_EQ(acknowledged.sent.size(), 1u);
  EXPECT_EQ(acknowledged.sent[0].window, 0);
  Bytes into;
  EXPECT_TRUE(tcp.receive(100, into).sent.empty()) << "a silly window";
  const Activity update = tcp.receive(900, into);
  ASSERT_EQ(update.sent.size(), 1u);
  EXPECT_EQ(update.sent[0].window, 1000);
  EXPECT_EQ(into, filler(1000));
}

TEST(Tcp, RetransmissionTimeout_RepeatsTheFrontOfTheQueue) {
  Tcp tcp = in_state(State::syn_sent);
  EXPECT_EQ(tcp.retransmission_timeout().sent.at(0).seq, ours);
  tcp = in_state(State::syn_received);
  EXPECT_EQ(tcp.retransmission_timeout().sent.at(0).flags, SYN_ACK);
  tcp = in_state(State::established);
  EXPECT_TRUE(tcp.retransmission_timeout().sent.empty()) << "nothing is outstanding";
  tcp.send(text("one"));
  EXPECT_EQ(tcp.retransmission_timeout().sent.at(0).payload, text("one"));
  tcp = in_state(State::last_ack);
  EXPECT_EQ(tcp.retransmission_timeout().sent.at(0).seq, ours + 1);
  EXPECT_TRUE(tcp.retransmission_timeout().sent.at(0).has(Flag::fin));
}

TEST(Tcp, Timeouts_EndTheConnection) {
  Tcp tcp = in_state(State::time_wait);
  tcp.time_wait_timeout();
  EXPECT_EQ(tcp.tcb().state, State::closed);
  tcp = in_state(State::established);
  tcp.time_wait_timeout();
  EXPECT_EQ(tcp.tcb().state, State::established);
  EXPECT_EQ(tcp.user_timeout().rule, &rules::user_timeout);
  EXPECT_EQ(tcp.tcb().state, State::closed);
}

TEST(Tcp, TimeWaitSyn_OpensAnewBeyondTheOldNumbers) {
  Tcp tcp(ours);
  tcp.open_passively();
  tcp.arrive(from_peer(SYN, theirs, {}));
  tcp.arrive(from_peer(ACK, theirs + 1, ours + 1));
  tcp.close();
  tcp.arrive(from_peer(FIN_ACK, theirs + 1, ours + 2));
  ASSERT_EQ(tcp.tcb().state, State::time_wait);
  const Activity activity = tcp.arrive(from_peer(SYN, theirs + 10, {}));
  ASSERT_EQ(activity.sent.size(), 1u);
  EXPECT_EQ(activity.sent[0].flags, SYN_ACK);
  EXPECT_TRUE(after(activity.sent[0].seq, ours + 2));
  EXPECT_FALSE(tcp.end_of_file());
}

}  // namespace
}  // namespace tcpcraft::model::test
