#include <algorithm>
#include <utility>

#include <tcpcraft/model/arrive.hpp>
#include <tcpcraft/replay/live_tcp.hpp>

/// The sender's half: retransmission and congestion control.
namespace tcpcraft::replay {

using model::State;
using wire::Bytes;
using wire::Flag;
using wire::Flags;
using wire::Segment;
using wire::SeqNum;
using wire::Time;

namespace {

using namespace std::chrono_literals;

/// RFC 6298 asks for a second at least; what is talked to here answers after 40 ms at most, and all of the
/// systems in use take less.
constexpr wire::Duration least_rto = 200ms, most_rto = 60s;

}  // namespace

/// RFC 6298, section 2.
void LiveTcp::measure(wire::Duration sample) {
  if (srtt_ == wire::Duration{}) {
    srtt_ = sample;
    rttvar_ = sample / 2;
  } else {
    const wire::Duration error = srtt_ > sample ? srtt_ - sample : sample - srtt_;
    rttvar_ = (3 * rttvar_ + error) / 4;
    srtt_ = (7 * srtt_ + sample) / 8;
  }
  rto_ = std::clamp<wire::Duration>(srtt_ + 4 * rttvar_, least_rto, most_rto);
}

std::uint32_t LiveTcp::flight() const {
  std::uint32_t size = 0;
  for (const Piece& piece : sent_)
    if (!piece.sacked && !piece.lost) size += piece.size();
  return size;
}

void LiveTcp::take_ack(const Segment& segment, SeqNum una, std::uint32_t window, Time now) {
  const bool advanced = after(tcb_.snd_una, una);
  if (!sent_.empty()) take_sack(segment);
  if (advanced) take_new_ack(una, now);
  const bool duplicate = !advanced && segment.ack == tcb_.snd_una && segment.seg_len() == 0 &&
                         window == tcb_.snd_wnd && !sent_.empty();
  detect_loss(duplicate);
  if (advanced || sent_.empty()) set_timer(now);
}

void LiveTcp::take_new_ack(SeqNum una, Time now) {
  const auto newly = static_cast<std::uint32_t>(tcb_.snd_una - una);
  std::optional<Time> measured;
  while (!sent_.empty() && !after(sent_.front().end(), tcb_.snd_una)) {
    if (!sent_.front().again) measured = sent_.front().sent_at;  // Karn: only what was sent once
    sent_.pop_front();
  }
  if (!sent_.empty() && before(sent_.front().seq, tcb_.snd_una)) {
    Piece& front = sent_.front();
    front.data.erase(front.data.begin(), front.data.begin() + (tcb_.snd_una - front.seq));
    front.seq = tcb_.snd_una;
  }
  if (measured) measure(now - *measured);
  backoff_ = 0;
  duplicates_ = 0;
  if (recover_ && !before(tcb_.snd_una, *recover_)) {
    recover_.reset();
    cwnd_ = ssthresh_;
  } else if (recover_) {
    // A partial acknowledgement: the next hole is lost too (RFC 6582).
    if (!sent_.empty() && !sent_.front().sacked && !sent_.front().again) sent_.front().lost = true;
  } else {
    cwnd_ += cwnd_ < ssthresh_ ? newly : std::max(1u, mss() * mss() / std::max(cwnd_, 1u));
    cwnd_ = std::min(cwnd_, 0x3fffffffu);
  }
}

void LiveTcp::take_sack(const Segment& segment) {
  const auto* sack = wire::find<wire::Sack>(segment.options);
  if (!sack || !tcb_.sack()) return;
  for (const wire::SackBlock& block : sack->blocks) {
    if (!after(block.right, tcb_.snd_una)) continue;  // a duplicate's (RFC 2883)
    for (Piece& piece : sent_)
      if (!before(piece.seq, block.left) && !after(piece.end(), block.right)) {
        piece.sacked = true;
        piece.lost = false;
      }
  }
}

/// Three duplicates, or three segments that have arrived behind the hole.
void LiveTcp::detect_loss(bool duplicate) {
  if (duplicate) ++duplicates_;
  if (sent_.empty()) return;
  const auto sacked =
      std::count_if(sent_.begin(), sent_.end(), [](const Piece& piece) { return piece.sacked; });
  if (!recover_ && (duplicates_ >= 3 || sacked >= 3)) enter_recovery();
  if (!recover_ || sacked == 0) return;
  // What lies below the highest that has arrived, and was sent once, is lost.
  auto highest = sent_.end();
  while (highest != sent_.begin() && !std::prev(highest)->sacked) --highest;
  for (auto piece = sent_.begin(); piece != highest; ++piece)
    if (!piece->sacked && !piece->again) piece->lost = true;
}

void LiveTcp::enter_recovery() {
  recover_ = tcb_.snd_nxt;
  ssthresh_ = std::max(flight() / 2, 2 * mss());
  cwnd_ = ssthresh_;
  if (!sent_.front().sacked && !sent_.front().again) sent_.front().lost = true;
}

void LiveTcp::emit_piece(Piece& piece, Time now) {
  Flags flags{Flag::ack};
  if (piece.push) flags.set(Flag::psh);
  if (piece.fin) flags.set(Flag::fin);
  Segment segment = make(flags, piece.seq, piece.data);
  if (piece.urgent != 0) {
    segment.flags.set(Flag::urg);
    segment.urgent_pointer = piece.urgent;
  }
  piece.again = piece.sent_at != Time{};
  piece.sent_at = now;
  piece.lost = false;
  emit(std::move(segment));
}

void LiveTcp::resend(Time now) {
  for (Piece& piece : sent_) {
    if (!piece.lost) continue;
    if (flight() >= cwnd_) break;
    emit_piece(piece, now);
    if (!timer_) set_timer(now);
  }
}

/// As the segments were captured, but none larger than the other side takes.
void LiveTcp::send_new(Time now) {
  const bool may_send = tcb_.state == State::established || tcb_.state == State::close_wait;
  if (!may_send) return;
  while (!waiting_.empty()) {
    Piece& piece = waiting_.front();
    const Offset usable = (tcb_.snd_una + tcb_.snd_wnd) - tcb_.snd_nxt;
    const auto size = static_cast<Offset>(piece.data.size());
    const Offset fits = std::min<Offset>({size, static_cast<Offset>(mss()), std::max<Offset>(usable, 0)});
    if (fits < size && fits < mss() && !sent_.empty()) break;  // no silly segments: an ACK will come
    if ((size > 0 && fits == 0) || (!sent_.empty() && flight() + fits > cwnd_)) break;
    Piece part = std::move(piece);
    if (fits < size) {
      piece = part;
      piece.data.erase(piece.data.begin(), piece.data.begin() + fits);
      part.data.resize(static_cast<std::size_t>(fits));
      part.push = part.fin = false;
    } else {
      waiting_.pop_front();
    }
    part.seq = tcb_.snd_nxt;
    sent_.push_back(std::move(part));
    emit_piece(sent_.back(), now);
  }
  if (!timer_ && (!sent_.empty() || !waiting_.empty())) set_timer(now);
}

void LiveTcp::set_timer(Time now) {
  if (sent_.empty() && waiting_.empty())
    timer_.reset();
  else
    timer_ = now + std::min(rto_ * (1u << std::min(backoff_, 8u)), most_rto);
}

void LiveTcp::on_timeout(Time now) {
  ++timeouts_;
  ++backoff_;
  if (!is_open()) return emit_syn(now);
  if (sent_.empty()) {
    probe(now);
  } else {
    ssthresh_ = std::max(flight() / 2, 2 * mss());
    cwnd_ = mss();
    recover_.reset();
    duplicates_ = 0;
    for (Piece& piece : sent_) {
      piece.sacked = false;  // the other side may have dropped what it reported (RFC 2018, section 8)
      piece.lost = true;
    }
    emit_piece(sent_.front(), now);
  }
  set_timer(now);
}

/// A byte into a closed window (RFC 9293, section 3.8.6.1).
void LiveTcp::probe(Time now) {
  if (waiting_.empty() || tcb_.snd_wnd > 0) return;
  Piece part;
  Piece& next = waiting_.front();
  part.seq = tcb_.snd_nxt;
  if (next.data.empty()) {
    part = std::move(next);
    part.seq = tcb_.snd_nxt;
    waiting_.pop_front();
  } else {
    part.data.assign(next.data.begin(), next.data.begin() + 1);
    next.data.erase(next.data.begin(), next.data.begin() + 1);
    if (next.data.empty()) {
      part.push = next.push;
      part.fin = next.fin;
      waiting_.pop_front();
    }
  }
  sent_.push_back(std::move(part));
  emit_piece(sent_.back(), now);
}

}  // namespace tcpcraft::replay
