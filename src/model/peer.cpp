#include <tcpcraft/model/peer.hpp>

#include "offer.hpp"

namespace tcpcraft::model {

using wire::Flag;
using wire::Segment;
using wire::SeqNum;

namespace {

/// The kernel's SYN: the first, or that of a new connection in the place of the old one.
void receive_syn(Tcb& peer, const Segment& syn) {
  peer.irs = syn.seq;
  peer.rcv_nxt = syn.seq + 1;
  peer.fin_received.reset();
  peer.queue.clear();
  peer.received = offer_of(syn);
  if (syn.has(Flag::ack)) peer.snd_una = syn.ack;
  if (const auto* timestamps = wire::find<wire::Timestamps>(syn.options)) peer.ts_recent = timestamps->tsval;
}

void receive_text(Tcb& peer, const Segment& segment) {
  const SeqNum seq = segment.seq + (segment.has(Flag::syn) ? 1 : 0);
  if (segment.payload.empty() && !segment.has(Flag::fin)) return;
  std::optional<wire::SackBlock> duplicate;
  const auto taken = peer.queue.pass(peer.rcv_nxt, seq, segment.payload, segment.has(Flag::fin), duplicate);
  if (taken.fin) peer.fin_received = peer.rcv_nxt - 1;
}

}  // namespace

Tcb peer_with(SeqNum iss) {
  Tcb peer;
  peer.iss = peer.snd_una = peer.snd_nxt = iss;
  return peer;
}

void peer_sent(Tcb& peer, const Segment& segment, bool broken) {
  if (broken || segment.has(Flag::rst)) return;
  if (segment.has(Flag::syn)) {
    // Of a peer, SYN-SENT says no more than that its first SYN is out; SYN-RECEIVED that it crossed the
    // kernel's, and nothing has acknowledged that one yet.
    if (peer.state != State::closed) return;
    const bool crosses = peer.irs && !segment.has(Flag::ack);
    peer.state = crosses ? State::syn_received : State::syn_sent;
    if (peer.iss != segment.seq) peer.iss = peer.snd_una = segment.seq;
    peer.snd_nxt = segment.end();
    peer.offered = offer_of(segment);
  } else {
    if (segment.seg_len() > 0) peer.snd_nxt = later(peer.snd_nxt, segment.end());
    if (peer.state == State::syn_received && segment.has(Flag::ack)) peer.state = State::syn_sent;
  }
  if (segment.has(Flag::fin)) peer.fin_sent = segment.end() - 1;
  if (segment.has(Flag::ack)) peer.last_ack_sent = segment.ack;
  if (const auto* timestamps = wire::find<wire::Timestamps>(segment.options))
    peer.ts_sent = timestamps->tsval;
}

bool repeats_syn(const Tcb& peer) {
  return peer.state == State::syn_received;
}

void peer_received(Tcb& peer, const Segment& segment) {
  if (segment.has(Flag::rst)) return;
  if (segment.has(Flag::syn) && peer.irs != segment.seq) receive_syn(peer, segment);
  if (segment.has(Flag::ack)) peer.snd_una = later(peer.snd_una, segment.ack);
  if (!peer.irs) return;
  receive_text(peer, segment);
  const auto* timestamps = wire::find<wire::Timestamps>(segment.options);
  if (timestamps && newer_by(timestamps->tsval, peer.ts_recent) > 0) peer.ts_recent = timestamps->tsval;
}

}  // namespace tcpcraft::model
