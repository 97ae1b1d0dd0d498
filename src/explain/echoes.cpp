#include <algorithm>

#include "connection.hpp"

namespace tcpcraft::explain {

using wire::Flag;
using wire::Segment;

namespace {

/// Longer than what a capture may have put in another order.
constexpr std::int32_t stale_ticks = 100;
/// Segments that were overtaken may still echo these.
constexpr std::uint32_t stamps_kept = 1000;
constexpr std::size_t max_echoes = 64;

void note_piece(Side& from, const Sent& sent, const Piece& piece) {
  if (!sent.is_next)
    from.repeat_stamp = piece.stamp;
  else if (piece.end != piece.seq)
    from.last_piece = piece;
}

}  // namespace

void Connection::note_stamps(const Passage& p, const Hindsight& known, const Sent& sent, const Mark& mark) {
  const Segment& s = p.segment;
  const auto* stamps = wire::find<wire::Timestamps>(s.options);
  if (!stamps) return p.from.stamps.miss();
  if (!p.from.first_stamp) p.from.first_stamp = stamps->tsval;
  if (!p.from.last_stamp || ticks(stamps->tsval, *p.from.last_stamp) > 0) {
    p.from.last_stamp = stamps->tsval;
    p.from.last_stamp_time = p.packet.time;
  }
  p.from.stamps.add(stamps->tsval, link_of(p));
  note_piece(p.from, sent,
             {s.seq, s.end(), stamps->tsval, mark.stamp.has_value(), p.from.segments, link_of(p)});
  if (!s.has(Flag::ack) || stamps->tsecr == 0 || !p.to.last_stamp) return;
  if (is_of_an_older_connection(p) || known.is_wrong_echo(p.packet.number)) return;
  const Sight sight = p.to.stamps.sight_of(stamps->tsecr);
  if (sight == Sight::seen) return p.to.stamps.forget_before(stamps->tsecr - stamps_kept);
  const bool is_ahead = ticks(stamps->tsecr, *p.to.last_stamp) > 0;
  if ((is_ahead || sight == Sight::unseen) && p.from.echoes.size() < max_echoes)
    p.from.echoes.push_back({stamps->tsecr, {}, false, p.packet.number, p.packet.time, mark});
}

/// What the sender of timestamps shows of them. In a capture that lacks nothing, what has not come after a
/// while was not sent: that only its end can tell.
void Connection::settle_echoes(const Passage& p, Hindsight& found) {
  const auto* stamps = wire::find<wire::Timestamps>(p.segment.options);
  if (!stamps) return;
  const Link link = link_of(p);
  std::erase_if(p.to.echoes, [&](const Echo& doubt) {
    if (doubt.stamp == stamps->tsval) {
      const bool is_first = p.from.last_stamp && ticks(doubt.stamp, *p.from.last_stamp) > 0;
      const bool comes_late = !is_first || link == Link::gap || !answers(p, doubt.mark);
      found.reordered += comes_late;
      if (!comes_late && link == Link::follows)
        blame_echo(doubt, 1 - p.explained.side, p.explained, found);
      else if (!comes_late)
        found.unseen_stamps.add(doubt.packet);
      return true;
    }
    const std::int32_t ahead = ticks(doubt.stamp, stamps->tsval);
    const bool is_between = ahead < 0 && p.from.last_stamp && ticks(doubt.stamp, *p.from.last_stamp) > 0;
    if (is_between && link == Link::gap) return true;
    const bool is_complete = p.from.stamps.is_complete();
    const bool is_wrong = ahead > stale_ticks || (is_between && link == Link::follows && is_complete);
    if (is_wrong) blame_echo(doubt, 1 - p.explained.side, p.explained, found);
    const bool is_past = ahead < 0 && p.packet.time - doubt.time > brief;
    if (is_past && !is_wrong && is_complete) note_unseen(p.to, doubt, found);
    return is_past || is_wrong;
  });
}

/// What is echoed never moves back, in the order in which it was sent. Where it does, it was too far before
/// or is too old now: which of them, the next one tells, where nothing else does.
void Connection::settle_echo_order(const Passage& p, Hindsight& found) {
  const auto* stamps = wire::find<wire::Timestamps>(p.segment.options);
  if (!stamps || stamps->tsecr == 0 || !p.segment.has(Flag::ack) || is_of_an_older_connection(p)) return;
  const Echo now{stamps->tsecr, sent_now(p), p.to.stamps.sight_of(stamps->tsecr) == Sight::seen,
                 p.packet.number, p.packet.time};
  Side& from = p.from;
  if (from.moved_back && is_sent_after(p, from.moved_back->sent)) {
    const Echo before = *from.furthest_echo, behind = *from.moved_back;
    const bool was_too_far = !before.is_seen || (behind.is_seen && ticks(now.stamp, before.stamp) < 0);
    blame_echo(was_too_far ? before : behind, p.explained.side, p.explained, found);
    if (was_too_far) from.furthest_echo = behind;
    from.moved_back.reset();
  }
  if (!from.furthest_echo || ticks(now.stamp, from.furthest_echo->stamp) > 0)
    from.furthest_echo = now;
  else if (ticks(now.stamp, from.furthest_echo->stamp) < 0 && !from.moved_back &&
           is_sent_after(p, from.furthest_echo->sent))
    from.moved_back = now;
}

/// Where it is echoed again it was sent, by what is missing.
void Connection::note_unseen(Side& side, const Echo& echo, Hindsight& found) {
  found.gaps += side.last_unseen == echo.stamp;
  side.last_unseen = echo.stamp;
  found.unseen_stamps.add(echo.packet);
}

void Connection::blame_echo(const Echo& echo, std::size_t side, Explained& explained, Hindsight& found) {
  Side& sender = sides_[side];
  found.unstamped.add(echo.packet);
  if (sender.last_blamed_echo == echo.packet) return;
  sender.last_blamed_echo = echo.packet;
  explained.late.push_back({echo.packet, echo.time, side, echo_fault(echo.stamp)});
}

}  // namespace tcpcraft::explain
