#include "conversation.hpp"

#include <utility>

#include <tcpcraft/model/arrive.hpp>

namespace tcpcraft::matrix {

using wire::Flag;
using wire::Flags;
using wire::Segment;
using wire::SeqNum;

namespace {

constexpr std::uint16_t peer_mss = 1460;
constexpr std::uint16_t peer_window = 65535;
/// Every connection begins elsewhere, so that nothing of one can be taken for the next.
constexpr std::int64_t iss_step = 10'000'019;
constexpr std::uint32_t first_tsval = 1'000'000;
constexpr std::size_t usual_length = 32;  ///< of a trace

/// What a timer sends: a repeated SYN, and data or a FIN again that was sent and not acknowledged. A SYN-ACK
/// again is an answer: its timer takes a second.
bool is_timers(const Segment& segment, const model::Tcb& tcb) {
  if (!tcb.iss || segment.seg_len() == 0 || segment.has(Flag::rst)) return false;
  if (segment.has(Flag::syn)) return !segment.has(Flag::ack) && segment.seq == *tcb.iss;
  return !before(segment.seq, tcb.snd_una) && before(segment.seq, tcb.snd_nxt);
}

}  // namespace

void Conversation::begin(bool timestamps) {
  link_.receive();
  trace_.clear();
  trace_.reserve(usual_length);
  tcb = model::Tcb{};
  peer_iss_ += iss_step;
  timestamps_ = timestamps;
  peer_clock_ = first_tsval;
}

wire::Options Conversation::options(Flags flags) {
  wire::Options options;
  if (flags.has(Flag::syn)) options.push_back(wire::Mss{peer_mss});
  if (!timestamps_) return options;
  const std::uint32_t echo = flags.has(Flag::ack) ? tcb.ts_sent.value_or(0) : 0;
  options.push_back(wire::Timestamps{++peer_clock_, echo});
  return options;
}

void Conversation::send(Flags flags, SeqNum seq, SeqNum ack, std::size_t size) {
  Segment segment;
  segment.flags = flags;
  segment.seq = seq;
  segment.ack = ack;
  segment.window = peer_window;
  segment.options = options(flags);
  segment.payload.assign(size, 'h');
  inject(segment, {});
}

void Conversation::send_syn() {
  send(Flags{Flag::syn}, peer_iss_, SeqNum(0));
}

void Conversation::inject(Segment& segment, const wire::Deformity& deformity) {
  segment.source = peer_;
  segment.destination = kernel_;
  link_.send(wire::encode(segment, deformity));
}

std::size_t Conversation::take_in() {
  const std::size_t known = trace_.size();
  for (const transport::Arrival& arrival : link_.receive())
    if (auto segment = wire::decode(arrival.packet)) {
      const bool from_kernel = segment->source == kernel_;
      trace_.push_back({from_kernel, arrival.time, *std::move(segment)});
    }
  return known;
}

std::size_t Conversation::hear() {
  std::size_t from_kernel = 0;
  for (std::size_t at = take_in(); at < trace_.size(); ++at) {
    const Segment& segment = trace_[at].segment;
    if (!trace_[at].from_kernel) {
      model::follow(tcb, segment);
    } else if (!is_timers(segment, tcb)) {
      model::transmitted(tcb, segment);
      ++from_kernel;
    }
  }
  return from_kernel;
}

void Conversation::overhear(std::vector<Segment>& from_kernel) {
  for (std::size_t at = take_in(); at < trace_.size(); ++at)
    if (trace_[at].from_kernel && !is_timers(trace_[at].segment, tcb))
      from_kernel.push_back(trace_[at].segment);
}

}  // namespace tcpcraft::matrix
