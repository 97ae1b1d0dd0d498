#include <tcpcraft/model/arrive.hpp>
#include <tcpcraft/model/rules.hpp>

#include "offer.hpp"

namespace tcpcraft::model {

using wire::Flag;
using wire::Segment;
using wire::SeqNum;

namespace {

const Rule* rule_of_rst(const Tcb& tcb, const Segment& segment) {
  if (tcb.state == State::listen) return &rules::listen_ack;
  if (tcb.state == State::closed) return segment.has(Flag::ack) ? &rules::closed_no_ack : &rules::closed_ack;
  if (segment.has(Flag::ack)) return &rules::abort;
  return &rules::reset_seq_from_ack;
}

const Rule* rule_of_syn(const Tcb& tcb, const Segment& segment) {
  if (!segment.has(Flag::ack)) return tcb.state == State::syn_sent ? &rules::iss_kept : &rules::open;
  if (tcb.state != State::syn_received) return &rules::retransmission;
  if (!tcb.passive) return &rules::syn_sent_syn;
  return tcb.iss ? &rules::iss_kept : &rules::listen_syn;
}

SeqNum offered_edge(const Tcb& tcb, const Segment& segment) {
  return segment.ack + window_of(segment, tcb.scaling(), tcb.offered.window_scale);
}

/// A segment without data, SYN, FIN and RST: why it is sent is told by what arrived before it.
const Rule* rule_of_ack(const Tcb& tcb, const Segment& segment) {
  const bool answers = tcb.last_arrival && tcb.last_arrival->ack_due;
  if (answers && tcb.last_arrival->rule) return tcb.last_arrival->rule;
  // A probe repeats a number that was acknowledged, so that it must be answered.
  if (before(segment.seq, tcb.snd_una)) return tcb.snd_wnd == 0 ? &rules::window_probe : &rules::keep_alive;
  const bool window_grew = after(offered_edge(tcb, segment), tcb.rcv_edge);
  if (segment.ack == tcb.last_ack_sent && window_grew) return &rules::window_update;
  return &rules::acknowledgment;
}

const Rule* rule_of(const Tcb& tcb, const Segment& segment) {
  if (segment.has(Flag::rst)) return rule_of_rst(tcb, segment);
  if (segment.has(Flag::syn)) return rule_of_syn(tcb, segment);
  if (segment.seg_len() == 0) return rule_of_ack(tcb, segment);
  if (segment.has(Flag::fin)) return tcb.fin_sent ? &rules::retransmission : &rules::close;
  if (tcb.snd_wnd == 0) return &rules::window_probe;
  return before(segment.seq, tcb.snd_nxt) ? &rules::retransmission : &rules::send;
}

/// A RST ends the connection, unless it only refuses a segment that is not of this connection: that is what
/// one without ACK does before the connection is synchronized (RFC 9293, section 3.5.2, groups 1 and 2).
void note_rst(Tcb& tcb, const Segment& segment) {
  if (tcb.state == State::closed || tcb.state == State::listen) return;
  if (!is_synchronized(tcb.state) && !segment.has(Flag::ack)) return;
  const bool returns_to_listen = tcb.state == State::syn_received && tcb.passive;
  tcb.state = returns_to_listen ? State::listen : State::closed;
}

void note_syn(Tcb& tcb, const Segment& segment) {
  if (!segment.has(Flag::ack)) {
    const bool opens =
        tcb.state == State::closed || tcb.state == State::listen || tcb.state == State::time_wait;
    if (!opens) return;
    tcb = Tcb{};
    tcb.state = State::syn_sent;
    // RCV.NXT is not known yet, but the window is: `synchronize` puts it in its place.
    tcb.rcv_edge = tcb.rcv_nxt + segment.window;
    tcb.window_offered = true;
  } else if (tcb.state == State::listen && tcb.irs) {
    tcb.state = State::syn_received;  // it did not return to LISTEN
  }
  // SYN cookies choose a new ISS for every SYN-ACK.
  const bool chooses_iss = !tcb.iss || (tcb.state == State::syn_received && tcb.passive);
  if (!chooses_iss || tcb.iss == segment.seq) return;
  tcb.iss = tcb.snd_una = segment.seq;
  tcb.snd_nxt = segment.end();
  tcb.offered = offer_of(segment);
}

void note_fin(Tcb& tcb, const Segment& segment) {
  tcb.fin_sent = segment.end() - 1;
  if (tcb.state == State::established || tcb.state == State::syn_received) tcb.state = State::fin_wait_1;
  if (tcb.state == State::close_wait) tcb.state = State::last_ack;
}

/// The FIN that the side's ACK covers, though by the letter it was not to be taken.
void adopt_fin(Tcb& tcb) {
  tcb.fin_received = tcb.fin_seen;
  if (tcb.state == State::established || tcb.state == State::syn_received) tcb.state = State::close_wait;
  if (tcb.state == State::fin_wait_1) tcb.state = State::closing;
  if (tcb.state == State::fin_wait_2) tcb.state = State::time_wait;
}

/// Whether an ACK lies between the other side's SYN and the last that it was seen to send.
bool is_believable(const Tcb& tcb, SeqNum ack) {
  const SeqNum first = *tcb.irs + 1;
  return in_range(ack, first, static_cast<std::uint32_t>(tcb.rcv_high - first) + 1);
}

/// The side knows best what it has received: RCV.NXT is what it acknowledges.
void adopt_rcv_nxt(Tcb& tcb, SeqNum ack) {
  const bool covers_fin = tcb.fin_seen && !before(*tcb.fin_seen, tcb.rcv_nxt) && before(*tcb.fin_seen, ack);
  if (after(ack, tcb.rcv_nxt)) {
    // Data contiguous with the ACK would be covered by it: the side has not kept it.
    SeqNum forgotten = ack;
    tcb.queue.take(forgotten);
  }
  tcb.rcv_nxt = ack;
  if (covers_fin) adopt_fin(tcb);
}

void note_ack(Tcb& tcb, const Segment& segment) {
  if (tcb.last_arrival) tcb.last_arrival->ack_due = false;
  if (!is_believable(tcb, segment.ack)) return;
  tcb.last_ack_sent = segment.ack;
  adopt_rcv_nxt(tcb, segment.ack);
  const SeqNum edge = offered_edge(tcb, segment);
  tcb.rcv_edge = tcb.window_offered ? later(tcb.rcv_edge, edge) : edge;
  tcb.window_offered = true;
}

}  // namespace

const Rule* transmitted(Tcb& tcb, const Segment& segment) {
  const Rule* rule = rule_of(tcb, segment);
  if (segment.has(Flag::rst)) {
    note_rst(tcb, segment);
    return rule;
  }
  if (segment.has(Flag::syn)) note_syn(tcb, segment);
  if (tcb.iss) tcb.snd_nxt = later(tcb.snd_nxt, segment.end());
  if (segment.has(Flag::fin)) note_fin(tcb, segment);
  if (segment.has(Flag::ack) && tcb.irs) note_ack(tcb, segment);
  if (const auto* timestamps = wire::find<wire::Timestamps>(segment.options)) tcb.ts_sent = timestamps->tsval;
  return rule;
}

}  // namespace tcpcraft::model
