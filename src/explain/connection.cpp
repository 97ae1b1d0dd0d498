#include "connection.hpp"

#include <algorithm>

#include <tcpcraft/model/arrive.hpp>
#include <tcpcraft/model/rules.hpp>
#include <tcpcraft/wire/codec.hpp>
#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::explain {

using model::State;
using wire::Flag;
using wire::Segment;
using wire::SeqNum;

namespace {

constexpr std::size_t max_gaps = 64, max_doubts = 64;
constexpr std::uint32_t wide = 1u << 30;
constexpr std::uint8_t max_scale = 14;

/// What the side said of the segments that it takes.
std::optional<std::uint16_t> largest_taken(const Side& side) {
  return side.syn_seen && !side.syn_cut ? std::optional(side.tcb.offered.mss.value_or(536)) : std::nullopt;
}

/// A side of which only the other's numbers are known.
model::Tcb in_the_middle(SeqNum next, SeqNum expected, bool timestamps) {
  model::Tcb tcb;
  tcb.state = State::established;
  tcb.iss = next - 1;
  tcb.snd_una = tcb.snd_nxt = next;
  tcb.irs = expected - 1;
  tcb.rcv_nxt = tcb.rcv_high = tcb.last_ack_sent = expected;
  tcb.rcv_edge = expected + wide;
  tcb.snd_wnd = tcb.max_snd_wnd = wide;
  tcb.offered.timestamps = tcb.received.timestamps = timestamps;
  tcb.offered.sack_permitted = tcb.received.sack_permitted = true;
  return tcb;
}

bool is_blamed(const Passage& p, const model::Rule& rule) {
  return std::any_of(p.explained.faults.begin(), p.explained.faults.end(),
                     [&](const Fault& fault) { return fault.rule == &rule; });
}

}  // namespace

Connection::Connection(const capture::Packet& first, std::size_t number) {
  begin(first.segment);
  identity_.number = number;
  identity_.first_packet = first.number;
  identity_.ends = {sides_[0].endpoint, sides_[1].endpoint};
  identity_.names = names();
}

void Connection::begin(const Segment& s) {
  const bool server_speaks = s.has(Flag::syn) && s.has(Flag::ack);
  sides_[0].endpoint = server_speaks ? s.destination : s.source;
  sides_[1].endpoint = server_speaks ? s.source : s.destination;
  identity_.from_the_start = s.has(Flag::syn) && !s.has(Flag::ack);
  opened_in_view_ = s.has(Flag::syn);
  if (!opened_in_view_) return begin_in_the_middle(s, sides_[0], sides_[1]);
  sides_[1].tcb = model::listening();
  if (identity_.from_the_start) return;
  Segment syn = s;  // of which only this is known
  syn.flags = {Flag::syn};
  syn.seq = s.ack - 1;
  model::transmitted(sides_[0].tcb, syn);
  model::follow(sides_[1].tcb, syn);
  sides_[0].origin = syn.seq;
}

void Connection::begin_in_the_middle(const Segment& s, Side& from, Side& to) {
  const bool timestamps = wire::find<wire::Timestamps>(s.options) != nullptr;
  from.origin = s.seq - 1;
  from.tcb = in_the_middle(s.seq, s.ack, timestamps);
  to.tcb = in_the_middle(s.ack, s.seq, timestamps);
  if (s.has(Flag::ack)) to.origin = s.ack - 1;
}

bool Connection::scale_known() const {
  return sides_[0].syn_seen && sides_[1].syn_seen && !sides_[0].syn_cut && !sides_[1].syn_cut;
}

bool Connection::is_over() const {
  const auto over = [](const Side& side) {
    return side.tcb.state == State::closed || side.tcb.state == State::time_wait || side.reset;
  };
  return over(sides_[0]) || over(sides_[1]) || !sides_[0].seen || !sides_[1].seen;
}

bool Connection::waits_for_its_fin(const Side& side, wire::Time now) const {
  const Side& other = &side == &sides_[0] ? sides_[1] : sides_[0];
  if (!side.fin || side.reset || other.reset || !other.seen || now - side.last >= patience) return false;
  return !other.acked || !after(*other.acked, *side.fin);
}

bool Connection::is_done() const {
  const Side &client = sides_[0], &server = sides_[1];
  if (client.reset || server.reset) return true;
  return client.fin && server.fin && server.acked && after(*server.acked, *client.fin) && client.acked &&
         after(*client.acked, *server.fin);
}

