#include <algorithm>

#include "connection.hpp"

namespace tcpcraft::explain {

using wire::Flag;
using wire::Segment;
using wire::SeqNum;

namespace {

bool is_pure_ack(const Segment& s) {
  return s.has(Flag::ack) && !s.has(Flag::rst) && s.seg_len() == 0;
}

/// Whether the segment was sent after what the doubtful one speaks of, and not only captured so.
bool was_sent_knowing(const Passage& p, const Doubt& doubt) {
  const auto* stamps = wire::find<wire::Timestamps>(p.segment.options);
  if (!stamps || !doubt.echo || p.packet.time - doubt.time > brief) return true;
  return ticks(stamps->tsval, *doubt.echo) > 0 || (doubt.mark.end && !before(p.segment.ack, *doubt.mark.end));
}

}  // namespace

/// What the sender shows of itself confirms or clears up what the other side said of it before.
void Connection::settle_doubts(const Passage& p, Hindsight& found, const Hindsight& known) {
  if (p.segment.has(Flag::rst) || p.segment.has(Flag::syn)) return;
  if (p.from.first_syn) settle_iss(p, found);
  settle_own_claims(p, found);
  if (!p.from.doubts.empty()) settle_claims(p, found);
  if (!p.to.doubts.empty()) settle_window(p, found);
  if (!p.to.echoes.empty()) settle_echoes(p, found);
  if (!known.is_wrong_echo(p.packet.number)) settle_echo_order(p, found);
}

/// Numbers from before a SYN's belong to no connection that it opens; only a probe goes back, by one.
void Connection::settle_iss(const Passage& p, Hindsight& found) {
  const Doubt& syn = *p.from.first_syn;
  if (before(p.segment.seq, syn.number)) {
    found.reissued.add(syn.packet);
    p.explained.late.push_back({syn.packet, syn.time, p.explained.side, iss_fault(syn)});
  }
  p.from.first_syn.reset();
}

void Connection::settle_claims(const Passage& p, Hindsight& found) {
  const Segment& s = p.segment;
  const bool at_high = p.from.high == s.seq;
  // A keep-alive begins one before what it has sent.
  const bool no_probe = (p.from.acked && after(s.ack, *p.from.acked)) || p.packet.time - p.from.last < brief;
  const Link link = link_of(p);
  std::erase_if(p.from.doubts, [&](const Doubt& doubt) {
    if (doubt.kind == Doubt::Kind::window) return settle_place(p, doubt, found);
    const bool says_next =
        at_high && is_pure_ack(s) && (no_probe || doubt.number - s.seq > 1) && was_sent_knowing(p, doubt);
    const bool ends_before = s.has(Flag::fin) && before(s.end(), doubt.number);
    // New data that goes over it, and has no end there.
    const bool goes_over = at_high && after(s.end(), doubt.number) && before(s.seq, doubt.number) &&
                           doubt.kind == Doubt::Kind::ack;
    // It comes only now, and knows of the packet that spoke of it.
    const bool is_known_to_come = at_high && !before(s.end(), doubt.number) && before(s.seq, doubt.number) &&
                                  link != Link::gap && answers(p, doubt.mark);
    if (is_known_to_come && link == Link::unknown) {
      found.hardly_sent.add(doubt.packet);
      return true;
    }
    const bool is_wrong =
        (before(s.seq, doubt.number) && says_next) || ends_before || goes_over || is_known_to_come;
    if (is_wrong) {
      found.unsent.add(doubt.packet);
      if (!doubt.is_told)
        p.explained.late.push_back(
            {doubt.packet, doubt.time, 1 - p.explained.side, unsent_fault(doubt, p.from)});
      if (p.from.high && p.to.acked) p.to.acked = earlier(*p.to.acked, *p.from.high);
    }
    const bool comes_late = !is_wrong && !before(s.end(), doubt.number);
    found.reordered += comes_late;
    return is_wrong || comes_late;
  });
}

/// What was beyond the window and left a gap is out of place, where its sender goes on as if it had been
/// there.
bool Connection::settle_place(const Passage& p, const Doubt& doubt, Hindsight& found) {
  const Segment& s = p.segment;
  if (!doubt.resumes || s.seg_len() == 0) return false;
  if (s.seq != *doubt.resumes) return !before(s.seq, doubt.number);
  found.beyond.add(doubt.packet);
  p.explained.late.push_back({doubt.packet, doubt.time, p.explained.side, window_fault(doubt, p.from)});
  return true;
}

/// An ACK never moves back: where it does, one that nothing bears out was wrong, or one that two others take
/// back.
void Connection::settle_own_claims(const Passage& p, Hindsight& found) {
  const Segment& s = p.segment;
  Side& from = p.from;
  if (!s.has(Flag::ack) || !from.acked || !before(s.ack, *from.acked) || !is_sent_after(p, from.acked_by))
    return;
  const auto is_wrong = [&](const Doubt& doubt) {
    return doubt.kind == Doubt::Kind::ack && doubt.number == *from.acked;
  };
  const auto doubt = std::find_if(p.to.doubts.begin(), p.to.doubts.end(), is_wrong);
  if (doubt != p.to.doubts.end()) {
    found.unsent.add(doubt->packet);
    p.explained.late.push_back({doubt->packet, doubt->time, p.explained.side, unsent_fault(*doubt, p.to)});
    std::erase_if(p.to.doubts, is_wrong);
  } else if (!from.moved_back_ack || !is_sent_after(p, *from.moved_back_ack)) {
    from.moved_back_ack = sent_now(p);
    return;
  } else {
    const Doubt& taken = *from.furthest_ack;
    found.taken_back.add(taken.packet);
    p.explained.late.push_back({taken.packet, taken.time, p.explained.side, taken_back_fault(taken, p.to)});
  }
  from.acked = s.ack;
  from.moved_back_ack.reset();
}

/// A window never moves back: where it ends now, it did not end further on before.
void Connection::settle_window(const Passage& p, Hindsight& found) {
  const std::optional<SeqNum> edge = offered_edge(p);
  if (!edge) return;
  const Link link = link_of(p);
  const auto* stamps = wire::find<wire::Timestamps>(p.segment.options);
  std::erase_if(p.to.doubts, [&](Doubt& doubt) {
    if (doubt.kind != Doubt::Kind::window) return false;
    const bool was_sent_before = doubt.is_new && link == Link::follows && stamps && doubt.echo &&
                                 (ticks(stamps->tsval, *doubt.echo) > 0 || answers(p, doubt.mark));
    if (!after(doubt.number, *edge + 1) && !was_sent_before) {
      if (doubt.is_new && doubt.is_far && (link != Link::gap || !doubt.is_behind_gap))
        found.far_beyond.add(doubt.packet);
      doubt.is_new = false;
      return !doubt.resumes;
    }
    found.beyond.add(doubt.packet);
    p.explained.late.push_back({doubt.packet, doubt.time, 1 - p.explained.side, window_fault(doubt, p.to)});
    return true;
  });
}

/// No more of the connection comes. One packet that speaks of what was not captured may be wrong; where there
/// are several, something is missing.
void Connection::settle_at_the_end(Hindsight& found) {
  for (const std::size_t i : {0u, 1u}) {
    const Side& other = sides_[1 - i];
    for (const Doubt& doubt : sides_[i].doubts) {
      has_holes_ = has_holes_ || doubt.packet != sides_[i].doubts.front().packet;
      if (doubt.is_new && doubt.is_far) found.far_beyond.add(doubt.packet);
    }
    for (const Echo& doubt : sides_[i].echoes)
      if (other.stamps.is_complete() && ticks(doubt.stamp, *other.last_stamp) < 0)
        note_unseen(sides_[i], doubt, found);
    if (!sides_[i].moved_back) continue;
    const bool was_too_far = !sides_[i].furthest_echo->is_seen;
    found.unstamped.add((was_too_far ? sides_[i].furthest_echo : sides_[i].moved_back)->packet);
  }
}

}  // namespace tcpcraft::explain
