#include <algorithm>

#include <tcpcraft/model/rules.hpp>

#include "connection.hpp"

namespace tcpcraft::explain {

using model::State;
using wire::Flag;
using wire::SeqNum;

namespace {

void say(const Passage& p, std::string what) {
  p.explained.meanings.push_back(std::move(what));
}

void describe_syn(const Passage& p) {
  const bool again = p.from.syn_seen && p.from.tcb.iss == p.segment.seq;
  if (p.segment.has(Flag::ack)) {
    say(p, again ? "handshake: the SYN-ACK again" : "handshake: accepts, and opens its own direction");
  } else if (again) {
    say(p, "handshake: the SYN again");
  } else if (p.from.syn_seen) {
    say(p, "a SYN with another initial sequence number");
  } else {
    say(p, p.to.tcb.state == State::syn_sent ? "handshake: opens from this side as well"
                                             : "handshake: asks for a connection");
  }
}

bool fills_gap(const Passage& p) {
  return std::any_of(p.from.gaps.begin(), p.from.gaps.end(), [&](const wire::SackBlock& gap) {
    return before(p.segment.seq, gap.right) && after(p.segment.end(), gap.left);
  });
}

/// Repeats a number that was acknowledged, to be answered.
bool is_probe(const Passage& p) {
  const wire::Segment& s = p.segment;
  return p.from.high && s.seq == *p.from.high - 1 && s.payload.size() <= 1 && !s.has(Flag::fin) &&
         p.to.acked == *p.from.high && !p.from.fin;
}

/// A byte beyond a window that is full, or closed.
bool is_window_probe(const Passage& p) {
  return p.to.edge && !p.segment.payload.empty() && !before(p.segment.seq, *p.to.edge) &&
         p.segment.payload.size() <= 1;
}

std::string data_text(const Passage& p) {
  const wire::Segment& s = p.segment;
  const std::string data = bytes_text(static_cast<std::int64_t>(s.payload.size())) + " of data";
  const SeqNum end = s.seq + static_cast<std::int64_t>(s.payload.size());
  if (is_window_probe(p)) return "window probe: " + data;
  if (!p.from.high || s.seq == *p.from.high) return data;
  if (after(s.seq, *p.from.high) && p.to.acked && !before(*p.to.acked, s.seq))
    return data + "; " + bytes_text(s.seq - *p.from.high) + " before it are not in the capture";
  if (after(s.seq, *p.from.high))
    return data + ", out of order: " + bytes_text(s.seq - *p.from.high) + " before it not seen yet";
  if (fills_gap(p)) return data + ", out of order: from before what was seen already";
  if (after(end, *p.from.high))
    return data + ", of which " + bytes_text(*p.from.high - s.seq) + " are sent again";
  return "retransmission: " + data;
}

/// What of the other side's numbers lies between two acknowledgements.
std::string covered(const Side& side, SeqNum from, SeqNum to) {
  const auto length = static_cast<std::uint32_t>(to - from);
  const bool syn = side.syn_seen && side.origin && in_range(*side.origin, from, length);
  const bool fin = side.fin && in_range(*side.fin, from, length);
  const std::int64_t data = to - from - syn - fin;
  std::string text = syn ? "the SYN" : "";
  if (data > 0) text += (text.empty() ? "" : ", ") + bytes_text(data);
  if (fin) text += std::string(text.empty() ? "" : " and ") + "the FIN";
  return text;
}

void describe_same_ack(const Passage& p) {
  const wire::Segment& s = p.segment;
  if (s.seg_len() > 0 || s.has(Flag::syn)) return;
  if (p.from.probed) return say(p, "answers the probe");
  const auto& last = p.from.tcb.last_arrival;
  using namespace model;
  if (last && last->ack_due && last->rule != nullptr) {
    for (const Rule* rule : {&rules::rst_challenge, &rules::syn_challenge, &rules::ack_too_old})
      if (last->rule == rule) return say(p, "challenge ACK: " + std::string(rule->says));
    for (const Rule* rule : {&rules::ack_unsent, &rules::sequence_unacceptable, &rules::paws,
                             &rules::fin_again, &rules::window_closed})
      if (last->rule == rule) return say(p, "answers: " + std::string(rule->says));
  }
  if (s.window != p.from.window && p.from.window == 0) return say(p, "window update: it is open again");
  if (s.window > p.from.window) return say(p, "window update");
  const bool outstanding = p.to.high && after(*p.to.high, s.ack);
  if (outstanding && s.window == p.from.window)
    return say(p, "duplicate ACK " + std::to_string(p.from.duplicates + 1));
  say(p, "acknowledges nothing new");
}

void describe_ack(const Passage& p) {
  const wire::Segment& s = p.segment;
  if (!s.has(Flag::ack)) return;
  const std::optional<SeqNum> before_it = p.from.acked ? p.from.acked : p.to.origin;
  if (!before_it) return;
  if (after(s.ack, *before_it)) {
    const bool unseen = p.to.high && after(s.ack, *p.to.high);
    if (!unseen) say(p, "acknowledges " + covered(p.to, *before_it, s.ack));
  } else if (before(s.ack, *before_it)) {
    say(p, "an ACK older than its last");
  } else {
    describe_same_ack(p);
  }
  if (s.window == 0 && !s.has(Flag::syn)) say(p, "zero window: nothing more can be taken");
}

}  // namespace

std::string bytes_text(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

void describe(const Passage& p) {
  const wire::Segment& s = p.segment;
  p.to.probed = false;
  if (s.has(Flag::rst)) return;  // what it does is for its receiver to say
  if (s.has(Flag::syn)) {
    describe_syn(p);
  } else if (is_probe(p)) {
    p.to.probed = true;
    return say(p, p.to.window == 0 ? "window probe" : "keep-alive");
  }
  if (!s.payload.empty()) say(p, data_text(p));
  if (s.has(Flag::fin)) say(p, p.from.fin ? "its FIN again" : "FIN: will send no more");
  if (!s.payload.empty() && is_window_probe(p)) p.to.probed = true;
  describe_ack(p);
}

}  // namespace tcpcraft::explain