/// The model hears of what was not captured where it must have been there.
void Connection::trust(const Passage& p, bool unsent) {
  const Segment& s = p.segment;
  if (s.has(Flag::syn) || s.has(Flag::rst)) return;
  model::Tcb &from = p.from.tcb, &to = p.to.tcb;
  if (s.has(Flag::ack) && !unsent && to.iss && after(s.ack, to.snd_nxt)) {
    to.snd_nxt = s.ack;
    from.rcv_high = later(from.rcv_high, s.ack);
  }
  if (!to.irs) return;
  if (!p.to.seen) {  // nobody will say what it received: all of it
    to.rcv_nxt = later(to.rcv_nxt, s.seq);
    to.queue.clear();
  }
  if (!scale_known() || has_holes_) to.rcv_edge = later(to.rcv_edge, s.end() + 65535);
}

void Connection::take(const capture::Packet& packet, Hindsight& found, const Hindsight& known,
                      Explained& explained) {
  Segment segment = packet.segment;
  segment.payload.resize(std::min<std::size_t>(packet.data_size, 1 << 20));
  const std::size_t sender = segment.source == sides_[0].endpoint ? 0 : 1;
  const Passage p{packet, segment, sides_[sender], sides_[1 - sender], explained};
  if (!p.from.origin) p.from.origin = segment.has(Flag::syn) ? segment.seq : segment.seq - 1;
  if (!p.to.origin && segment.has(Flag::ack)) p.to.origin = segment.ack - 1;

  ++segments_;
  const bool was_done = is_done();
  explained.connection = &identity_;
  explained.side = sender;
  explained.segment = wire::format_segment(packet.segment, {p.from.origin, p.to.origin});
  const bool holes =
      has_holes_ || known.with_holes.contains(identity_.first_packet) || known.with_holes.is_full();
  if (packet.checksum == capture::Checksum::right) p.from.checksums = true;
  if (packet.checksum == capture::Checksum::wrong && p.from.checksums) {
    explained.faults.push_back({&model::rules::bad_checksum, "its checksum is wrong"});
    judge(p, holes, known, scale_known());
    explained.states = {sides_[0].tcb.state, sides_[1].tcb.state};
  } else {
    settle_doubts(p, found, known);
    describe(p);
    judge(p, holes, known, scale_known());
    follow(p, found, known);
  }
  faults_ += explained.faults.size() + explained.late.size();
  if (is_done() && !was_done) explained.ended = story();
}

void Connection::follow(const Passage& p, Hindsight& found, const Hindsight& known) {
  const std::size_t receiver = 1 - p.explained.side;
  const std::array<State, 2> before{sides_[0].tcb.state, sides_[1].tcb.state};
  if (is_blamed(p, open_once)) {
    p.explained.states = before;
    return;
  }
  trust(p, !p.explained.faults.empty());
  p.explained.rule = model::transmitted(p.from.tcb, p.segment);
  const model::Outcome outcome = model::follow(p.to.tcb, p.segment);
  if (p.segment.has(Flag::rst)) {
    p.explained.meanings.push_back(std::string(outcome.rule->says));
    p.from.reset = p.to.tcb.state == State::closed || p.to.tcb.state == State::listen;
  }
  if (before[receiver] == State::syn_received && p.to.tcb.state == State::established)
    p.explained.meanings.insert(p.explained.meanings.begin(), "handshake: complete");
  p.explained.states = {sides_[0].tcb.state, sides_[1].tcb.state};
  p.explained.states_changed = p.explained.states != before || p.packet.number == identity_.first_packet;
  note(p, found, known);
}

void Connection::note(const Passage& p, Hindsight& found, const Hindsight& known) {
  const Segment& s = p.segment;
  p.from.seen = true;
  p.from.last = p.packet.time;
  if (s.has(Flag::rst)) return;
  if (s.has(Flag::syn)) {
    if (p.from.syn_seen && s.seq != p.from.origin && !s.has(Flag::ack)) return;  // of another connection
    if (s.seq != p.from.origin) p.from.high.reset();
    p.from.syn_seen = true;
    p.from.syn_cut = p.packet.cut && p.packet.segment.payload.empty();
    p.from.origin = s.seq;
    if (!known.reissued.contains(p.packet.number))
      p.from.first_syn = Doubt{Doubt::Kind::iss, s.seq, s.seq, p.packet.number, p.packet.time};
  }
  if (!s.has(Flag::ack) && !s.has(Flag::syn)) return;
  if (beyond_window(p) > 0 && !known.is_beyond(p.packet.number)) note_beyond(p);
  const Sent sent = sent_now(p);
  const Mark mark = mark_of(p);
  ++p.from.segments;
  if (!known.is_beyond(p.packet.number)) note_numbers(p);
  if (s.has(Flag::ack)) note_ack(p, known, sent, mark);
  note_stamps(p, known, sent, mark);
  found.gaps += p.to.syn_seen && link_of(p) == Link::gap;
  note_id(p);
}

