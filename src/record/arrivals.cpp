#include "arrivals.hpp"

#include <algorithm>
#include <set>

#include "streams.hpp"

namespace tcpcraft::record {
namespace {

using wire::Flag;
using wire::SeqNum;

std::vector<Event> cut(const std::vector<Event>& events) {
  const std::size_t most = largest_segment(events);
  std::vector<Event> result;
  for (const Event& event : events) {
    const Passed* one = passed_in(event);
    if (!one || one->to_kernel || one->missing > 0 || one->segment.payload.size() <= most) {
      result.push_back(event);
      continue;
    }
    const wire::Segment& whole = one->segment;
    for (std::size_t at = 0; at < whole.payload.size(); at += most) {
      const std::size_t end = std::min(at + most, whole.payload.size());
      Event piece = event;
      wire::Segment& segment = std::get<Passed>(piece.what).segment;
      segment.seq += static_cast<std::int64_t>(at);
      segment.payload.assign(whole.payload.begin() + static_cast<std::ptrdiff_t>(at),
                             whole.payload.begin() + static_cast<std::ptrdiff_t>(end));
      constexpr std::uint16_t last_only =
          static_cast<std::uint16_t>(Flag::psh) | static_cast<std::uint16_t>(Flag::fin);
      if (end < whole.payload.size())
        segment.flags = wire::Flags(static_cast<std::uint16_t>(whole.flags.bits() & ~last_only));
      result.push_back(std::move(piece));
    }
  }
  return result;
}

/// Puts the kernel's segments in front of what they show not to have arrived.
class Order {
 public:
  explicit Order(const std::vector<Event>& events) {
    std::set<std::uint32_t> known;
    for (const Event& event : events)
      if (const Passed* one = passed_in(event); one && one->to_kernel && one->segment.seg_len() > 0)
        if (!known.insert(one->segment.seq.raw()).second) again_.insert(one->segment.seq.raw());
  }

  void add(const Event& event) {
    const Passed* one = passed_in(event);
    if (!one || one->to_kernel) {
      events_.push_back(event);
      return;
    }
    const wire::Segment& segment = one->segment;
    if (const auto overtaken = overtaken_at(event); overtaken != events_.end()) {
      Event moved = event;
      moved.time = overtaken->time;
      events_.insert(overtaken, std::move(moved));
      return;
    }
    auto place = events_.end();
    for (auto back = events_.end(); back != events_.begin();) {
      const Passed* before = passed_in(*--back);
      if (!before || !before->to_kernel) break;
      if (has_not_arrived(before->segment, segment)) place = back;
    }
    Event moved = event;
    if (place != events_.end()) moved.time = place->time;
    if (segment.has(Flag::ack) && !segment.has(Flag::rst)) {
      acked_ = segment.ack;
      window_ = segment.window;
    }
    events_.insert(place, std::move(moved));
  }

  std::vector<Event> take() { return std::move(events_); }

 private:
  /// Where the kernel sent a segment that was captured behind what it sent later: the end, if it was not so.
  /// One that was repeated, since it was lost before it could be captured, is younger than those.
  std::vector<Event>::iterator overtaken_at(const Event& event) {
    constexpr auto soon = std::chrono::milliseconds(3);
    const wire::Segment& segment = passed_in(event)->segment;
    auto place = events_.end();
    if (segment.payload.empty() || !said_.insert(segment.seq.raw()).second) return place;
    const auto* stamp = wire::find<wire::Timestamps>(segment.options);
    for (auto back = events_.end(); back != events_.begin();) {
      const Passed* other = passed_in(*--back);
      if (!other || event.time - back->time > soon) break;
      const wire::Segment& later = other->segment;
      if (other->to_kernel || later.has(Flag::rst)) continue;
      if (!wire::after(later.seq, segment.seq)) break;
      const auto* theirs = wire::find<wire::Timestamps>(later.options);
      const bool younger = stamp && theirs && static_cast<std::int32_t>(stamp->tsval - theirs->tsval) > 0;
      if (!younger && !wire::after(segment.ack, later.ack)) place = back;
    }
    return place;
  }

  /// Whether the kernel had not seen `theirs` when it sent `ours`.
  bool has_not_arrived(const wire::Segment& theirs, const wire::Segment& ours) const {
    if (theirs.has(Flag::syn) || ours.has(Flag::rst) || !ours.has(Flag::ack)) return false;
    // What says nothing new was drawn by what came before it.
    if (ours.seg_len() == 0 && ours.ack == acked_ && ours.window == window_) return false;
    if (theirs.seg_len() > 0)  // what is sent twice may have been lost
      return wire::in_range(ours.ack, theirs.seq, theirs.seg_len()) && !again_.contains(theirs.seq.raw());
    const auto* sent = wire::find<wire::Timestamps>(theirs.options);
    const auto* echoed = wire::find<wire::Timestamps>(ours.options);
    return sent && echoed && theirs.seq == ours.ack && ours.ack == acked_ &&
           static_cast<std::int32_t>(sent->tsval - echoed->tsecr) > 0;
  }

  std::vector<Event> events_;
  std::set<std::uint32_t> again_;  ///< numbers that the peer sent more than once
  std::set<std::uint32_t> said_;   ///< where data of the kernel's began
  SeqNum acked_;                   ///< by the kernel's last segment
  std::uint16_t window_ = 0;       ///< of that
};

}  // namespace

std::size_t largest_segment(const std::vector<Event>& events) {
  const bool v6 = !events.empty() && passed_in(events.front()) &&
                  passed_in(events.front())->segment.source.address.is_v6();
  const std::size_t unless_said = v6 ? 1220 : 536;
  constexpr std::size_t least = 48;  // whatever the other side says
  std::size_t result = 65535;
  int syns = 0, stamped = 0;
  for (const Event& event : events) {
    const Passed* one = passed_in(event);
    if (!one || !one->segment.has(Flag::syn)) continue;
    const auto* mss = wire::find<wire::Mss>(one->segment.options);
    result = std::min(result, mss && mss->value > 0 ? std::size_t{mss->value} : unless_said);
    ++syns;
    stamped += wire::find<wire::Timestamps>(one->segment.options) != nullptr;
  }
  const std::size_t options = stamped == syns ? 12 : 0;
  return std::max(result, least) - options;
}

std::vector<Event> as_it_arrived(const Conversation& conversation, bool known) {
  if (known) return cut(conversation.events);
  Order order(conversation.events);
  for (const Event& event : cut(conversation.events)) order.add(event);
  return order.take();
}

}  // namespace tcpcraft::record
