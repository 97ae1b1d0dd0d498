#include <algorithm>

#include <tcpcraft/model/rules.hpp>

#include "arrive_steps.hpp"
#include "offer.hpp"

namespace tcpcraft::model {

using wire::Flag;
using wire::Segment;

namespace {

void note_arrival(Tcb& tcb, const Segment& segment) {
  tcb.last_arrival = Arrival{};
  tcb.last_arrival->flags = segment.flags;
  tcb.last_arrival->seq = segment.seq;
  tcb.last_arrival->ack = segment.ack;
  tcb.last_arrival->seg_len = segment.seg_len();
  tcb.last_arrival->state = tcb.state;

  if (!tcb.irs || segment.has(Flag::syn) || segment.has(Flag::rst) || segment.seg_len() == 0) return;
  tcb.rcv_high = later(tcb.rcv_high, segment.end());
  if (segment.has(Flag::fin)) tcb.fin_seen = segment.end() - 1;
}

Reaction dispatch(Tcb& tcb, const Segment& segment) {
  switch (tcb.state) {
    case State::closed:
      // A LISTEN outlives the connections that it opened.
      return tcb.passive ? arrive_in_listen(tcb, segment) : arrive_in_closed(segment);
    case State::listen:
      return arrive_in_listen(tcb, segment);
    case State::syn_sent:
      return arrive_in_syn_sent(tcb, segment);
    default:
      return arrive_in_other_states(tcb, segment);
  }
}

}  // namespace

Reaction arrive(Tcb& tcb, const Segment& segment) {
  note_arrival(tcb, segment);
  Reaction reaction = dispatch(tcb, segment);
  tcb.last_arrival->rule = reaction.rule;
  tcb.last_arrival->ack_due = reaction.reply.kind == Reply::Kind::ack;
  return reaction;
}

Reaction arrive_in_closed(const Segment& segment) {
  if (segment.has(Flag::rst)) return drop(rules::closed_rst);
  return answer(segment.has(Flag::ack) ? rules::closed_ack : rules::closed_no_ack, Reply::Kind::rst);
}

Reaction arrive_in_listen(Tcb& tcb, const Segment& segment) {
  if (segment.has(Flag::rst)) return drop(rules::listen_rst);
  if (segment.has(Flag::ack)) return answer(rules::listen_ack, Reply::Kind::rst);
  if (segment.has(Flag::syn)) return open_passively(tcb, segment, rules::listen_syn);
  return drop(rules::listen_other);
}

Reaction open_passively(Tcb& tcb, const Segment& syn, const Rule& rule) {
  Tcb opened = listening();
  opened.state = State::syn_received;
  opened.last_arrival = tcb.last_arrival;
  // Text and FIN on the SYN may be kept for later; that they are not is what RFC 9293 leaves open, and
  // the peer repeats them.
  synchronize(opened, syn);
  tcb = std::move(opened);
  return answer(rule, Reply::Kind::syn_ack);
}

void synchronize(Tcb& tcb, const Segment& syn) {
  const std::uint32_t window = tcb.window_offered ? tcb.rcv_wnd() : 65535;
  tcb.irs = syn.seq;
  tcb.rcv_nxt = syn.seq + 1;
  tcb.rcv_edge = tcb.rcv_nxt + window;
  tcb.rcv_high = syn.end();
  tcb.last_ack_sent = tcb.rcv_nxt;
  tcb.received = offer_of(syn);
  if (const auto* timestamps = wire::find<wire::Timestamps>(syn.options)) tcb.ts_recent = timestamps->tsval;
  take_window(tcb, syn);
}

/// RFC 9293, section 3.10.7.3.
Reaction arrive_in_syn_sent(Tcb& tcb, const Segment& segment) {
  const bool has_ack = segment.has(Flag::ack);
  if (has_ack && (!after(segment.ack, tcb.snd_una) || after(segment.ack, tcb.snd_nxt))) {
    if (segment.has(Flag::rst)) return drop(rules::syn_sent_bad_ack_rst);
    return answer(rules::syn_sent_bad_ack, Reply::Kind::rst);
  }
  if (segment.has(Flag::rst)) {
    if (!has_ack) return drop(rules::syn_sent_rst);
    tcb.state = State::closed;
    return drop(rules::syn_sent_rst_ack);
  }
  if (!segment.has(Flag::syn)) return drop(rules::syn_sent_other);

  synchronize(tcb, segment);
  if (!has_ack) {
    tcb.state = State::syn_received;
    return answer(rules::syn_sent_syn, Reply::Kind::syn_ack);
  }
  tcb.snd_una = segment.ack;
  tcb.state = State::established;
  Reaction reaction = drop(rules::syn_sent_syn_ack);
  receive(tcb, segment, reaction);
  reaction.reply = {Reply::Kind::ack, false};
  return reaction;
}

}  // namespace tcpcraft::model
