#include <tcpcraft/model/arrive.hpp>
#include <tcpcraft/model/derive.hpp>

#include "arriving.hpp"
#include "offer.hpp"

namespace tcpcraft::model {

using wire::Flag;
using wire::Segment;
using wire::SeqNum;

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

void dispatch(Arriving& a) {
  switch (a.tcb.state) {
    case State::closed:
      // A LISTEN outlives the connections that it opened.
      a.tcb.passive ? arrive_in_listen(a) : arrive_in_closed(a);
      break;
    case State::listen:
      arrive_in_listen(a);
      break;
    case State::syn_sent:
      arrive_in_syn_sent(a);
      break;
    default:
      arrive_in_other_states(a);
  }
}

/// A reset that answers a segment takes its numbers from that segment (RFC 9293, section 3.5.2).
void number_reset(Reply& reply, const Segment& segment) {
  const bool has_ack = segment.has(Flag::ack);
  reply.flags = has_ack ? wire::Flags{Flag::rst} : wire::Flags{Flag::rst, Flag::ack};
  reply.seq = has_ack ? segment.ack : SeqNum(0);
  reply.ack = has_ack ? SeqNum(0) : segment.end();
}

void number(Arriving& a) {
  Reply& reply = a.outcome().reply;
  if (reply.kind == Reply::Kind::none) return;
  if (reply.kind == Reply::Kind::rst) return number_reset(reply, a.segment);
  reply.flags = reply.kind == Reply::Kind::ack ? wire::Flags{Flag::ack} : wire::Flags{Flag::syn, Flag::ack};
  const Derived derived = derive(a.tcb, reply.flags, 0);
  reply.seq = derived.seq;
  reply.ack = derived.ack;
  if (derived.deviation) a.deviates(*derived.deviation);
}

void process(Arriving& a) {
  note_arrival(a.tcb, a.segment);
  dispatch(a);
  a.tcb.last_arrival->rule = a.outcome().rule;
  a.tcb.last_arrival->ack_due = a.outcome().reply.kind == Reply::Kind::ack;
  number(a);
  a.outcome().others = !a.offered().empty();
}

bool same(const Outcome& a, const Outcome& b) {
  return a.reply.kind == b.reply.kind && a.reply.seq == b.reply.seq && a.reply.ack == b.reply.ack &&
         a.after.state == b.after.state && a.delivered == b.delivered && a.fin == b.fin &&
         a.after.snd_una == b.after.snd_una && a.after.snd_wnd == b.after.snd_wnd &&
         a.after.rcv_nxt == b.after.rcv_nxt && a.after.ts_recent == b.after.ts_recent;
}

/// The branches that this one passed by: as it, and one option more.
void branch(const Arriving& a, std::vector<std::vector<const Rule*>>& branches) {
  for (const Rule* offered : a.offered()) {
    if (std::find(a.taken().begin(), a.taken().end(), offered) != a.taken().end()) continue;
    std::vector<const Rule*> more = a.taken();
    more.push_back(offered);
    branches.push_back(std::move(more));
  }
}

}  // namespace

bool agrees(const Reply& reply, const Segment& sent) {
  if (reply.kind == Reply::Kind::none || sent.has(Flag::fin) || !sent.payload.empty()) return false;
  for (const Flag flag : {Flag::syn, Flag::ack, Flag::rst})
    if (reply.flags.has(flag) != sent.has(flag)) return false;
  return (!reply.seq || *reply.seq == sent.seq) && (!sent.has(Flag::ack) || reply.ack == sent.ack);
}

Reaction arrive(const Tcb& tcb, const Segment& segment) {
  Reaction reaction;
  std::vector<std::vector<const Rule*>> branches{{}};
  for (std::size_t at = 0; at < branches.size(); ++at) {
    const std::vector<const Rule*> taken = branches[at];
    Outcome outcome;
    outcome.after = tcb;
    Arriving a(outcome.after, segment, outcome, taken);
    process(a);
    branch(a, branches);
    const bool known = std::any_of(reaction.alternatives.begin(), reaction.alternatives.end(),
                                   [&](const Outcome& other) { return same(other, outcome); });
    if (!known) reaction.alternatives.push_back(std::move(outcome));
  }
  return reaction;
}