void Connection::note_beyond(const Passage& p) {
  const Segment& s = p.segment;
  const auto* stamps = wire::find<wire::Timestamps>(s.options);
  const auto echo = stamps ? std::optional(stamps->tsecr) : std::nullopt;
  Doubt doubt{Doubt::Kind::window, s.end(), *p.to.edge, p.packet.number, p.packet.time, echo, mark_of(p)};
  if (p.from.high && after(s.seq, *p.from.high)) {
    doubt.is_far = true;
    doubt.is_behind_gap = link_of(p) == Link::gap;
    // Segments are of one size: what follows one that is missing begins there, too.
    if (link_of(p) == Link::follows || (s.seq - *p.from.high) % s.seg_len() != 0)
      doubt.resumes = *p.from.high + s.seg_len();
  }
  if (p.from.doubts.size() < max_doubts) p.from.doubts.push_back(doubt);
}

void Connection::note_id(const Passage& p) {
  const Segment& s = p.segment;
  const std::size_t largest = largest_taken(p.to).value_or(65535), options = wire::options_size(s.options);
  const std::size_t room = std::max<std::size_t>(largest, options + 1) - options;
  const std::size_t pieces = s.payload.empty() ? 1 : (s.payload.size() - 1) / room + 1;
  p.from.ids.add(s.id, pieces);
}

Link link_of(const Passage& p) {
  return p.from.ids.link(p.segment.id);
}

namespace {

void note_ends(const Passage& p) {
  const Segment& s = p.segment;
  const std::optional<std::uint16_t> largest = largest_taken(p.to);
  const SeqNum data = s.seq + s.has(Flag::syn), end = data + static_cast<std::int64_t>(s.payload.size());
  p.from.ends.add(s.seq, data, 1);
  p.from.ends.add(data, end, largest);
  p.from.ends.add(end, s.end(), largest);
}

void widen(std::optional<SeqNum>& edge, SeqNum to) {
  edge = edge ? later(*edge, to) : to;
}

}  // namespace

void Connection::note_numbers(const Passage& p) {
  const Segment& s = p.segment;
  Side& from = p.from;
  if (from.fin && after(s.end(), *from.fin + 1)) return;  // which counts for nothing
  note_ends(p);
  if (s.has(Flag::fin) && !from.fin) from.fin = s.end() - 1;
  if (!from.high) {
    from.high = s.end();
    from.data += s.payload.size();
    return;
  }
  if (after(s.seq, *from.high)) {
    if (p.to.acked && !before(*p.to.acked, s.seq))
      has_holes_ = true;
    else if (from.gaps.size() < max_gaps)
      from.gaps.push_back({*from.high, s.seq});
  }
  std::vector<wire::SackBlock> left;
  for (const wire::SackBlock& gap : from.gaps) {
    if (!before(s.seq, gap.right) || !after(s.end(), gap.left)) {
      left.push_back(gap);
      continue;
    }
    if (before(gap.left, s.seq)) left.push_back({gap.left, s.seq});
    if (after(gap.right, s.end())) left.push_back({s.end(), gap.right});
  }
  if (left.size() <= max_gaps) from.gaps = std::move(left);
  if (after(s.end(), *from.high)) {
    const SeqNum begin = later(s.seq, *from.high);
    from.data += static_cast<std::uint64_t>(s.end() - begin) - s.has(Flag::fin);
    from.high = s.end();
  }
}

