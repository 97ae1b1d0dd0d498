#include <algorithm>

#include <tcpcraft/model/arrive.hpp>
#include <tcpcraft/model/derive.hpp>
#include <tcpcraft/model/rules.hpp>
#include <tcpcraft/model/tcp.hpp>

#include "offer.hpp"

namespace tcpcraft::model {

using wire::Bytes;
using wire::Flag;
using wire::Flags;
using wire::Segment;
using wire::SeqNum;

namespace {

constexpr Flags syn{Flag::syn}, ack{Flag::ack}, syn_ack{Flag::syn, Flag::ack}, fin_ack{Flag::fin, Flag::ack};

/// RFC 9293, section 3.7.1: where the other side offers none.
constexpr std::uint16_t default_mss = 536;

Activity because(const Rule& rule) {
  Activity activity;
  activity.rule = &rule;
  return activity;
}

Activity refuse(Activity activity, CallError error) {
  activity.error = error;
  return activity;
}

}  // namespace

std::uint32_t Tcp::window() const {
  const auto unread =
      static_cast<std::uint32_t>(std::min<std::size_t>(unread_.size(), options_.receive_buffer));
  const std::uint32_t room = options_.receive_buffer - unread;
  // What was offered is not taken back (RFC 9293, section 3.8.6).
  return tcb_.irs && tcb_.window_offered ? std::max(room, tcb_.rcv_wnd()) : room;
}

Segment Tcp::make(Flags flags, SeqNum seq, Bytes payload) {
  Segment made;
  made.flags = flags;
  made.seq = seq;
  made.payload = std::move(payload);
  const Derived derived = derive(tcb_, flags, made.payload.size());
  if (flags.has(Flag::ack)) made.ack = derived.ack;
  const bool scaled = tcb_.scaling() && !flags.has(Flag::syn);
  made.window =
      static_cast<std::uint16_t>(std::min(window() >> (scaled ? *options_.window_scale : 0), 65535u));
  if (flags.has(Flag::syn)) {
    made.options.push_back(wire::Mss{options_.mss});
    if (options_.window_scale) made.options.push_back(wire::WindowScale{*options_.window_scale});
    if (options_.sack) made.options.push_back(wire::SackPermitted{});
    if (options_.timestamps) made.options.push_back(wire::Timestamps{clock_, tcb_.ts_recent});
    return made;
  }
  if (derived.tsecr) made.options.push_back(wire::Timestamps{clock_, *derived.tsecr});
  if (!derived.sack.empty()) made.options.push_back(wire::Sack{derived.sack});
  return made;
}

void Tcp::emit(Activity& activity, Flags flags, SeqNum seq, Bytes payload) {
  activity.sent.push_back(make(flags, seq, std::move(payload)));
  transmitted(tcb_, activity.sent.back());
  ack_waits_ = false;
}

void Tcp::reset_queues() {
  queue_.clear();
  unread_.clear();
  closing_ = end_of_file_ = ack_waits_ = false;
  first_ = iss_ + 1;
}

Activity Tcp::open_passively() {
  Activity activity = because(rules::open_passive);
  if (tcb_.state != State::closed) return refuse(activity, CallError::already_exists);
  reset_queues();
  tcb_ = listening();
  return activity;
}

Activity Tcp::open_actively() {
  Activity activity = because(rules::open);
  if (tcb_.state != State::closed && tcb_.state != State::listen)
    return refuse(activity, CallError::already_exists);
  reset_queues();
  tcb_ = Tcb{};
  emit(activity, syn, iss_);
  return activity;
}

Activity Tcp::send(const Bytes& bytes) {
  Activity activity = because(rules::send);
  if (tcb_.state == State::closed) return refuse(activity, CallError::does_not_exist);
  if (tcb_.state == State::listen) return refuse(activity, CallError::remote_unspecified);
  if (closing_) return refuse(activity, CallError::closing);
  queue_.insert(queue_.end(), bytes.begin(), bytes.end());
  push(activity);
  return activity;
}

Activity Tcp::receive(std::size_t most, Bytes& into) {
  Activity activity = because(rules::window_update);
  if (end_of_file_ && unread_.empty()) return refuse(activity, CallError::closing);
  if (tcb_.state == State::closed && unread_.empty()) return refuse(activity, CallError::does_not_exist);
  const auto count = static_cast<std::ptrdiff_t>(std::min(most, unread_.size()));
  into.insert(into.end(), unread_.begin(), unread_.begin() + count);
  unread_.erase(unread_.begin(), unread_.begin() + count);
  // Silly windows are not announced (RFC 9293, section 3.8.6.2.2).
  const std::uint32_t worth = std::min<std::uint32_t>(options_.mss, options_.receive_buffer / 2);
  const bool open = is_synchronized(tcb_.state) && !end_of_file_;
  if (open && window() >= tcb_.rcv_wnd() + worth) emit(activity, ack, tcb_.snd_nxt);
  return activity;
}

Activity Tcp::close() {
  Activity activity = because(rules::close);
  if (tcb_.state == State::closed) return refuse(activity, CallError::does_not_exist);
  if (closing_) return refuse(activity, CallError::closing);
  if (tcb_.state == State::listen || tcb_.state == State::syn_sent) {
    tcb_ = Tcb{};
    return activity;
  }
  closing_ = true;
  push(activity);
  return activity;
}

Activity Tcp::abort() {
  Activity activity = because(rules::abort);
  if (tcb_.state == State::closed) return refuse(activity, CallError::does_not_exist);
  const bool tells = tcb_.state == State::syn_received || tcb_.state == State::established ||
                     tcb_.state == State::fin_wait_1 || tcb_.state == State::fin_wait_2 ||
                     tcb_.state == State::close_wait;
  if (tells) activity.sent.push_back(make(Flags{Flag::rst}, tcb_.snd_nxt, {}));
  tcb_ = Tcb{};
  reset_queues();
  return activity;
}

void Tcp::drop_acknowledged() {
  if (!tcb_.iss) return;
  const auto acknowledged =
      std::clamp<std::int64_t>(tcb_.snd_una - first_, 0, static_cast<std::int64_t>(queue_.size()));
  queue_.erase(queue_.begin(), queue_.begin() + acknowledged);
  first_ += acknowledged;
}

Bytes Tcp::queued(SeqNum from, std::size_t size) const {
  const auto begin = queue_.begin() + (from - first_);
  return Bytes(begin, begin + std::min(static_cast<std::ptrdiff_t>(size), queue_.end() - begin));
}

/// Sends what the window lets pass, and the FIN behind it.
void Tcp::push(Activity& activity) {
  const bool may_send = tcb_.state == State::established || tcb_.state == State::close_wait;
  if (!may_send) return push_fin(activity);
  const std::size_t mss = std::min(options_.mss, tcb_.received.mss.value_or(default_mss));
  for (;;) {
    const std::int64_t usable = (tcb_.snd_una + tcb_.snd_wnd) - tcb_.snd_nxt;
    const std::int64_t left = end_of_queue() - tcb_.snd_nxt;
    const std::int64_t size = std::min({usable, left, static_cast<std::int64_t>(mss)});
    if (size <= 0) break;
    emit(activity, ack, tcb_.snd_nxt, queued(tcb_.snd_nxt, static_cast<std::size_t>(size)));
  }
  push_fin(activity);
}

void Tcp::push_fin(Activity& activity) {
  const bool before_fin = tcb_.state == State::established || tcb_.state == State::close_wait ||
                          (tcb_.state == State::syn_received && queue_.empty() && tcb_.iss);
  if (closing_ && before_fin && !tcb_.fin_sent && tcb_.snd_nxt == end_of_queue())
    emit(activity, fin_ack, tcb_.snd_nxt);
}

void Tcp::emit_reply(Activity& activity, const Reply& reply) {
  switch (reply.kind) {
    case Reply::Kind::none:
      return;
    case Reply::Kind::ack:
      ack_waits_ = ack_waits_ || reply.may_wait;
      if (!reply.may_wait) emit(activity, ack, tcb_.snd_nxt);
      return;
    case Reply::Kind::syn_ack:
      first_ = iss_ + 1;
      return emit(activity, syn_ack, reply.seq.value_or(iss_));
    case Reply::Kind::rst: {
      Segment reset;
      reset.flags = reply.flags;
      reset.seq = *reply.seq;
      reset.ack = reply.ack;
      activity.sent.push_back(std::move(reset));
    }
  }
}

/// A new connection takes the place of the one in TIME-WAIT: its ISS is beyond all that was used there.
void Tcp::begin_anew(SeqNum last) {
  iss_ = last + 65537;
  reset_queues();
}

Activity Tcp::arrive(const Segment& segment) {
  const bool waited = tcb_.state == State::time_wait;
  const SeqNum last = tcb_.snd_nxt;
  Outcome outcome = follow(tcb_, segment);
  if (waited && tcb_.state == State::syn_received) begin_anew(last);
  if (tcb_.state == State::closed) tcb_.passive = false;
  Activity activity = because(*outcome.rule);
  unread_.insert(unread_.end(), outcome.delivered.begin(), outcome.delivered.end());
  end_of_file_ = end_of_file_ || outcome.fin;
  emit_reply(activity, outcome.reply);
  drop_acknowledged();
  if (tcb_.state != State::closed && tcb_.state != State::listen) push(activity);
  return activity;
}

Activity Tcp::user_timeout() {
  Activity activity = because(rules::user_timeout);
  tcb_ = Tcb{};
  reset_queues();
  return activity;
}

/// The segment at the front of what is not acknowledged, again; a byte into a closed window.
Activity Tcp::retransmission_timeout() {
  Activity activity = because(rules::retransmission);
  if (!tcb_.iss || tcb_.state == State::closed || tcb_.state == State::time_wait) return activity;
  if (tcb_.snd_una == *tcb_.iss) {
    const bool answers = tcb_.state != State::syn_sent;
    emit(activity, answers ? syn_ack : syn, *tcb_.iss);
    return activity;
  }
  if (!before(tcb_.snd_una, end_of_queue())) {
    if (tcb_.fin_sent && !after(tcb_.snd_una, *tcb_.fin_sent)) emit(activity, fin_ack, *tcb_.fin_sent);
    return activity;
  }
  const std::size_t mss = std::min(options_.mss, tcb_.received.mss.value_or(default_mss));
  if (tcb_.snd_wnd == 0) activity.rule = &rules::window_probe;
  emit(activity, ack, tcb_.snd_una, queued(tcb_.snd_una, std::clamp<std::size_t>(tcb_.snd_wnd, 1, mss)));
  return activity;
}

Activity Tcp::time_wait_timeout() {
  Activity activity = because(rules::time_wait_timeout);
  if (tcb_.state == State::time_wait) tcb_.state = State::closed;
  return activity;
}

Activity Tcp::delayed_ack_timeout() {
  Activity activity = because(rules::acknowledgment);
  if (ack_waits_ && tcb_.state != State::closed) emit(activity, ack, tcb_.snd_nxt);
  return activity;
}

bool Tcp::all_acknowledged() const {
  if (!queue_.empty()) return false;
  return !closing_ || (tcb_.fin_sent && after(tcb_.snd_una, *tcb_.fin_sent));
}

}  // namespace tcpcraft::model
