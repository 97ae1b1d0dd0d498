#include <tcpcraft/model/rules.hpp>

#include "arrive_steps.hpp"
#include "offer.hpp"

/// RFC 9293, section 3.10.7.4: the checks that a segment passes in SYN-RECEIVED and the synchronized states,
/// in the order of the text. A check that decides about the segment returns the reaction.
namespace tcpcraft::model {

using wire::Flag;
using wire::Segment;

namespace {

bool is_bare_syn(const Segment& segment) {
  return segment.has(Flag::syn) && !segment.has(Flag::ack) && !segment.has(Flag::rst);
}

/// A SYN that begins a new connection in the place of an old one (RFC 9293, section 3.6.1, MAY-2; RFC 6191).
bool succeeds_time_wait(const Tcb& tcb, const Segment& segment) {
  if (tcb.state != State::time_wait || !tcb.passive || !is_bare_syn(segment)) return false;
  const auto* timestamps = wire::find<wire::Timestamps>(segment.options);
  if (tcb.timestamps() && timestamps) {
    const std::int32_t newer = newer_by(timestamps->tsval, tcb.ts_recent);
    if (newer != 0) return newer > 0;
  }
  return after(segment.seq, tcb.rcv_nxt);
}

/// The side was never seen to answer the first SYN: as far as anyone can tell it is still in LISTEN.
bool repeats_unanswered_syn(const Tcb& tcb, const Segment& segment) {
  return tcb.state == State::syn_received && !tcb.iss && is_bare_syn(segment);
}

/// The last segment of a simultaneous open (RFC 9293, section 3.5, Figure 7): the other side's SYN again, now
/// with an ACK. Its SEQ is not in the window, so the letter of the sequence check would refuse it.
bool completes_simultaneous_open(const Tcb& tcb, const Segment& segment) {
  return tcb.state == State::syn_received && !tcb.passive && segment.has(Flag::syn) &&
         segment.has(Flag::ack) && !segment.has(Flag::rst) && segment.seq == tcb.irs &&
         after(segment.ack, tcb.snd_una) && !after(segment.ack, tcb.snd_nxt);
}

Reaction complete_simultaneous_open(Tcb& tcb, const Segment& segment) {
  tcb.state = State::established;
  tcb.snd_una = segment.ack;
  take_window(tcb, segment);
  return drop(rules::syn_received_crossing);
}

/// What lies before RCV.NXT: what a D-SACK would report even if the segment is refused (RFC 2883, section 4).
std::optional<wire::SackBlock> received_before(const Tcb& tcb, const Segment& segment) {
  if (segment.has(Flag::syn) || segment.seg_len() == 0 || !before(segment.seq, tcb.rcv_nxt)) return {};
  return wire::SackBlock{segment.seq, earlier(segment.end(), tcb.rcv_nxt)};
}

/// RFC 7323, section 5.3, R1. A RST passes whatever its timestamp (section 5.2).
std::optional<Reaction> check_timestamps(Tcb& tcb, const Segment& segment) {
  if (!tcb.timestamps() || segment.has(Flag::rst)) return {};
  const auto* timestamps = wire::find<wire::Timestamps>(segment.options);
  if (timestamps) {
    if (newer_by(timestamps->tsval, tcb.ts_recent) >= 0) return {};
    return answer(rules::paws, Reply::Kind::ack);
  }
  // A SYN is left to its own check: RFC 5961, section 4.2, wants it challenged whatever else it carries.
  if (segment.has(Flag::syn)) return {};
  return drop(rules::timestamps_missing);
}

/// "If the RCV.WND is zero, no segments will be acceptable, but special allowance should be made to accept
/// valid ACKs": such as those on a window probe.
Reaction refuse_at_closed_window(Tcb& tcb, const Segment& segment) {
  if (auto bad_ack = check_ack_range(tcb, segment)) return *bad_ack;
  Reaction reaction = process_ack(tcb, segment);
  if (tcb.state == State::closed) return reaction;
  return answer(rules::window_closed, Reply::Kind::ack);
}

/// First. A RST is judged by its SEQ alone, in the next check.
std::optional<Reaction> check_sequence(Tcb& tcb, const Segment& segment) {
  if (segment.has(Flag::rst) || acceptable(tcb, segment)) return {};
  if (segment.has(Flag::syn)) return answer(rules::syn_challenge, Reply::Kind::ack);
  // At RCV.NXT only a window of zero refuses anything.
  if (segment.seq == tcb.rcv_nxt && segment.has(Flag::ack)) return refuse_at_closed_window(tcb, segment);
  const bool fin_repeated = segment.has(Flag::fin) && tcb.fin_received == segment.end() - 1;
  if (tcb.state == State::time_wait && fin_repeated) return answer(rules::time_wait_fin, Reply::Kind::ack);
  return answer(rules::sequence_unacceptable, Reply::Kind::ack);
}

/// Second, with the three cases of RFC 5961, section 3.2.
std::optional<Reaction> check_rst(Tcb& tcb, const Segment& segment) {
  if (!segment.has(Flag::rst)) return {};
  if (segment.seq != tcb.rcv_nxt) {
    if (!in_range(segment.seq, tcb.rcv_nxt, tcb.rcv_wnd())) return drop(rules::rst_outside);
    return answer(rules::rst_challenge, Reply::Kind::ack);
  }
  if (tcb.state == State::syn_received && tcb.passive) {
    tcb.state = State::listen;
    return drop(rules::syn_received_rst);
  }
  tcb.state = State::closed;
  return drop(rules::rst_exact);
}

/// Fourth (the third, security, is obsolete).
std::optional<Reaction> check_syn(Tcb& tcb, const Segment& segment) {
  if (!segment.has(Flag::syn)) return {};
  if (tcb.state == State::syn_received && tcb.passive) {
    tcb.state = State::listen;
    return drop(rules::syn_received_syn);
  }
  return answer(rules::syn_challenge, Reply::Kind::ack);
}

/// Fifth, its first sentence.
std::optional<Reaction> check_ack_bit(Tcb&, const Segment& segment) {
  if (segment.has(Flag::ack)) return {};
  return drop(rules::no_ack);
}

}  // namespace

Reaction arrive_in_other_states(Tcb& tcb, const Segment& segment) {
  if (succeeds_time_wait(tcb, segment)) return open_passively(tcb, segment, rules::time_wait_syn);
  if (repeats_unanswered_syn(tcb, segment)) return open_passively(tcb, segment, rules::listen_syn);
  if (completes_simultaneous_open(tcb, segment)) return complete_simultaneous_open(tcb, segment);
  tcb.last_arrival->duplicate = received_before(tcb, segment);

  using Check = std::optional<Reaction> (*)(Tcb&, const Segment&);
  constexpr Check checks[] = {check_timestamps, check_sequence, check_rst,
                              check_syn,        check_ack_bit,  check_ack_range};
  for (const Check check : checks)
    if (auto reaction = check(tcb, segment)) return *reaction;

  Reaction reaction = process_ack(tcb, segment);
  // CLOSED: LAST-ACK has ended. CLOSING: its FIN is still not acknowledged, "otherwise, ignore the segment".
  if (tcb.state == State::closed || tcb.state == State::closing) return reaction;
  // Sixth, URG: tells the application, changes no number.
  receive(tcb, segment, reaction);
  return reaction;
}

}  // namespace tcpcraft::model
