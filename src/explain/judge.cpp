#include <algorithm>

#include <tcpcraft/model/rules.hpp>
#include <tcpcraft/wire/notation.hpp>

#include "connection.hpp"

namespace tcpcraft::explain {

using model::Rule;
using wire::Flag;
using wire::SeqNum;

namespace {

constexpr Rule always_ack{"ack.always", "RFC 9293 3.1",
                          "a segment other than the first SYN, or a RST, has ACK set"};
constexpr Rule within_window{"window.right_edge", "RFC 9293 3.8.6",
                             "data is sent within the window that the other side offered"};
constexpr Rule iss_first{"seq.iss.first", "RFC 9293 3.4.1",
                         "a connection's numbers begin with its initial sequence number"};
constexpr Rule fin_last{"close.last", "RFC 9293 3.10.4", "nothing is sent behind the FIN"};

void blame(const Passage& p, const Rule& rule, std::string says) {
  p.explained.faults.push_back({&rule, std::move(says)});
}

std::string relative(SeqNum number, const Side& side) {
  return side.origin ? std::to_string(number - *side.origin) : std::to_string(number.raw());
}

void judge_flags(const Passage& p) {
  const wire::Segment& s = p.segment;
  if (!s.has(Flag::ack) && !s.has(Flag::syn) && !s.has(Flag::rst))
    blame(p, always_ack, "has neither ACK nor SYN nor RST");
  const bool opens = s.has(Flag::syn) && !s.has(Flag::ack);
  if (!opens || !p.from.fin || s.seq == p.from.tcb.iss) return;
  using model::State;
  const State state = p.from.tcb.state;
  const bool waits = state == State::fin_wait_1 || state == State::fin_wait_2 || state == State::closing ||
                     state == State::last_ack;
  if (waits && p.packet.time - p.from.last < patience)
    blame(p, open_once,
          "a SYN behind its FIN, in " + std::string(to_string(state)) + ": the connection is not over");
}

void judge_fin(const Passage& p) {
  const wire::Segment& s = p.segment;
  if (!p.from.fin || s.has(Flag::syn) || s.has(Flag::rst)) return;
  const SeqNum end_of_fin = *p.from.fin + 1;
  if (s.has(Flag::fin) && s.end() != end_of_fin)
    blame(p, model::rules::fin_kept,
          "a FIN at " + relative(s.end() - 1, p.from) + ", where its first was at " +
              relative(*p.from.fin, p.from));
  else if (after(s.end(), end_of_fin))
    blame(p, fin_last, "goes beyond its FIN, which was at " + relative(*p.from.fin, p.from));
}

/// Its timestamps speak of a segment that was not captured, too.
bool echoes_unseen(const Passage& p) {
  const auto* stamps = wire::find<wire::Timestamps>(p.segment.options);
  return stamps && p.to.stamps.sight_of(stamps->tsecr) == Sight::unseen;
}

/// Numbers that nobody could have received: behind the other side's FIN, or outside of the window that this
/// side offered, unless by a segment that was not captured.
bool is_out_of_reach(const Passage& p, SeqNum number, bool holes, bool whole) {
  if (p.to.fin && after(number, *p.to.fin + 1) && !holes) return true;
  if (!p.from.edge || !after(number, *p.from.edge + 1)) return false;
  const Link link = link_of(p);
  return link == Link::follows || (link == Link::unknown && !holes && whole && !echoes_unseen(p));
}

void judge_ack(const Passage& p, bool holes, const Hindsight& known) {
  const wire::Segment& s = p.segment;
  if (!s.has(Flag::ack) || s.has(Flag::rst) || !p.to.high || !after(s.ack, *p.to.high)) return;
  if (!known.is_unsent(p.packet.number) && !is_out_of_reach(p, s.ack, holes, known.is_whole())) {
    p.explained.meanings.push_back("acknowledges " + bytes_text(s.ack - *p.to.high) +
                                   " that the capture does not show");
    return;
  }
  p.explained.faults.push_back(
      unsent_fault({Doubt::Kind::ack, s.ack, *p.to.high, p.packet.number, p.packet.time}, p.to));
}

/// A receiver takes a segment as a whole. Only what is one off is judged: there may be a device on the way
/// that cuts segments in its own manner.
void judge_ack_place(const Passage& p, bool holes) {
  const wire::Segment& s = p.segment;
  if (!s.has(Flag::ack) || s.has(Flag::rst) || s.has(Flag::syn) || holes) return;
  if (!p.to.high || after(s.ack, *p.to.high) || !p.from.acked || !after(s.ack, *p.from.acked)) return;
  if (const auto* sack = wire::find<wire::Sack>(s.options))
    for (const wire::SackBlock& block : sack->blocks)
      if (!before(s.ack, block.left) && before(s.ack, block.right))
        return blame(
            p, model::rules::rcv_nxt,
            "acknowledges " + relative(s.ack, p.to) + ", in the midst of what it reports as received");
  if (s.window == 0 || (p.from.edge && !before(s.ack, *p.from.edge))) return;  // it took what it had room for
  for (const wire::SackBlock& gap : p.to.gaps)
    if (!before(s.ack, gap.left) && !after(s.ack, gap.right)) return;
  if (const auto end = p.to.ends.missed_by_one(s.ack))
    blame(p, model::rules::rcv_nxt,
          "acknowledges " + relative(s.ack, p.to) + ", in the midst of a segment: the other side's ends at " +
              relative(*end, p.to));
}

/// An ACK never moves back. One that is older than the last was overtaken on the way, unless the segment
/// shows that it was sent later: by data that is new, or by its timestamp.
void judge_ack_order(const Passage& p, const Hindsight& known) {
  const wire::Segment& s = p.segment;
  if (!s.has(Flag::ack) || s.has(Flag::rst) || s.has(Flag::syn)) return;
  if (p.to.syn_seen && s.ack == *p.to.origin)
    return blame(p, model::rules::rcv_nxt, "acknowledges not even the SYN");
  if (known.taken_back.contains(p.packet.number))
    return p.explained.faults.push_back(
        taken_back_fault({Doubt::Kind::ack, s.ack, s.ack, p.packet.number, p.packet.time}, p.to));
  if (!p.from.acked || !before(s.ack, *p.from.acked)) return;
  if (is_sent_after(p, p.from.acked_by))
    blame(p, model::rules::rcv_nxt,
          "acknowledges " + relative(s.ack, p.to) + ", but " + relative(*p.from.acked, p.to) +
              " was acknowledged before");
}

void judge_sack(const Passage& p, bool holes, const Hindsight& known) {
  const wire::Segment& s = p.segment;
  const auto* sack = wire::find<wire::Sack>(s.options);
  if (!sack || s.has(Flag::rst) || !p.to.high) return;
  const bool unsent = known.is_unsent(p.packet.number);
  for (const wire::SackBlock& block : sack->blocks) {
    if (!after(block.right, *p.to.high)) continue;
    const bool unsent_ack = s.has(Flag::ack) && after(s.ack, *p.to.high);
    if (!(unsent && !unsent_ack) && !is_out_of_reach(p, block.right, holes, known.is_whole())) continue;
    p.explained.faults.push_back(
        unsent_fault({Doubt::Kind::sack, block.right, *p.to.high, p.packet.number, p.packet.time}, p.to));
    return;
  }
}

/// A window that grew unseen, by a segment that was not captured, is no fault: only hindsight tells.
void judge_window(const Passage& p, const Hindsight& known) {
  const std::int64_t beyond = beyond_window(p);
  if (beyond == 0) return;
  if (known.is_beyond(p.packet.number))
    p.explained.faults.push_back(window_fault(
        {Doubt::Kind::window, p.segment.end(), *p.to.edge, p.packet.number, p.packet.time}, p.from));
  else
    p.explained.meanings.push_back("goes " + std::to_string(beyond) +
                                   " beyond the window that the capture shows");
}

void judge_options(const Passage& p, bool options_known) {
  const wire::Segment& s = p.segment;
  if (s.has(Flag::syn)) return;
  const bool syn_only = wire::find<wire::Mss>(s.options) || wire::find<wire::WindowScale>(s.options) ||
                        wire::find<wire::SackPermitted>(s.options);
  if (syn_only) blame(p, model::rules::syn_only, "has an option that belongs on a SYN");
  if (!options_known || s.has(Flag::rst)) return;
  const auto& tcb = p.from.tcb;
  if (!tcb.timestamps() && wire::find<wire::Timestamps>(s.options))
    blame(p, model::rules::timestamps_forbidden, "has timestamps, which were not agreed on");
  if (!tcb.sack() && wire::find<wire::Sack>(s.options))
    blame(p, model::rules::sack_forbidden, "has SACK, which was not agreed on");
}

/// No clock of timestamps is faster than a tick a microsecond, and no packet under way for longer than a
/// second when it is captured.
bool is_of_the_future(const Passage& p, std::uint32_t echo) {
  if (!p.to.last_stamp) return false;
  const auto since = p.packet.time - p.to.last_stamp_time + std::chrono::seconds(1);
  return std::chrono::microseconds(ticks(echo, *p.to.last_stamp)) > since;
}

/// Whether no packet is missing from right before one.
bool is_linked(Link link, bool whole) {
  return link == Link::follows || (link == Link::unknown && whole);
}

/// The timestamp of the segment that begins where its last ACK was is to be echoed by the next one (RFC 7323,
/// section 4.3). Where others were sent behind that, one may have overtaken it, and it counts for nothing;
/// where one is missing before it, it may be a retransmission.
bool echoes_too_old(const Passage& p, std::uint32_t echo, bool whole) {
  const auto& acked = p.from.acked;
  const auto& piece = p.to.last_piece;
  if (!acked || !piece || piece->number != p.to.segments || piece->number == 1) return false;
  const bool acks_it =
      !after(piece->seq, *acked) && after(piece->end, *acked) && !after(piece->end, p.segment.ack);
  return acks_it && ticks(echo, piece->stamp) < 0 && is_linked(link_of(p), whole) &&
         is_linked(piece->link, whole);
}

/// It echoes what only a segment can have had that it does not acknowledge. Only of those that are a byte
/// long, or a FIN: others may have been dropped.
bool echoes_what_it_does_not_acknowledge(const Passage& p, std::uint32_t echo) {
  const auto& piece = p.to.last_piece;
  if (!piece || piece->seq != p.segment.ack || piece->end - piece->seq != 1 || p.segment.window == 0)
    return false;
  const std::int32_t ahead = ticks(echo, piece->stamp);
  if (ahead < 0 || (ahead == 0 && !piece->is_first)) return false;
  return !p.to.repeat_stamp || ticks(*p.to.repeat_stamp, piece->stamp) < 0;
}

void judge_echo(const Passage& p, bool is_wrong, bool whole) {
  const wire::Segment& s = p.segment;
  const auto* stamps = wire::find<wire::Timestamps>(s.options);
  if (!stamps || stamps->tsecr == 0 || !s.has(Flag::ack) || s.has(Flag::rst)) return;
  if (is_of_an_older_connection(p)) return;
  // The SYN that a SYN-ACK echoes may be one from before the capture.
  const bool too_old =
      !s.has(Flag::syn) && p.to.syn_seen && p.to.first_stamp && ticks(stamps->tsecr, *p.to.first_stamp) < 0;
  if (too_old || is_wrong || p.to.stamps.sight_of(stamps->tsecr) == Sight::unsent ||
      is_of_the_future(p, stamps->tsecr))
    return p.explained.faults.push_back(echo_fault(stamps->tsecr));
  if (s.has(Flag::syn)) return;
  if (echoes_too_old(p, stamps->tsecr, whole))
    blame(p, model::rules::timestamps_echo,
          "echoes the timestamp " + std::to_string(stamps->tsecr) +
              ", which is older than that of what it acknowledges");
  else if (whole && echoes_what_it_does_not_acknowledge(p, stamps->tsecr))
    blame(
        p, model::rules::rcv_nxt,
        "echoes the timestamp of a segment at " + relative(s.ack, p.to) + ", which it does not acknowledge");
}

}  // namespace

const Rule open_once{"open.already_exists", "RFC 9293 3.10.1",
                     "a connection that is not closed cannot be opened again"};
const Rule sack_received{"sack.received", "RFC 2018 4", "a SACK block reports data that was received"};

Fault unsent_fault(const Doubt& doubt, const Side& sender) {
  const std::string nothing = ", but nothing beyond " + relative(doubt.limit, sender) + " has been sent";
  if (doubt.kind == Doubt::Kind::sack)
    return {&sack_received,
            "reports data up to " + relative(doubt.number, sender) + " as received" + nothing};
  return {&model::rules::rcv_nxt, "acknowledges " + relative(doubt.number, sender) + nothing};
}

Fault taken_back_fault(const Doubt& doubt, const Side& sender) {
  return {&model::rules::rcv_nxt,
          "acknowledges " + relative(doubt.number, sender) + ", but less than that afterwards"};
}

Fault window_fault(const Doubt& doubt, const Side& sender) {
  return {&within_window, "goes " + std::to_string(doubt.number - doubt.limit) +
                              " beyond the window offered, which ends at " + relative(doubt.limit, sender)};
}

Fault iss_fault(const Doubt& doubt) {
  return {&iss_first, "its initial sequence number, " + std::to_string(doubt.number.raw()) +
                          ", is beyond the numbers that it sends afterwards"};
}

Fault echo_fault(std::uint32_t stamp) {
  return {&model::rules::timestamps_echo,
          "echoes the timestamp " + std::to_string(stamp) + ", which had not been sent"};
}

bool is_of_an_older_connection(const Passage& p) {
  return p.to.syn_seen && !p.from.syn_seen && !p.segment.has(Flag::syn);
}

Sent sent_now(const Passage& p) {
  const wire::Segment& s = p.segment;
  const auto* stamps = wire::find<wire::Timestamps>(s.options);
  return {s.end(), !p.from.high || p.from.high == s.seq, s.seg_len() == 0, s.id != 0,
          stamps ? std::optional(stamps->tsval) : std::nullopt};
}

Mark mark_of(const Passage& p) {
  const wire::Segment& s = p.segment;
  const auto* stamps = wire::find<wire::Timestamps>(s.options);
  const bool is_first = stamps && p.from.last_stamp && ticks(stamps->tsval, *p.from.last_stamp) > 0 &&
                        link_of(p) == Link::follows;
  const bool is_new = s.seg_len() > 0 && (!p.from.high || !before(s.seq, *p.from.high));
  return {is_new ? std::optional(s.end()) : std::nullopt,
          is_first ? std::optional(stamps->tsval) : std::nullopt};
}

bool answers(const Passage& p, const Mark& mark) {
  const wire::Segment& s = p.segment;
  if (!s.has(Flag::ack)) return false;
  const auto* stamps = wire::find<wire::Timestamps>(s.options);
  return (mark.end && !before(s.ack, *mark.end)) ||
         (mark.stamp && stamps && ticks(stamps->tsecr, *mark.stamp) >= 0);
}

/// Its timestamp tells. With the same one, or none, the number of its packet does, and what begins at the
/// next number was sent after what had come there before: a retransmission that is the first to be captured
/// follows a timeout, with a later timestamp.
bool is_sent_after(const Passage& p, const Sent& earlier) {
  const Sent now = sent_now(p);
  if (now.stamp && earlier.stamp && now.stamp != earlier.stamp) return ticks(*now.stamp, *earlier.stamp) > 0;
  if (earlier.is_numbered && link_of(p) == Link::follows) return true;
  if (!now.is_next || !earlier.is_next) return false;
  return !(now.is_empty && earlier.is_empty && earlier.end == p.segment.seq);
}

std::int64_t beyond_window(const Passage& p) {
  const wire::Segment& s = p.segment;
  if (!p.to.edge || s.has(Flag::syn) || s.has(Flag::rst) || s.seg_len() == 0) return 0;
  const std::int64_t beyond = s.end() - *p.to.edge;
  return beyond > 1 ? beyond : 0;
}

void judge(const Passage& p, bool holes, const Hindsight& known, bool options_known) {
  judge_flags(p);
  judge_fin(p);
  judge_ack(p, holes, known);
  judge_ack_place(p, holes);
  judge_ack_order(p, known);
  judge_sack(p, holes, known);
  judge_window(p, known);
  judge_options(p, options_known);
  judge_echo(p, known.is_wrong_echo(p.packet.number), !holes && known.is_whole());
  if (known.reissued.contains(p.packet.number))
    p.explained.faults.push_back(
        iss_fault({Doubt::Kind::iss, p.segment.seq, p.segment.seq, p.packet.number, p.packet.time}));
}

}  // namespace tcpcraft::explain