Outcome follow(Tcb& tcb, const Segment& segment) {
  const std::vector<const Rule*> none;
  Outcome outcome;
  Arriving a(tcb, segment, outcome, none);
  process(a);
  return outcome;
}

bool arrive_in_closed(Arriving& a) {
  if (a.segment.has(Flag::rst)) return a.decide(rules::closed_rst);
  return a.answer(a.segment.has(Flag::ack) ? rules::closed_ack : rules::closed_no_ack, Reply::Kind::rst);
}

bool arrive_in_listen(Arriving& a) {
  if (a.segment.has(Flag::rst)) return a.decide(rules::listen_rst);
  if (a.segment.has(Flag::ack)) return a.answer(rules::listen_ack, Reply::Kind::rst);
  if (!a.segment.has(Flag::syn)) return a.decide(rules::listen_other);
  if (a.segment.has(Flag::fin) && a.deviates(deviations::listen_syn_fin))
    return a.decide(rules::listen_other);
  return open_passively(a, rules::listen_syn);
}

bool open_passively(Arriving& a, const Rule& rule) {
  Tcb opened = listening();
  opened.profile = a.tcb.profile;
  opened.state = State::syn_received;
  opened.last_arrival = a.tcb.last_arrival;
  // Text and FIN on the SYN may be kept for later; that they are not is what RFC 9293 leaves open, and
  // the peer repeats them.
  synchronize(opened, a.segment);
  a.tcb = std::move(opened);
  return a.answer(rule, Reply::Kind::syn_ack);
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

namespace {

/// TSecr echoes what a SYN that was sent lately said; a minute is more than a SYN's life.
bool echoes(const Tcb& tcb, const Segment& segment) {
  const auto* timestamps = wire::find<wire::Timestamps>(segment.options);
  if (!timestamps || timestamps->tsecr == 0 || !tcb.ts_sent) return true;
  return timestamps->tsecr - *tcb.ts_sent < 60'000;
}

bool refuse_ack_in_syn_sent(Arriving& a) {
  if (a.segment.has(Flag::rst)) return a.decide(rules::syn_sent_bad_ack_rst);
  return a.answer(rules::syn_sent_bad_ack, Reply::Kind::rst);
}

/// A SYN-ACK whose ACK and RST have been looked at.
bool establish(Arriving& a) {
  synchronize(a.tcb, a.segment);
  a.tcb.snd_una = a.segment.ack;
  a.tcb.state = State::established;
  a.decide(rules::syn_sent_syn_ack);
  const bool has_text = a.segment.seg_len() > 1;
  if (!has_text || !a.deviates(deviations::syn_text)) receive(a);
  return a.answer(*a.outcome().rule, Reply::Kind::ack);
}

}  // namespace

/// RFC 9293, section 3.10.7.3.
bool arrive_in_syn_sent(Arriving& a) {
  const Segment& segment = a.segment;
  const bool has_ack = segment.has(Flag::ack);
  if (has_ack && (!after(segment.ack, a.tcb.snd_una) || after(segment.ack, a.tcb.snd_nxt)))
    return refuse_ack_in_syn_sent(a);
  if (has_ack && !echoes(a.tcb, segment) && a.deviates(deviations::syn_sent_echo))
    return refuse_ack_in_syn_sent(a);
  if (segment.has(Flag::rst)) {
    if (!has_ack) return a.decide(rules::syn_sent_rst);
    return a.end(rules::syn_sent_rst_ack, Reply::Kind::none, State::closed);
  }
  if (!segment.has(Flag::syn)) return a.decide(rules::syn_sent_other);
  if (has_ack) return establish(a);
  synchronize(a.tcb, segment);
  a.tcb.state = State::syn_received;
  return a.answer(rules::syn_sent_syn, Reply::Kind::syn_ack);
}

}  // namespace tcpcraft::model
