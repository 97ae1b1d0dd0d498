#include <algorithm>
#include <cstddef>

#include "arriving.hpp"
#include "offer.hpp"

/// RFC 9293, section 3.10.7.4, fifth to eighth step: what a segment that passed the checks brings.
namespace tcpcraft::model {

using wire::Flag;
using wire::Segment;
using wire::SeqNum;

namespace d = deviations;

namespace {

/// An older segment must not put an older window in force.
void update_window(Arriving& a, bool advances) {
  Tcb& tcb = a.tcb;
  const Segment& segment = a.segment;
  if (before(segment.ack, tcb.snd_una)) return;
  const bool newer = after(segment.seq, tcb.snd_wl1);
  if (!newer && (segment.seq != tcb.snd_wl1 || after(tcb.snd_wl2, segment.ack))) return;
  const std::uint32_t window = window_of(segment, tcb.scaling(), tcb.received.window_scale);
  const bool shrinks = window != 0 && window < tcb.snd_wnd;
  if (!newer && !advances && shrinks && !is_mini(tcb) && a.deviates(d::window_not_shrunk)) return;
  take_window(tcb, segment);
}

/// One past the last byte of data: the FIN's number, where there is one.
SeqNum end_of_text(const Segment& segment) {
  return segment.end() - (segment.has(Flag::fin) ? 1 : 0);
}

/// Whether text begins before what was received and ends behind it.
bool straddles(const Arriving& a) {
  return before(a.segment.seq, a.tcb.rcv_nxt) && after(end_of_text(a.segment), a.tcb.rcv_nxt);
}

/// In CLOSING a segment that does not acknowledge the FIN is ignored.
bool ignore_in_closing(Arriving& a) {
  if (a.segment.seg_len() > 0) {
    if (straddles(a) && a.deviates(d::text_over_fin))
      return a.end(rules::closing_other, Reply::Kind::rst, State::closed);
    if (!after(a.segment.end(), a.tcb.rcv_nxt))
      return a.answer(rules::sequence_unacceptable, Reply::Kind::ack);
    if (a.may(rules::closing_other_ack)) return a.answer(rules::closing_other_ack, Reply::Kind::ack);
  }
  return a.decide(rules::closing_other);
}

/// The states that wait for the ACK of something in particular; whether this was one.
bool advance_state(Arriving& a) {
  Tcb& tcb = a.tcb;
  const bool fin_acknowledged = tcb.fin_sent && after(tcb.snd_una, *tcb.fin_sent);
  if (tcb.state == State::fin_wait_1 && fin_acknowledged)
    return a.end(rules::fin_wait_1_ack, Reply::Kind::none, State::fin_wait_2);
  if (tcb.state == State::last_ack && fin_acknowledged)
    return a.end(rules::last_ack_ack, Reply::Kind::none, State::closed);
  if (tcb.state != State::closing) return false;
  if (!fin_acknowledged) return ignore_in_closing(a);
  return a.end(rules::closing_ack, Reply::Kind::none, State::time_wait);
}

const Rule* enter_fin_state(Tcb& tcb) {
  switch (tcb.state) {
    case State::established:
      tcb.state = State::close_wait;
      return &rules::established_fin;
    case State::fin_wait_1:
      tcb.state = State::closing;
      return &rules::fin_wait_1_fin;
    case State::fin_wait_2:
      tcb.state = State::time_wait;
      return &rules::fin_wait_2_fin;
    default:
      return &rules::fin_again;
  }
}

/// An ACK below SND.UNA - `bound` is too old; Linux's bound is the smaller (RFC 5961, section 5.2).
bool is_too_old(Arriving& a) {
  const Tcb& tcb = a.tcb;
  if (before(a.segment.ack, tcb.snd_una - tcb.max_snd_wnd)) return true;
  if (!tcb.iss || is_mini(tcb)) return false;
  const SeqNum first = *tcb.iss + (tcb.passive ? 1 : 0);
  return before(a.segment.ack, first) && a.deviates(d::bytes_acked);
}

/// Whether Linux's header prediction would take the segment: the next data, nothing else new about it.
bool is_predicted(const Arriving& a) {
  const Tcb& tcb = a.tcb;
  const Segment& segment = a.segment;
  const bool plain = !segment.has(Flag::fin) && !segment.has(Flag::urg);
  return tcb.state == State::established && plain && segment.seq == tcb.rcv_nxt && !segment.payload.empty() &&
         tcb.queue.empty() && segment.payload.size() <= tcb.rcv_wnd() &&
         window_of(segment, tcb.scaling(), tcb.received.window_scale) == tcb.snd_wnd;
}

bool challenge_old_ack(Arriving& a) {
  if (is_predicted(a) && a.deviates(d::fast_path)) {
    receive(a);
    return a.answer(rules::ack_too_old, Reply::Kind::ack);
  }
  const bool pure = a.segment.seg_len() == 0;
  if (pure && a.may(rules::ack_too_old_ignored)) return a.decide(rules::ack_too_old_ignored);
  return a.answer(rules::ack_too_old, Reply::Kind::ack);
}

/// In a mini-socket Linux does not look at the ACK field.
bool ignores_ack(Arriving& a) {
  if (a.tcb.state == State::time_wait) return a.deviates(d::time_wait_ack);
  return is_mini(a.tcb) && a.deviates(d::orphan_simplified);
}

/// Text that comes when the other side's FIN has been taken: there can be none.
void refuse_after_fin(Arriving& a) {
  const Segment& segment = a.segment;
  const bool full = !is_mini(a.tcb);
  if (full && straddles(a) && a.deviates(d::text_over_fin)) {
    a.end(rules::data_after_fin, Reply::Kind::rst, State::closed);
    return;
  }
  if (!after(segment.end(), a.tcb.rcv_nxt)) {
    a.answer(rules::sequence_unacceptable, Reply::Kind::ack);
    return;
  }
  const bool second_fin = segment.has(Flag::fin) && !after(segment.seq, a.tcb.rcv_nxt);
  if (!second_fin) {
    const bool waiting = a.tcb.state == State::time_wait;
    const Rule& acknowledges = waiting ? rules::time_wait_data_ack : rules::data_after_fin_ack;
    if (a.may(acknowledges))
      a.answer(acknowledges, Reply::Kind::ack);
    else
      a.decide(rules::data_after_fin);
    return;
  }
  if (a.may(rules::fin_again_letter)) {
    a.tcb.rcv_nxt = segment.end();
    a.answer(rules::fin_again_letter, Reply::Kind::ack);
    return;
  }
  const bool was_full = a.tcb.last_arrival->state != State::time_wait;
  const bool ignored = was_full && a.deviates(d::second_fin);
  a.answer(rules::fin_again, ignored ? Reply::Kind::none : Reply::Kind::ack);
}

/// Text for an application that has closed is lost (RFC 1122, section 4.2.2.13).
bool check_reader(Arriving& a) {
  if (!a.tcb.orphaned || !after(end_of_text(a.segment), a.tcb.rcv_nxt)) return false;
  if (a.segment.payload.empty() && !a.deviates(d::fin_after_close)) return false;
  return a.end(rules::data_after_close, Reply::Kind::rst, State::closed);
}

void receive_text(Arriving& a) {
  Tcb& tcb = a.tcb;
  const Segment& segment = a.segment;
  const SeqNum seq = segment.seq + (segment.has(Flag::syn) ? 1 : 0);
  const auto room = static_cast<std::size_t>(std::max(0, tcb.rcv_edge - seq));
  wire::Bytes text = segment.payload;
  // At a closed window only a bare FIN comes this far.
  const bool fin_fits = segment.has(Flag::fin) && (text.size() < room || tcb.rcv_wnd() == 0);
  text.resize(std::min(text.size(), room));

  const SeqNum expected = tcb.rcv_nxt;
  const bool gap = !tcb.queue.empty();
  Reassembly::Taken taken =
      tcb.queue.pass(tcb.rcv_nxt, seq, std::move(text), fin_fits, tcb.last_arrival->duplicate);
  a.deliver(std::move(taken.data), taken.fin);
  if (tcb.rcv_nxt == expected) {
    a.answer(rules::data_out_of_order, Reply::Kind::ack);
    return;
  }
  a.answer(gap ? rules::data_fills_gap : rules::data_in_order, Reply::Kind::ack, !gap);
  tcb.rcv_edge = later(tcb.rcv_edge, tcb.rcv_nxt);
  if (!taken.fin) return;
  tcb.fin_received = tcb.rcv_nxt - 1;
  a.answer(*enter_fin_state(tcb), Reply::Kind::ack, !gap);
}

}  // namespace

bool check_ack_range(Arriving& a) {
  const Tcb& tcb = a.tcb;
  const SeqNum ack = a.segment.ack;
  if (tcb.state == State::syn_received) {
    if (after(ack, tcb.snd_una) && !after(ack, tcb.snd_nxt)) return false;
    if (ack == tcb.snd_una && !tcb.passive && a.deviates(d::unacknowledged_syn)) return false;
    const bool strange = after(ack, tcb.snd_nxt) || before(ack, tcb.snd_una - tcb.max_snd_wnd);
    if (strange) return a.answer(rules::ack_unsent, Reply::Kind::ack);
    return a.answer(rules::syn_received_bad_ack, Reply::Kind::rst);
  }
  const bool unsent = after(ack, tcb.snd_nxt);
  if ((!unsent && !is_too_old(a)) || ignores_ack(a)) return false;
  return unsent ? a.answer(rules::ack_unsent, Reply::Kind::ack) : challenge_old_ack(a);
}

/// Done only for segments whose ACK is in range, since one that merely draws a challenge ACK may be forged
/// and must leave no trace.
void take_timestamp(Tcb& tcb, const Segment& segment) {
  const auto* timestamps = wire::find<wire::Timestamps>(segment.options);
  if (!tcb.timestamps() || !timestamps) return;
  if (newer_by(timestamps->tsval, tcb.ts_recent) >= 0 && !after(segment.seq, tcb.last_ack_sent))
    tcb.ts_recent = timestamps->tsval;
}

void process_ack(Arriving& a) {
  Tcb& tcb = a.tcb;
  const Segment& segment = a.segment;
  const bool stays_old =
      tcb.state == State::time_wait && segment.seg_len() > 0 && a.deviates(d::time_wait_timestamp);
  if (!stays_old) take_timestamp(tcb, segment);
  const bool advances = after(segment.ack, tcb.snd_una) && !after(segment.ack, tcb.snd_nxt);
  if (advances) tcb.snd_una = segment.ack;
  if (tcb.state == State::syn_received) {
    take_window(tcb, segment);
    a.end(rules::syn_received_ack, Reply::Kind::none, State::established);
    return;
  }
  update_window(a, advances);
  if (advance_state(a)) return;
  if (tcb.state == State::time_wait && segment.seg_len() == 0 && a.may(rules::time_wait_ack))
    a.answer(rules::time_wait_ack, Reply::Kind::ack);
  else
    a.decide(advances ? rules::ack_new : rules::ack_duplicate);
}

void take_window(Tcb& tcb, const Segment& segment) {
  tcb.snd_wnd = window_of(segment, tcb.scaling(), tcb.received.window_scale);
  tcb.max_snd_wnd = std::max(tcb.max_snd_wnd, tcb.snd_wnd);
  tcb.snd_wl1 = segment.seq;
  tcb.snd_wl2 = segment.has(Flag::ack) ? segment.ack : tcb.snd_una;
}

void receive(Arriving& a) {
  if (a.segment.payload.empty() && !a.segment.has(Flag::fin)) return;
  if (received_fin(a.tcb)) return refuse_after_fin(a);
  if (check_reader(a)) return;
  receive_text(a);
}

}  // namespace tcpcraft::model
