// Bytes in however many segments: the peer does as a TCP does, so that the kernel can.

#include <algorithm>

#include <tcpcraft/engine/machine.hpp>

#include "times.hpp"

namespace tcpcraft::engine {
namespace {

using wire::Flag;

bool is_bare_acknowledgment(const wire::Segment& segment) {
  return segment.flags == wire::Flags{Flag::ack} && segment.payload.empty();
}

wire::Bytes slice(const wire::Bytes& bytes, std::size_t from, std::size_t size) {
  const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(from);
  return {begin, begin + static_cast<std::ptrdiff_t>(size)};
}

std::string so_many_of(std::size_t count, std::size_t of) {
  return std::to_string(count) + " of " + std::to_string(of) + " bytes";
}

}  // namespace

/// Takes the oldest unread segment where it is this one.
std::optional<Action> Machine::take_one(const wire::SegmentSpec& spec) {
  const Unread& unread = here().unread.front();
  std::vector<Difference> found = differences(spec, segment_of(unread), unread.expectation);
  if (!found.empty()) {
    if (unread.crossed && differences(spec, segment_of(unread), *unread.crossed).empty())
      return blame_crossing(unread);
    if (unread.late) return blame_lateness(unread);
    return fail_segment({{spec, scenario_.steps[step_].value, {}}, false}, unread, std::move(found));
  }
  note_taken(unread);
  here().anchor = {unread.time, {}, unread.kernel_time};
  here().unread.pop_front();
  return {};
}

/// Everything that has come is acknowledged at once, but for the end of the stream: that is for the step
/// behind it.
std::optional<Action> Machine::play(const scenario::ExpectStream& step, wire::Time now) {
  if (auto waiting = await_passage(now)) return waiting;
  const auto is_over = [&] { return streamed_ == step.bytes.size() && (stream_ended_ || !step.fin); };
  const std::size_t before = streamed_;
  while (!is_over() && !here().unread.empty())
    if (auto wrong = take_of_stream(step)) return wrong;
  if (is_over()) {
    advance();
    return {};
  }
  if (streamed_ > before) {
    wire::SegmentSpec acknowledgment;
    acknowledgment.flags = {Flag::ack};
    return transmit(acknowledgment, scenario_.steps[step_].value, now);
  }
  if (auto waiting = await(here().anchor.time + patience, false, now)) return waiting;
  const std::string size = std::to_string(step.bytes.size());
  const std::string missing =
      streamed_ < step.bytes.size() ? so_many_of(streamed_, step.bytes.size()) : "no FIN behind the stream";
  return fail_claim("the kernel sent " + missing + ", and no more within " + wire::format_duration(patience),
                    "received " + missing, "a stream of " + size + " bytes" + (step.fin ? " and a FIN" : ""),
                    missing);
}

/// Where the kernel cuts, and what it pushes, is its own affair; so is an acknowledgement between.
std::optional<Action> Machine::take_of_stream(const scenario::ExpectStream& step) {
  const wire::Segment& segment = segment_of(here().unread.front());
  const std::size_t size = std::min(segment.payload.size(), step.bytes.size() - streamed_);
  wire::SegmentSpec spec;
  spec.flags = {Flag::ack};
  if (size > 0 && segment.has(Flag::psh)) spec.flags.set(Flag::psh);
  if (step.length_only)
    spec.payload = wire::PayloadLength{static_cast<std::uint32_t>(size)};
  else if (size > 0)
    spec.payload = slice(step.bytes, streamed_, size);
  const bool is_end = streamed_ + size == step.bytes.size() && step.fin && segment.has(Flag::fin);
  if (is_end) spec.flags.set(Flag::fin);
  if (auto wrong = take_one(spec)) return wrong;
  streamed_ += size;
  stream_ended_ = is_end;
  return {};
}

/// What the peer may send next: a whole segment, or what is left, within the kernel's window.
std::optional<wire::SegmentSpec> Machine::next_of_stream(const scenario::SendStream& step) {
  const model::Tcb& kernel = kernel_of(here());
  const model::Tcb& peer = here().peer;
  constexpr std::uint16_t least_mss = 536;                   // RFC 9293, section 3.7.1
  const std::size_t options = kernel.timestamps() ? 12 : 0;  // within what the MSS leaves to a segment
  const std::size_t mss = std::max<std::size_t>(peer.received.mss.value_or(least_mss), options + 1) - options;
  const std::size_t size = std::min(mss, step.bytes.size() - streamed_);
  const std::int32_t room = kernel.rcv_edge - peer.snd_nxt;
  const bool in_flight = wire::before(peer.snd_una, peer.snd_nxt);
  if (size == 0 || room <= 0 || (in_flight && static_cast<std::size_t>(room) < size)) return {};
  wire::SegmentSpec spec;
  const wire::Bytes payload = slice(step.bytes, streamed_, std::min(size, static_cast<std::size_t>(room)));
  spec.flags = {Flag::ack};
  if (streamed_ + payload.size() == step.bytes.size()) spec.flags.set(Flag::psh);
  spec.payload = payload;
  streamed_ += payload.size();
  return spec;
}

/// Over once all is acknowledged; what acknowledges the last of it and says more is for the step behind.
std::optional<Action> Machine::play(const scenario::SendStream& step, wire::Time now) {
  if (auto waiting = await_passage(now)) return waiting;
  const auto is_over = [&] {
    return streamed_ == step.bytes.size() && here().peer.snd_una == here().peer.snd_nxt;
  };
  wire::SegmentSpec acknowledgment;
  acknowledgment.flags = {Flag::ack};
  while (!here().unread.empty()) {
    if (is_over() && !is_bare_acknowledgment(segment_of(here().unread.front()))) break;
    if (auto wrong = take_one(acknowledgment)) return wrong;
  }
  if (is_over()) {
    advance();
    return {};
  }
  if (const auto next = next_of_stream(step)) return transmit(*next, scenario_.steps[step_].value, now);
  if (auto waiting = await(here().anchor.time + patience, false, now)) return waiting;
  const auto in_flight = static_cast<std::size_t>(here().peer.snd_nxt - here().peer.snd_una);
  const std::size_t taken = streamed_ - std::min(streamed_, in_flight);
  const std::string bytes = so_many_of(taken, step.bytes.size());
  const std::string window = "win=" + std::to_string(kernel_of(here()).rcv_wnd());
  return fail_claim("the kernel acknowledged " + bytes + ", and no more within " +
                        wire::format_duration(patience) + ": it offers " + window,
                    "acknowledged " + bytes, "all of the stream acknowledged", bytes + ", " + window);
}

}  // namespace tcpcraft::engine
