#include <algorithm>
#include <cstddef>

#include <tcpcraft/model/rules.hpp>

#include "arrive_steps.hpp"
#include "offer.hpp"

/// RFC 9293, section 3.10.7.4, fifth to eighth step: what a segment that passed the checks brings.
namespace tcpcraft::model {

using wire::Flag;
using wire::Segment;
using wire::SeqNum;

namespace {

/// RFC 7323, section 4.3. Done only for segments whose ACK is in range, since one that merely draws a
/// challenge ACK may be forged and must leave no trace.
void take_timestamp(Tcb& tcb, const Segment& segment) {
  const auto* timestamps = wire::find<wire::Timestamps>(segment.options);
  if (!tcb.timestamps() || !timestamps) return;
  if (newer_by(timestamps->tsval, tcb.ts_recent) >= 0 && !after(segment.seq, tcb.last_ack_sent))
    tcb.ts_recent = timestamps->tsval;
}

/// An older segment must not put an older window in force.
void update_window(Tcb& tcb, const Segment& segment) {
  if (before(segment.ack, tcb.snd_una)) return;
  if (after(segment.seq, tcb.snd_wl1) || (segment.seq == tcb.snd_wl1 && !after(tcb.snd_wl2, segment.ack)))
    take_window(tcb, segment);
}

/// The states that wait for the ACK of something in particular; the rule under which they go on.
const Rule* advance_state(Tcb& tcb) {
  const bool fin_acknowledged = tcb.fin_sent && after(tcb.snd_una, *tcb.fin_sent);
  if (tcb.state == State::fin_wait_1 && fin_acknowledged) {
    tcb.state = State::fin_wait_2;
    return &rules::fin_wait_1_ack;
  }
  if (tcb.state == State::last_ack && fin_acknowledged) {
    tcb.state = State::closed;
    return &rules::last_ack_ack;
  }
  if (tcb.state == State::closing) {
    if (!fin_acknowledged) return &rules::closing_other;
    tcb.state = State::time_wait;
    return &rules::closing_ack;
  }
  return nullptr;
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

}  // namespace

std::optional<Reaction> check_ack_range(Tcb& tcb, const Segment& segment) {
  if (tcb.state == State::syn_received) {
    if (after(segment.ack, tcb.snd_una) && !after(segment.ack, tcb.snd_nxt)) return {};
    return answer(rules::syn_received_bad_ack, Reply::Kind::rst);
  }
  if (after(segment.ack, tcb.snd_nxt)) return answer(rules::ack_unsent, Reply::Kind::ack);
  if (before(segment.ack, tcb.snd_una - tcb.max_snd_wnd)) return answer(rules::ack_too_old, Reply::Kind::ack);
  return {};
}

Reaction process_ack(Tcb& tcb, const Segment& segment) {
  take_timestamp(tcb, segment);
  const bool advances = after(segment.ack, tcb.snd_una);
  if (advances) tcb.snd_una = segment.ack;
  if (tcb.state == State::syn_received) {
    tcb.state = State::established;
    take_window(tcb, segment);
    return drop(rules::syn_received_ack);
  }
  update_window(tcb, segment);
  if (const Rule* rule = advance_state(tcb)) return drop(*rule);
  return drop(advances ? rules::ack_new : rules::ack_duplicate);
}

void take_window(Tcb& tcb, const Segment& segment) {
  tcb.snd_wnd = window_of(segment, tcb.scaling(), tcb.received.window_scale);
  tcb.max_snd_wnd = std::max(tcb.max_snd_wnd, tcb.snd_wnd);
  tcb.snd_wl1 = segment.seq;
  tcb.snd_wl2 = segment.has(Flag::ack) ? segment.ack : tcb.snd_una;
}

void receive(Tcb& tcb, const Segment& segment, Reaction& reaction) {
  const bool has_fin = segment.has(Flag::fin);
  if (segment.payload.empty() && !has_fin) return;
  if (received_fin(tcb)) {
    reaction.rule = has_fin ? &rules::fin_again : &rules::data_after_fin;
    if (has_fin) reaction.reply.kind = Reply::Kind::ack;
    return;
  }

  const SeqNum seq = segment.seq + (segment.has(Flag::syn) ? 1 : 0);
  const auto room = static_cast<std::size_t>(std::max(0, tcb.rcv_edge - seq));
  wire::Bytes text = segment.payload;
  const bool fin_fits = has_fin && text.size() < room;
  text.resize(std::min(text.size(), room));

  const SeqNum expected = tcb.rcv_nxt;
  const bool gap = !tcb.queue.empty();
  tcb.last_arrival->duplicate = tcb.queue.add(tcb.rcv_nxt, seq, text, fin_fits);
  Reassembly::Taken taken = tcb.queue.take(tcb.rcv_nxt);
  reaction.delivered = std::move(taken.data);
  reaction.fin = taken.fin;
  if (tcb.rcv_nxt == expected) {
    reaction.rule = &rules::data_out_of_order;
    reaction.reply = {Reply::Kind::ack, false};
    return;
  }
  reaction.rule = gap ? &rules::data_fills_gap : &rules::data_in_order;
  reaction.reply = {Reply::Kind::ack, !gap};
  if (!taken.fin) return;
  tcb.fin_received = tcb.rcv_nxt - 1;
  reaction.rule = enter_fin_state(tcb);
}

}  // namespace tcpcraft::model