void Connection::note_ack(const Passage& p, const Hindsight& known, const Sent& sent, const Mark& mark) {
  const Segment& s = p.segment;
  Side& from = p.from;
  const auto* stamps = wire::find<wire::Timestamps>(s.options);
  const auto echo = stamps ? std::optional(stamps->tsecr) : std::nullopt;
  const bool blamed = is_blamed(p, model::rules::rcv_nxt);
  const auto doubt = [&](Doubt::Kind kind, SeqNum number) {
    if (p.to.high && after(number, *p.to.high) && p.to.doubts.size() < max_doubts &&
        !known.is_unsent(p.packet.number))
      p.to.doubts.push_back({kind, number, *p.to.high, p.packet.number, p.packet.time, echo, mark, blamed});
  };
  if (!blamed || link_of(p) == Link::unknown) doubt(Doubt::Kind::ack, s.ack);
  const std::optional<SeqNum> edge = offered_edge(p);
  if (blamed) {  // what it should have said offers no more than this
    if (edge && p.to.high) widen(from.edge, *edge - std::max<std::int64_t>(s.ack - *p.to.high, 0));
    return;
  }
  if (const auto* sack = wire::find<wire::Sack>(s.options); sack && !is_blamed(p, sack_received))
    for (const wire::SackBlock& block : sack->blocks) doubt(Doubt::Kind::sack, block.right);
  const bool same = from.acked == s.ack;
  from.duplicates = same && s.seg_len() == 0 && s.window == from.window ? from.duplicates + 1 : 0;
  if (!from.acked || after(s.ack, *from.acked)) {
    from.acked = s.ack;
    from.acked_by = sent;
    from.furthest_ack = Doubt{Doubt::Kind::ack, s.ack, s.ack, p.packet.number, p.packet.time};
    from.moved_back_ack.reset();
  }
  from.window = s.window;
  p.to.ends.forget_before(*from.acked - 1);
  const std::size_t gaps = p.to.gaps.size();
  std::erase_if(p.to.gaps, [&](const wire::SackBlock& gap) { return !before(*from.acked, gap.right); });
  if (p.to.gaps.size() != gaps) has_holes_ = true;
  if (edge) widen(from.edge, *edge);
}

/// Where the window ends that the segment offers; nothing where its scale is not known.
std::optional<SeqNum> Connection::offered_edge(const Passage& p) const {
  if (!p.segment.has(Flag::ack) || !scale_known()) return std::nullopt;
  const bool scaled = !p.segment.has(Flag::syn) && p.from.tcb.scaling();
  const unsigned shift = scaled ? std::min(*p.from.tcb.offered.window_scale, max_scale) : 0;
  return p.segment.ack + (std::int64_t{p.segment.window} << shift);
}

std::string Connection::ending() const {
  const Side &client = sides_[0], &server = sides_[1];
  const std::array<std::string, 2>& who = identity_.names;
  if (identity_.from_the_start && !server.seen) return "never answered";
  for (std::size_t i : {0u, 1u})
    if (sides_[i].reset) return "reset by " + who[i];
  if (client.fin && server.fin) {
    const bool both = server.acked && after(*server.acked, *client.fin) && client.acked &&
                      after(*client.acked, *server.fin);
    return both ? "closed by both" : "closed by both, but not every FIN is acknowledged";
  }
  for (std::size_t i : {0u, 1u}) {
    const Side &closer = sides_[i], &other = sides_[1 - i];
    if (!closer.fin) continue;
    const std::string fin = who[i] + " has sent its FIN";
    if (!other.seen) return fin;
    if (!other.acked || !after(*other.acked, *closer.fin)) return fin + ", which is not acknowledged";
    if (has_holes_) return fin + "; a FIN of " + who[1 - i] + " may be among what is not in the capture";
    return "left half-closed, not closed: " + fin + ", " + who[1 - i] + " has not";
  }
  const bool opened = model::is_synchronized(client.tcb.state) && model::is_synchronized(server.tcb.state);
  return opened ? "left open" : "left in the handshake";
}

/// Nobody knows who opened it where no SYN was captured.
std::array<std::string, 2> Connection::names() const {
  if (opened_in_view_) return {"client", "server"};
  const wire::Endpoint &a = sides_[0].endpoint, &b = sides_[1].endpoint;
  if (a.port == b.port) return {a.to_string(), b.to_string()};
  return {":" + std::to_string(a.port), ":" + std::to_string(b.port)};
}

Story Connection::story() const {
  Story story;
  static_cast<Identity&>(story) = identity_;
  for (std::size_t i : {0u, 1u}) {
    story.sent[i] = sides_[i].data;
    story.seen[i] = sides_[i].seen;
    story.states[i] = sides_[i].tcb.state;
    for (const Doubt& doubt : sides_[i].doubts)
      if (!doubt.is_told) story.doubtful.push_back(doubt.packet);
    for (const Echo& echo : sides_[i].echoes) story.doubtful.push_back(echo.packet);
  }
  std::sort(story.doubtful.begin(), story.doubtful.end());
  story.doubtful.erase(std::unique(story.doubtful.begin(), story.doubtful.end()), story.doubtful.end());
  story.ending = ending();
  story.has_holes = has_holes_;
  story.segments = segments_;
  story.faults = faults_;
  return story;
}

}  // namespace tcpcraft::explain
