#include <algorithm>
#include <set>

#include <tcpcraft/record/split.hpp>

#include "messages.hpp"
#include "notes.hpp"

namespace tcpcraft::record {
namespace {

using namespace std::chrono_literals;
using wire::Flag;

/// Who opened it; where no SYN tells, the one with the higher port.
wire::Endpoint client_of(const std::vector<capture::Packet>& packets) {
  for (const capture::Packet& packet : packets) {
    const wire::Segment& segment = packet.segment;
    if (segment.has(Flag::syn)) return segment.has(Flag::ack) ? segment.destination : segment.source;
  }
  const wire::Segment& segment = packets.front().segment;
  return segment.source.port > segment.destination.port ? segment.source : segment.destination;
}

Passed passed(capture::Packet&& packet, bool to_kernel) {
  Passed result;
  result.to_kernel = to_kernel;
  const auto captured = static_cast<std::uint32_t>(packet.segment.payload.size());
  result.missing = packet.cut && packet.data_size > captured ? packet.data_size - captured : 0;
  result.bad_checksum = packet.checksum == capture::Checksum::wrong;
  result.packet = packet.number;
  result.segment = std::move(packet.segment);
  return result;
}

/// Segments and messages in the order of the capture.
template <class Use>
void in_order(std::vector<capture::Packet>& packets, std::vector<capture::Message>& messages, Use use) {
  auto message = messages.begin();
  for (capture::Packet& packet : packets) {
    for (; message != messages.end() && message->number < packet.number; ++message) use(*message);
    use(packet);
  }
  for (; message != messages.end(); ++message) use(*message);
}

std::optional<Event> event_of(const capture::Message& message, std::size_t peer) {
  const auto report = parse_message(message);
  if (!report) return {};
  return Event{message.time, peer, Message{report->spec, report->seq}};
}

/// A call that blocked was begun before what it made the kernel send; pauses are told of in the end, and may
/// be seen to end after the call that followed. A stream ended with the last segment before its end.
void insert(std::vector<Event>& events, Event note) {
  auto place = events.end();
  const auto* call = std::get_if<Call>(&note.what);
  const auto* pause = std::get_if<Pause>(&note.what);
  if (!call || call->text.starts_with("close"))
    while (place != events.begin() && std::prev(place)->time > note.time) --place;
  constexpr auto late = 2ms;
  if (pause && pause->duration > 2 * late)
    while (place != events.begin() && std::holds_alternative<Call>(std::prev(place)->what) &&
           std::prev(place)->time > note.time - late)
      --place;
  if (std::holds_alternative<Streamed>(note.what))
    while (place != events.begin() && std::holds_alternative<Call>(std::prev(place)->what)) --place;
  events.insert(place, std::move(note));
}

/// The calls on connections of which no packet is wanted.
void drop_unseen(std::vector<Event>& events) {
  std::set<std::size_t> seen;
  for (const Event& event : events)
    if (!std::holds_alternative<Call>(event.what)) seen.insert(event.peer);
  std::erase_if(events, [&](const Event& event) { return !seen.contains(event.peer); });
}

}  // namespace

Splitter::Splitter(Side peer, capture::Comments comments, Limits limits)
    : peer_(peer), comments_(std::move(comments)), limits_(limits), noted_(parse_section(comments_.section)) {
  if (peer_ != Side::noted) noted_.reset();
}

std::string Splitter::key_of(const wire::Endpoint& one, const wire::Endpoint& other) const {
  if (noted_) return "";
  const std::string a = one.to_string(), b = other.to_string();
  return a < b ? a + " " + b : b + " " + a;
}

void Splitter::add(const capture::Packet& packet) {
  const wire::Segment& segment = packet.segment;
  Flow& flow = flows_[key_of(segment.source, segment.destination)];
  if (flow.number == 0) flow.number = ++count_;
  flow.last = now_ = packet.time;
  if (segment.has(Flag::syn)) flow.ends = 0;
  if (segment.has(Flag::rst)) flow.ends = 2;
  if (segment.has(Flag::fin) && (flow.ends == 0 || (flow.ends == 1 && flow.ended != segment.source))) {
    ++flow.ends;
    flow.ended = segment.source;
  }
  // One whose segments are no longer kept has its first: that tells who is who.
  if (!flow.too_much.empty() && !flow.packets.empty()) return;
  flow.packets.push_back(packet);
  const std::size_t size =
      sizeof packet + segment.payload.size() + segment.options.size() * sizeof(wire::Option);
  flow.data += segment.payload.size();
  keep(flow, size);
}

void Splitter::add(const capture::Message& message) {
  const auto report = parse_message(message);
  if (!report) return;
  const auto flow = flows_.find(key_of(report->source, report->destination));
  if (flow == flows_.end() || !flow->second.too_much.empty()) return;
  flow->second.messages.push_back(message);
  keep(flow->second, sizeof message + message.datagram.size());
}

void Splitter::keep(Flow& flow, std::size_t bytes) {
  flow.bytes += bytes;
  bytes_ += bytes;
  bound(flow);
}

void Splitter::refuse(Flow& flow, std::string reason) {
  flow.too_much = std::move(reason);
  flow.packets.erase(flow.packets.begin() + 1, flow.packets.end());
  flow.packets.shrink_to_fit();
  flow.messages.clear();
  bytes_ -= flow.bytes;
  flow.bytes = 0;
}

void Splitter::bound(Flow& flow) {
  const std::string too_long = " are no scenario that anybody reads: replay plays it again";
  if (flow.packets.size() > limits_.segments)
    refuse(flow, "more than " + std::to_string(limits_.segments) + " segments" + too_long);
  else if (flow.data > limits_.bytes)
    refuse(flow, "more than " + std::to_string(limits_.bytes >> 20u) + " MiB of data" + too_long);
  if (bytes_ <= limits_.all_bytes) return;
  const auto largest = std::max_element(flows_.begin(), flows_.end(), [](const auto& a, const auto& b) {
    return a.second.bytes < b.second.bytes;
  });
  refuse(largest->second,
         "too many connections go on at its time to keep it in memory: choose some by --flow");
}

/// Those that both sides have ended, and of all others those that are too many.
std::vector<Splitter::Flows::iterator> Splitter::over() {
  const wire::Duration patience = is_tight() ? std::min<wire::Duration>(limits_.over, 1s) : limits_.over;
  std::vector<Flows::iterator> over, open;
  for (auto flow = flows_.begin(); flow != flows_.end(); ++flow) {
    const bool is_over = flow->second.ends == 2 && now_ - flow->second.last > patience;
    (is_over ? over : open).push_back(flow);
  }
  if (open.size() > limits_.open) {
    const auto first_kept = open.end() - static_cast<std::ptrdiff_t>(limits_.open);
    std::nth_element(open.begin(), first_kept, open.end(),
                     [](const auto& a, const auto& b) { return a->second.last < b->second.last; });
    over.insert(over.end(), open.begin(), first_kept);
  }
  std::sort(over.begin(), over.end(),
            [](const auto& a, const auto& b) { return a->second.number < b->second.number; });
  return over;
}

std::vector<Conversation> Splitter::finished() {
  const std::size_t now_and_then = is_tight() ? 256 : 4096;
  std::vector<Conversation> result;
  if (noted_ || ++added_ % now_and_then != 0) return result;
  for (const auto& flow : over()) {
    result.push_back(conversation(flow->second));
    bytes_ -= flow->second.bytes;
    flows_.erase(flow);
  }
  return result;
}

Conversation Splitter::conversation(Flow& flow) const {
  const wire::Segment& segment = flow.packets.front().segment;
  const wire::Endpoint client = client_of(flow.packets);
  const wire::Endpoint server = segment.source == client ? segment.destination : segment.source;
  Conversation result;
  const bool serves = peer_ != Side::server;
  result.kernel = serves ? server : client;
  result.peers = {serves ? client : server};
  result.number = flow.number;
  result.too_much = flow.too_much;
  struct {
    Conversation& result;
    void operator()(capture::Packet& packet) const {
      const bool to_kernel = packet.segment.destination == result.kernel;
      result.events.push_back({packet.time, 0, passed(std::move(packet), to_kernel)});
    }
    void operator()(const capture::Message& message) const {
      if (parse_message(message)->source != result.kernel) return;  // about what the peer sent
      result.events.push_back(*event_of(message, 0));
    }
  } use{result};
  in_order(flow.packets, flow.messages, use);
  return result;
}

/// All of a capture that says of itself between whom it is.
Conversation Splitter::noted() {
  Conversation result = std::move(*noted_);
  if (!flows_.empty()) result.too_much = flows_.begin()->second.too_much;
  wire::Time last{};
  const auto peer_at = [&](const wire::Endpoint& end) -> std::optional<std::size_t> {
    const auto found = std::find(result.peers.begin(), result.peers.end(), end);
    if (found == result.peers.end()) return {};
    return static_cast<std::size_t>(found - result.peers.begin());
  };
  const auto say = [&](const std::vector<std::string>& comments, wire::Time time) {
    for (const std::string& comment : comments)
      if (auto note = parse_note(comment, time, *result.conditions)) insert(result.events, std::move(*note));
  };
  struct {
    decltype(say)& say_calls;
    decltype(peer_at)& find_peer;
    Conversation& result;
    const capture::Comments& comments;
    wire::Time& last;
    std::size_t latest = 0;

    void said_before(std::uint64_t number, wire::Time time) {
      last = time;
      if (const auto found = comments.packets.find(number); found != comments.packets.end())
        say_calls(found->second, time);
    }
    void operator()(capture::Packet& packet) {
      said_before(packet.number, packet.time);
      const wire::Segment& segment = packet.segment;
      const auto from = find_peer(segment.source);
      const bool ports = segment.source.port == result.kernel.port && !from;
      const bool to_kernel =
          from || segment.destination == result.kernel || !(ports || find_peer(segment.destination));
      const auto own = to_kernel ? from : find_peer(segment.destination);
      if (own) latest = *own;  // strangers are of the connection whose step began them
      result.events.push_back({packet.time, own.value_or(latest), passed(std::move(packet), to_kernel)});
    }
    void operator()(const capture::Message& message) {
      said_before(message.number, message.time);
      if (auto event = event_of(message, find_peer(parse_message(message)->destination).value_or(0)))
        result.events.push_back(std::move(*event));
    }
  } use{say, peer_at, result, comments_, last};
  for (auto& [key, flow] : flows_) in_order(flow.packets, flow.messages, use);
  say(comments_.end, last);
  if (result.peers.size() > 1) drop_unseen(result.events);
  return result;
}

std::vector<Conversation> Splitter::take() {
  std::vector<Conversation> result;
  if (noted_) {
    result.push_back(noted());
    return result;
  }
  for (auto& [key, flow] : flows_)
    if (!flow.packets.empty()) result.push_back(conversation(flow));
  flows_.clear();
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  return result;
}

}  // namespace tcpcraft::record
