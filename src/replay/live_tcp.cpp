#include <algorithm>
#include <utility>

#include <tcpcraft/model/arrive.hpp>
#include <tcpcraft/model/derive.hpp>
#include <tcpcraft/replay/live_tcp.hpp>

namespace tcpcraft::replay {

using model::State;
using wire::Bytes;
using wire::Flag;
using wire::Flags;
using wire::Segment;
using wire::SeqNum;
using wire::Time;

namespace {

constexpr Flags ack_flag{Flag::ack};
/// What belongs to the last part of a segment.
constexpr Flags ending{Flag::psh, Flag::fin, Flag::rst};
/// RFC 9293, section 3.7.1: where the other side offers none.
constexpr std::uint32_t default_mss = 536;

/// What may stand on a SYN: what our TCP understands, and a request for a Fast Open cookie.
wire::Options syn_options(const wire::Options& captured) {
  wire::Options options;
  for (const wire::Option& option : captured) {
    const auto* fast_open = std::get_if<wire::FastOpen>(&option);
    const bool stale = fast_open && !fast_open->cookie.empty();
    if (!std::holds_alternative<wire::RawOption>(option) && !stale) options.push_back(option);
  }
  return options;
}

void stamp(wire::Options& options, std::uint32_t value, std::uint32_t echo) {
  for (wire::Option& option : options)
    if (auto* timestamps = std::get_if<wire::Timestamps>(&option)) *timestamps = {value, echo};
}

std::uint32_t ticks(Time now) {
  return static_cast<std::uint32_t>(now.time_since_epoch() / std::chrono::milliseconds(1));
}

}  // namespace

bool LiveTcp::is_open() const {
  return model::is_synchronized(tcb_.state);
}

std::uint32_t LiveTcp::mss() const {
  const std::uint32_t theirs = tcb_.received.mss.value_or(default_mss);
  return theirs - (tcb_.timestamps() && theirs > 12 ? 12 : 0);
}

/// How many blocks fit beside so much data: each has 8 bytes, the option's head 4, padding counted.
std::size_t LiveTcp::sack_room(std::size_t data) const {
  return data + 4 < mss() ? (mss() - data - 4) / 8 : 0;
}

std::uint32_t LiveTcp::window_in_bytes() const {
  return tcb_.scaling() ? std::uint32_t{window_} << tcb_.offered.window_scale.value_or(0) : window_;
}

Segment LiveTcp::make(Flags flags, SeqNum seq, const Bytes& payload) {
  Segment made;
  made.source = ours_;
  made.destination = theirs_;
  made.flags = flags;
  made.seq = seq;
  made.payload = payload;
  const model::Derived derived = model::derive(tcb_, flags, payload.size());
  made.ack = derived.ack;
  // The right edge of the window never moves back (RFC 9293, section 3.8.6).
  const std::uint32_t window = std::max(window_in_bytes(), tcb_.window_offered ? tcb_.rcv_wnd() : 0);
  const unsigned shift = tcb_.scaling() ? tcb_.offered.window_scale.value_or(0) : 0;
  const std::uint32_t rounded = (window + (1u << shift) - 1) >> shift;
  made.window = static_cast<std::uint16_t>(std::min(rounded, 65535u));
  if (derived.tsecr) made.options.push_back(wire::Timestamps{clock_, *derived.tsecr});
  wire::Sack sack{derived.sack};
  // Beside data there is room only for as many as the other side's MSS leaves (RFC 6691).
  if (!payload.empty()) sack.blocks.resize(std::min(sack.blocks.size(), sack_room(payload.size())));
  if (!sack.blocks.empty()) made.options.push_back(std::move(sack));
  return made;
}

void LiveTcp::emit(Segment segment) {
  model::transmitted(tcb_, segment);
  if (segment.has(Flag::ack)) ack_due_ = false;
  out.push_back(std::move(segment));
}

void LiveTcp::prepare(const Segment& captured) {
  syn_ = Segment{};
  syn_.source = ours_;
  syn_.destination = theirs_;
  syn_.flags = captured.flags;
  syn_.window = window_ = captured.window;
  syn_.seq = iss_;
  syn_.options = syn_options(captured.options);
  opened_ = true;
}

void LiveTcp::open(const Segment& syn, Time now) {
  prepare(syn);
  emit_syn(now);
}

void LiveTcp::listen(const Segment& syn_ack) {
  prepare(syn_ack);
  tcb_ = model::listening();
}

void LiveTcp::emit_syn(Time now) {
  clock_ = ticks(now);
  Segment syn = syn_;
  if (syn.has(Flag::ack)) {
    syn.ack = tcb_.rcv_nxt;
    // Only what was offered may be agreed to.
    std::erase_if(syn.options, [&](const wire::Option& option) {
      return (std::holds_alternative<wire::WindowScale>(option) && !tcb_.received.window_scale) ||
             (std::holds_alternative<wire::SackPermitted>(option) && !tcb_.received.sack_permitted) ||
             (std::holds_alternative<wire::Timestamps>(option) && !tcb_.received.timestamps);
    });
  }
  stamp(syn.options, clock_, tcb_.irs ? tcb_.ts_recent : 0);
  emit(std::move(syn));
  syn_sent_at_ = backoff_ == 0 ? std::optional(now) : std::nullopt;
  timer_ = now + rto_ * (1u << std::min(backoff_, 6u));
}

Brought LiveTcp::arrive(const Segment& segment, Time now) {
  clock_ = ticks(now);
  const SeqNum una = tcb_.snd_una, rcv_nxt = tcb_.rcv_nxt;
  const std::uint32_t window = tcb_.snd_wnd;
  const State before = tcb_.state;
  const bool had_iss = tcb_.iss.has_value();
  model::Outcome outcome = model::follow(tcb_, segment);
  Brought brought{std::move(outcome.delivered), outcome.fin, false};
  if (tcb_.irs) received_ += received_ == 0 ? tcb_.rcv_nxt - *tcb_.irs : tcb_.rcv_nxt - rcv_nxt;
  if (had_iss && tcb_.iss) acknowledged_ += tcb_.snd_una - una;
  brought.reset = segment.has(Flag::rst) && before != tcb_.state &&
                  (tcb_.state == State::closed || tcb_.state == State::listen);
  if (brought.reset || tcb_.state == State::closed) {
    timer_.reset();
    ack_due_ = false;
    if (before == State::last_ack && !brought.reset) sent_.clear();  // its FIN was acknowledged
    if (outcome.reply.kind == model::Reply::Kind::rst) answer(outcome.reply, now);
    return brought;
  }
  if (is_open() && segment.has(Flag::ack)) {
    if (!model::is_synchronized(before)) {
      if (syn_sent_at_) measure(now - *syn_sent_at_);
      backoff_ = 0;
      timer_.reset();
      cwnd_ = 10 * mss();
      // As if its SYN had been scaled: what it said it had room for.
      if (tcb_.scaling()) window_ = static_cast<std::uint16_t>((window_ >> *tcb_.offered.window_scale) + 1);
    }
    take_ack(segment, una, window, now);
  }
  answer(outcome.reply, now);
  return brought;
}

void LiveTcp::answer(const model::Reply& reply, Time now) {
  switch (reply.kind) {
    case model::Reply::Kind::none:
      return;
    case model::Reply::Kind::ack:
      if (reply.may_wait || !is_open())
        ack_due_ = true;
      else
        emit(make(ack_flag, tcb_.snd_nxt, {}));
      return;
    case model::Reply::Kind::syn_ack:
      return emit_syn(now);
    case model::Reply::Kind::rst: {
      Segment reset;
      reset.source = ours_;
      reset.destination = theirs_;
      reset.flags = reply.flags;
      reset.seq = reply.seq.value_or(SeqNum());
      reset.ack = reply.ack;
      out.push_back(std::move(reset));
    }
  }
}

void LiveTcp::send(Segment text) {
  Piece piece;
  piece.data = std::move(text.payload);
  piece.push = text.has(Flag::psh);
  piece.fin = text.has(Flag::fin);
  piece.urgent = text.has(Flag::urg) ? text.urgent_pointer : std::uint16_t{0};
  waiting_.push_back(std::move(piece));
}

void LiveTcp::send_odd(const Segment& segment, Offset seq, Offset ack, Time now) {
  const Bytes& data = segment.payload;
  if (!is_open() || segment.has(Flag::syn) || data.size() <= mss())
    return send_odd_part(segment, seq, ack, now);
  // Captured where segments could be longer, or before a device cut them.
  for (std::size_t at = 0; at < data.size(); at += mss()) {
    const std::size_t end = std::min<std::size_t>(at + mss(), data.size());
    Segment part = segment;
    part.payload.assign(data.begin() + static_cast<std::ptrdiff_t>(at),
                        data.begin() + static_cast<std::ptrdiff_t>(end));
    if (end < data.size()) part.flags = Flags(segment.flags.bits() & ~ending.bits());
    send_odd_part(part, seq + static_cast<Offset>(at), ack, now);
  }
}

void LiveTcp::send_odd_part(const Segment& segment, Offset seq, Offset ack, Time now) {
  clock_ = ticks(now);
  Segment made = make(segment.flags, iss_ + seq, segment.payload);
  made.ack = SeqNum();
  if (segment.has(Flag::ack)) made.ack = tcb_.irs.value_or(SeqNum()) + ack;
  made.urgent_pointer = segment.urgent_pointer;
  made.reserved = segment.reserved;
  made.ttl = segment.ttl;
  made.tos = segment.tos;
  if (segment.has(Flag::syn)) {
    made.options = syn_options(segment.options);
    stamp(made.options, clock_, tcb_.ts_recent);
  }
  // What it acknowledges is no word on what has been received: the TCB does not hear of it.
  out.push_back(std::move(made));
}

void LiveTcp::end() {
  tcb_.state = State::closed;
  timer_.reset();
  ack_due_ = false;
}

void LiveTcp::abort() {
  if (!opened_ || !tcb_.iss || tcb_.state == State::closed || tcb_.state == State::time_wait) return;
  if (tcb_.state == State::syn_sent) return;  // a SYN-ACK that comes now is answered by nobody's RST
  Segment reset = make(Flags{Flag::rst, Flag::ack}, tcb_.snd_nxt, {});
  out.push_back(std::move(reset));
  end();
}

std::size_t LiveTcp::unacknowledged() const {
  std::size_t size = 0;
  for (const auto* queue : {&sent_, &waiting_})
    for (const Piece& piece : *queue) size += piece.data.size();
  return size;
}

void LiveTcp::pass(Time now) {
  clock_ = ticks(now);
  if (timer_ && now >= *timer_) on_timeout(now);
  if (is_open()) {
    resend(now);
    send_new(now);
  }
  if (ack_due_ && is_open()) emit(make(ack_flag, tcb_.snd_nxt, {}));
}

}  // namespace tcpcraft::replay
