#include "arriving.hpp"
#include "offer.hpp"

/// RFC 9293, section 3.10.7.4: the checks that a segment passes in SYN-RECEIVED and the synchronized states,
/// in the order of the text. A check that decides about the segment returns true.
namespace tcpcraft::model {

using wire::Flag;
using wire::Segment;

namespace d = deviations;

namespace {

bool is_bare_syn(const Segment& segment) {
  return segment.has(Flag::syn) && !segment.has(Flag::ack) && !segment.has(Flag::rst);
}

const wire::Timestamps* stamps_in_force(const Arriving& a) {
  return a.tcb.timestamps() ? wire::find<wire::Timestamps>(a.segment.options) : nullptr;
}

/// Whether a SYN comes later than all of the connection that waits here (RFC 6191, section 2).
bool is_newer(const Arriving& a) {
  if (const auto* stamps = stamps_in_force(a)) {
    const std::int32_t newer = newer_by(stamps->tsval, a.tcb.ts_recent);
    if (newer != 0) return newer > 0;
  }
  return !before(a.segment.seq, a.tcb.rcv_nxt);
}

/// The same as Linux sees it, to which RCV.NXT itself is not newer.
bool is_newer_to_linux(const Arriving& a) {
  const auto* stamps = stamps_in_force(a);
  return after(a.segment.seq, a.tcb.rcv_nxt) || (stamps && newer_by(stamps->tsval, a.tcb.ts_recent) > 0);
}

/// A SYN in TIME-WAIT: RFC 9293, section 3.6.1 (MAY-2), RFC 6191 and RFC 5961, section 4.2, each have a word
/// on it.
bool check_time_wait_syn(Arriving& a) {
  if (a.tcb.state != State::time_wait || !is_bare_syn(a.segment)) return false;
  if (!a.tcb.passive || !is_newer(a)) {
    if (a.may(rules::time_wait_syn_drop)) return a.decide(rules::time_wait_syn_drop);
    return a.answer(rules::syn_challenge, Reply::Kind::ack);
  }
  if (a.may(rules::time_wait_syn_challenge))
    return a.answer(rules::time_wait_syn_challenge, Reply::Kind::ack);
  if (a.segment.has(Flag::fin) && is_newer_to_linux(a) && a.deviates(d::time_wait_syn_fin))
    return a.end(rules::time_wait_syn, Reply::Kind::none, State::closed);
  return open_passively(a, rules::time_wait_syn);
}

/// The side was never seen to answer the first SYN: as far as anyone can tell it is still in LISTEN.
bool check_unanswered_syn(Arriving& a) {
  if (a.tcb.state != State::syn_received || a.tcb.iss || !is_bare_syn(a.segment)) return false;
  return open_passively(a, rules::listen_syn);
}

bool acknowledges_syn(const Arriving& a) {
  return after(a.segment.ack, a.tcb.snd_una) && !after(a.segment.ack, a.tcb.snd_nxt);
}

/// The last segment of a simultaneous open (RFC 9293, section 3.5, Figure 7): the other side's SYN again, now
/// with an ACK. Its SEQ is not in the window, so the letter of the sequence check would refuse it.
bool check_simultaneous_open(Arriving& a) {
  const Segment& segment = a.segment;
  const bool completes = a.tcb.state == State::syn_received && !a.tcb.passive && segment.has(Flag::syn) &&
                         segment.has(Flag::ack) && !segment.has(Flag::rst) && segment.seq == a.tcb.irs &&
                         acknowledges_syn(a);
  if (!completes) return false;
  if (a.may(rules::syn_received_crossing_letter))
    return a.answer(rules::syn_received_crossing_letter, Reply::Kind::ack);
  a.tcb.state = State::established;
  a.tcb.snd_una = segment.ack;
  take_timestamp(a.tcb, segment);
  take_window(a.tcb, segment);
  if (a.deviates(d::crossing_syn_ack)) return a.answer(rules::syn_received_crossing, Reply::Kind::ack);
  return a.decide(rules::syn_received_crossing);
}

/// What lies before RCV.NXT: what a D-SACK would report even if the segment is refused (RFC 2883, section 4).
std::optional<wire::SackBlock> received_before(const Tcb& tcb, const Segment& segment) {
  if (segment.has(Flag::syn) || segment.seg_len() == 0 || !before(segment.seq, tcb.rcv_nxt)) return {};
  return wire::SackBlock{segment.seq, earlier(segment.end(), tcb.rcv_nxt)};
}

/// A mini-socket of a passive open knows a SYN that comes again by its SEQ.
bool check_repeated_syn(Arriving& a) {
  const bool repeated = is_request(a.tcb) && a.segment.seq == a.tcb.irs && is_bare_syn(a.segment);
  return repeated && a.deviates(d::syn_ack_again) && a.answer(rules::iss_kept, Reply::Kind::syn_ack);
}

/// RFC 9293, section 3.5.2, group 2: in a state that is not synchronized an unacceptable ACK draws a RST. The
/// checks of section 3.10.7.4 stand before it in the text, and may come to another answer.
bool check_unsynchronized_ack(Arriving& a) {
  const Segment& segment = a.segment;
  if (a.tcb.state != State::syn_received || !segment.has(Flag::ack) || segment.has(Flag::rst)) return false;
  if (acknowledges_syn(a)) return false;
  if (!a.tcb.passive) {
    if (segment.has(Flag::syn)) return false;
    if (segment.ack == a.tcb.snd_una && a.deviates(d::unacknowledged_syn)) return false;
  }
  const bool checks_first = a.may(rules::syn_received_checks_first);
  // In the window a SYN-ACK is a SYN above all: the text returns a passive open to LISTEN.
  return checks_first == segment.has(Flag::syn) && a.answer(rules::syn_received_bad_ack, Reply::Kind::rst);
}

/// A pure ACK that Linux takes for one that was overtaken; without ACK, SYN and RST it is dropped before.
bool is_overtaken_ack(const Arriving& a) {
  return a.segment.seg_len() == 0 && before(a.segment.seq, a.tcb.rcv_nxt);
}

bool is_replayed_ack(const Arriving& a, std::int32_t age) {
  constexpr std::int32_t shortest_rto = 240;  // 1.2 times 200 ms, in ticks of TSval
  const Segment& segment = a.segment;
  const std::uint32_t window = window_of(segment, a.tcb.scaling(), a.tcb.received.window_scale);
  return segment.seg_len() == 0 && segment.seq == a.tcb.rcv_nxt && segment.ack == a.tcb.snd_una &&
         !after(segment.seq, a.tcb.snd_wl1) && window != 0 && window <= a.tcb.snd_wnd && age <= shortest_rto;
}

/// RFC 7323, section 5.3, R1: what becomes of a segment that is `age` ticks older than TS.Recent.
bool refuse_old_timestamp(Arriving& a, std::int32_t age) {
  if (!is_mini(a.tcb) && !a.segment.has(Flag::syn)) {
    if (age == 1 && a.deviates(d::paws_tick)) return false;
    if (is_overtaken_ack(a) && a.deviates(d::paws_old_ack)) return a.decide(rules::paws);
    if (is_replayed_ack(a, age) && a.deviates(d::paws_replayed_ack)) return false;
  }
  return a.answer(rules::paws, Reply::Kind::ack);
}

/// A RST passes whatever its timestamp (RFC 7323, section 5.2).
bool check_old_rst(Arriving& a) {
  if (!is_mini(a.tcb) || a.tcb.state == State::time_wait || !a.deviates(d::paws_rst)) return false;
  return a.answer(rules::paws, is_request(a.tcb) ? Reply::Kind::none : Reply::Kind::ack);
}

bool check_missing_timestamps(Arriving& a) {
  if (a.segment.has(Flag::rst)) return false;
  // RFC 5961, section 4.2, wants a SYN challenged whatever else it carries.
  if (a.segment.has(Flag::syn))
    return a.may(rules::timestamps_missing) && a.decide(rules::timestamps_missing);
  return !a.deviates(d::timestamps_tolerated) && a.decide(rules::timestamps_missing);
}

bool check_timestamps(Arriving& a) {
  if (!a.tcb.timestamps()) return false;
  const auto* stamps = wire::find<wire::Timestamps>(a.segment.options);
  if (!stamps) return check_missing_timestamps(a);
  const std::int32_t age = newer_by(a.tcb.ts_recent, stamps->tsval);
  if (age > 0) return a.segment.has(Flag::rst) ? check_old_rst(a) : refuse_old_timestamp(a, age);
  const bool strange = is_request(a.tcb) && stamps->tsecr != 0 && stamps->tsecr != a.tcb.ts_sent;
  if (!strange || !a.deviates(d::strange_echo)) return false;
  return a.answer(rules::paws, a.segment.has(Flag::rst) ? Reply::Kind::none : Reply::Kind::ack);
}

/// "If the RCV.WND is zero, no segments will be acceptable, but special allowance should be made to accept
/// valid ACKs": such as those on a window probe.
bool refuse_at_closed_window(Arriving& a) {
  const bool bare_fin = a.segment.has(Flag::fin) && a.segment.seg_len() == 1;
  if (bare_fin && a.deviates(d::fin_at_closed_window)) return false;
  if (a.may(rules::window_closed_drop)) return a.answer(rules::window_closed_drop, Reply::Kind::ack);
  if (check_ack_range(a)) return true;
  process_ack(a);
  if (a.tcb.state == State::closed) return true;
  return a.answer(rules::window_closed, Reply::Kind::ack);
}

/// Whether the segment's numbers are in the window. TIME-WAIT has no deviation here.
bool passes_sequence(Arriving& a) {
  const Segment& segment = a.segment;
  const Tcb& tcb = a.tcb;
  if (acceptable(tcb, segment)) return true;
  if (tcb.state == State::time_wait) return false;
  const bool mini = is_mini(tcb);
  const bool at_edge = segment.seq == tcb.rcv_edge && tcb.rcv_wnd() > 0;
  if (at_edge && (segment.seg_len() == 0 || !mini)) return a.deviates(d::right_edge);
  const bool ends_at_rcv_nxt = segment.end() == tcb.rcv_nxt && segment.seg_len() > 0;
  return ends_at_rcv_nxt && !mini && a.deviates(d::left_edge);
}

/// First. A RST is judged by its SEQ alone, in the next check.
bool check_sequence(Arriving& a) {
  const Segment& segment = a.segment;
  if (segment.has(Flag::rst) || passes_sequence(a)) return false;
  if (segment.has(Flag::syn)) return a.answer(rules::syn_challenge, Reply::Kind::ack);
  // At RCV.NXT only a window of zero refuses anything.
  if (segment.seq == a.tcb.rcv_nxt && segment.has(Flag::ack)) return refuse_at_closed_window(a);
  const bool fin_repeated = segment.has(Flag::fin) && a.tcb.fin_received == segment.end() - 1;
  if (a.tcb.state == State::time_wait && fin_repeated)
    return a.answer(rules::time_wait_fin, Reply::Kind::ack);
  return a.answer(rules::sequence_unacceptable, Reply::Kind::ack);
}

bool rst_in_window(Arriving& a) {
  if (in_range(a.segment.seq, a.tcb.rcv_nxt, a.tcb.rcv_wnd())) return true;
  if (a.tcb.state == State::time_wait) return false;
  // Where Linux judges a RST like any other segment, its data may reach into the window.
  if (acceptable(a.tcb, a.segment)) return a.deviates(d::left_edge);
  return passes_sequence(a);
}

bool take_rst(Arriving& a, const Rule& rule) {
  if (is_request(a.tcb)) return a.end(rules::syn_received_rst, Reply::Kind::none, State::listen);
  if (a.tcb.state == State::time_wait && a.may(rules::time_wait_rst_ignored))
    return a.decide(rules::time_wait_rst_ignored);
  return a.end(rule, Reply::Kind::none, State::closed);
}

/// Second, with the three cases of RFC 5961, section 3.2.
bool check_rst(Arriving& a) {
  const Segment& segment = a.segment;
  if (!segment.has(Flag::rst)) return false;
  if (segment.seq == a.tcb.rcv_nxt) {
    const bool closed_window = a.tcb.rcv_wnd() == 0 && segment.seg_len() > 0;
    if (closed_window && a.may(rules::rst_window_closed)) return a.decide(rules::rst_window_closed);
    return take_rst(a, rules::rst_exact);
  }
  const bool at_fin = received_fin(a.tcb) && segment.seq == a.tcb.rcv_nxt - 1;
  if (at_fin && a.tcb.state != State::time_wait && a.deviates(d::rst_before_fin))
    return take_rst(a, rules::rst_exact);
  const bool orphan = is_orphaned_fin_wait_2(a.tcb);
  if (!rst_in_window(a)) {
    if (orphan && a.deviates(d::orphan_rst)) return a.answer(rules::rst_outside, Reply::Kind::ack);
    return a.decide(rules::rst_outside);
  }
  if (orphan && a.deviates(d::orphan_simplified)) return take_rst(a, rules::rst_exact);
  if (a.tcb.state == State::time_wait && a.deviates(d::time_wait_rst)) return a.decide(rules::rst_outside);
  return a.answer(rules::rst_challenge, Reply::Kind::ack);
}

/// Fourth (the third, security, is obsolete).
bool check_syn(Arriving& a) {
  if (!a.segment.has(Flag::syn)) return false;
  if (is_request(a.tcb)) {
    const bool repeated = a.segment.seq == a.tcb.irs && a.segment.has(Flag::ack) && acknowledges_syn(a);
    if (repeated && a.deviates(d::syn_ack_with_text)) return a.answer(rules::syn_challenge, Reply::Kind::ack);
    const bool good = !a.segment.has(Flag::ack) || acknowledges_syn(a);
    const Reply::Kind kind = good && a.deviates(d::embryonic_reset) ? Reply::Kind::rst : Reply::Kind::none;
    return a.end(rules::syn_received_syn, kind, State::listen);
  }
  const bool orphan = is_orphaned_fin_wait_2(a.tcb);
  if (orphan && !before(a.segment.seq, a.tcb.rcv_nxt) && a.deviates(d::orphan_simplified))
    return a.end(rules::syn_challenge, Reply::Kind::rst, State::closed);
  return a.answer(rules::syn_challenge, Reply::Kind::ack);
}

/// Fifth, its first sentence.
bool check_ack_bit(Arriving& a) {
  if (a.segment.has(Flag::ack)) return false;
  const bool bare = a.segment.seq == a.tcb.rcv_nxt && a.segment.seg_len() == 0;
  if (a.tcb.state == State::time_wait && !bare && a.deviates(d::time_wait_no_ack))
    return a.answer(rules::time_wait_ack, Reply::Kind::ack);
  return a.decide(rules::no_ack);
}

/// What Linux drops before anything else.
bool check_flags(Arriving& a) {
  const Segment& segment = a.segment;
  const bool none = !segment.has(Flag::ack) && !segment.has(Flag::rst) && !segment.has(Flag::syn);
  return none && !is_mini(a.tcb) && a.deviates(d::no_flags) && a.decide(rules::no_ack);
}

}  // namespace

void arrive_in_other_states(Arriving& a) {
  using Check = bool (*)(Arriving&);
  constexpr Check opening[] = {check_time_wait_syn, check_unanswered_syn, check_simultaneous_open};
  for (const Check check : opening)
    if (check(a)) return;
  a.tcb.last_arrival->duplicate = received_before(a.tcb, a.segment);

  constexpr Check checks[] = {check_flags,      check_repeated_syn, check_unsynchronized_ack,
                              check_timestamps, check_sequence,     check_rst,
                              check_syn,        check_ack_bit,      check_ack_range};
  for (const Check check : checks)
    if (check(a)) return;

  process_ack(a);
  // CLOSED: LAST-ACK has ended. CLOSING: its FIN is still not acknowledged, "otherwise, ignore the segment".
  if (a.tcb.state == State::closed || a.tcb.state == State::closing) return;
  // Sixth, URG: tells the application, changes no number.
  receive(a);
}

}  // namespace tcpcraft::model
