#include <algorithm>
#include <cstddef>

#include <tcpcraft/model/derive.hpp>
#include <tcpcraft/model/deviations.hpp>
#include <tcpcraft/model/rules.hpp>

namespace tcpcraft::model {

using wire::Flag;
using wire::Flags;

namespace {

/// The SACK blocks that fit in the option space of 40 bytes (RFC 2018, section 3).
std::size_t max_blocks(const Tcb& tcb) {
  return tcb.timestamps() ? 3 : 4;
}

/// Whether a reset with ACK is one for a segment without ACK that came outside a synchronized connection: the
/// only reset that does not take its numbers from the connection or from the ACK it answers.
bool answers_without_ack(const Tcb& tcb, Flags flags) {
  return flags.has(Flag::ack) && tcb.last_arrival && !is_synchronized(tcb.last_arrival->state) &&
         !tcb.last_arrival->flags.has(Flag::ack);
}

void derive_reset(const Tcb& tcb, Flags flags, Derived& derived) {
  derived.seq_rule = &rules::abort;
  if (answers_without_ack(tcb, flags)) {
    derived.seq = wire::SeqNum(0);
    derived.seq_rule = &rules::reset_seq_zero;
    derived.ack = tcb.last_arrival->seq + tcb.last_arrival->seg_len;
    derived.ack_rule = &rules::reset_ack;
  } else if (!flags.has(Flag::ack) && tcb.last_arrival && tcb.last_arrival->flags.has(Flag::ack)) {
    derived.seq = tcb.last_arrival->ack;
    derived.seq_rule = &rules::reset_seq_from_ack;
  }
}

void derive_syn(const Tcb& tcb, Derived& derived) {
  const bool repeated = tcb.iss && tcb.state != State::closed && tcb.state != State::time_wait;
  derived.seq = repeated ? tcb.iss : std::nullopt;
  derived.seq_rule = repeated ? &rules::iss_kept : &rules::iss_free;
}

/// Where the peer has taken back window that was used, Linux stays within what is left.
void shrink(const Tcb& tcb, Flags flags, std::size_t payload_size, Derived& derived) {
  const wire::SeqNum edge = tcb.snd_una + tcb.snd_wnd;
  const bool pure =
      flags.has(Flag::ack) && !flags.has(Flag::syn) && !flags.has(Flag::fin) && payload_size == 0;
  if (!pure || !is_synchronized(tcb.state) || !before(edge, tcb.snd_nxt)) return;
  if (!tcb.profile->has(deviations::shrunk_window)) return;
  derived.seq = edge;
  derived.deviation = &deviations::shrunk_window;
}

void derive_options(const Tcb& tcb, Flags flags, Derived& derived) {
  if (tcb.timestamps()) {
    derived.tsecr = tcb.ts_recent;
    derived.tsval_at_least = tcb.ts_sent;
  }
  if (!tcb.sack() || !flags.has(Flag::ack) || flags.has(Flag::syn) || flags.has(Flag::rst)) return;
  const auto& blocks = tcb.queue.blocks();
  const auto count = static_cast<std::ptrdiff_t>(std::min(blocks.size(), max_blocks(tcb)));
  derived.sack.assign(blocks.begin(), blocks.begin() + count);
  if (tcb.last_arrival) derived.dsack = tcb.last_arrival->duplicate;
}

}  // namespace

Derived derive(const Tcb& tcb, Flags flags, std::size_t payload_size) {
  Derived derived;
  derived.seq = tcb.snd_nxt;
  derived.seq_rule = &rules::snd_nxt;
  derived.ack = tcb.rcv_nxt;
  const bool answers = tcb.last_arrival && tcb.last_arrival->ack_due && tcb.last_arrival->rule;
  derived.ack_rule = answers ? tcb.last_arrival->rule : &rules::rcv_nxt;

  if (flags.has(Flag::rst)) {
    derive_reset(tcb, flags, derived);
  } else if (flags.has(Flag::syn)) {
    derive_syn(tcb, derived);
  } else if (flags.has(Flag::fin) && tcb.fin_sent) {
    derived.seq = *tcb.fin_sent - static_cast<std::int64_t>(payload_size);
    derived.seq_rule = &rules::fin_kept;
  }
  shrink(tcb, flags, payload_size, derived);
  derive_options(tcb, flags, derived);
  return derived;
}

}  // namespace tcpcraft::model
