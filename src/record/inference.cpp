// What a capture does not show, from what it shows: the application behind the kernel's segments, and the
// network.

#include "inference.hpp"

#include <algorithm>

#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::record {
namespace {

using wire::Flag;
using wire::SeqNum;

/// What one side said: its data in order, each byte once, and its end.
struct Stream {
  std::optional<SeqNum> start;  ///< of its data
  wire::Bytes data;
  bool whole = true;                    ///< nothing of it is missing
  std::optional<std::size_t> fin, rst;  ///< the event
  std::vector<std::size_t> news;        ///< the events with new data

  SeqNum end() const { return *start + static_cast<std::int64_t>(data.size()); }

  void take(const Passed& passed, std::size_t event) {
    const wire::Segment& segment = passed.segment;
    if (segment.has(Flag::syn)) start = segment.seq + 1;
    if (segment.has(Flag::rst) && !rst) rst = event;
    if (!start) return;
    const SeqNum seq = segment.seq + (segment.has(Flag::syn) ? 1 : 0);
    const std::int32_t known = end() - seq;
    const auto size = static_cast<std::int32_t>(segment.payload.size());
    if (known >= 0 && known < size && !fin) {
      data.insert(data.end(), segment.payload.begin() + known, segment.payload.end());
      news.push_back(event);
    }
    if (known < 0 || passed.missing > 0) whole = false;
    if (segment.has(Flag::fin) && !fin) fin = event;
  }
};

struct Streams {
  Stream peer, kernel;
};

Streams streams_of(const Conversation& conversation) {
  Streams streams;
  for (std::size_t i = 0; i < conversation.events.size(); ++i)
    if (const auto* passed = std::get_if<Passed>(&conversation.events[i].what))
      (passed->to_kernel ? streams.peer : streams.kernel).take(*passed, i);
  return streams;
}

const wire::Segment* first_syn(const Conversation& conversation, bool to_kernel) {
  for (const Event& event : conversation.events)
    if (const auto* passed = std::get_if<Passed>(&event.what);
        passed && passed->to_kernel == to_kernel && passed->segment.has(Flag::syn))
      return &passed->segment;
  return nullptr;
}

bool is_prefix(const wire::Bytes& a, const wire::Bytes& of) {
  return a.size() <= of.size() && std::equal(a.begin(), a.end(), of.begin());
}

/// Closes for its own reasons, not because the other side has.
bool closes_first(const Streams& streams) {
  return streams.kernel.fin && (!streams.peer.fin || *streams.kernel.fin < *streams.peer.fin);
}

std::string app_of(const Conversation& conversation, const Streams& streams) {
  const wire::Segment* syn = first_syn(conversation, false);
  if (!syn) return streams.kernel.rst ? "none" : "script";
  if (!syn->has(Flag::ack)) return "script";
  const Stream &peer = streams.peer, &kernel = streams.kernel;
  if (!peer.whole || !kernel.whole || peer.data.empty()) return "script";
  const bool ends = kernel.fin.has_value();
  if (kernel.rst) return "script";
  const bool echoes = !kernel.data.empty() && is_prefix(kernel.data, peer.data);
  constexpr std::size_t read_of_echo_once = 256;
  if (echoes && ends && closes_first(streams) && kernel.data.size() <= read_of_echo_once &&
      kernel.news.size() == 1)
    return "echo-once";
  if (closes_first(streams) || (ends != peer.fin.has_value())) return "script";
  if (echoes && kernel.data.size() == peer.data.size()) return "echo";
  if (kernel.data.empty() && ends) return "discard";
  return "script";
}

/// Inserts the calls of one connection's application.
class Caller {
 public:
  Caller(const Conversation& conversation, const Streams& streams)
      : conversation_(conversation), streams_(streams) {}

  std::vector<Event> run() {
    for (index_ = 0; index_ < conversation_.events.size(); ++index_) {
      const Event& event = conversation_.events[index_];
      const auto* passed = std::get_if<Passed>(&event.what);
      if (passed && !passed->to_kernel) before(passed->segment);
      result_.push_back(event);
      if (passed && passed->to_kernel) after(passed->segment);
    }
    return std::move(result_);
  }

 private:
  void call(std::string text) {
    result_.push_back({conversation_.events[index_].time, 0, Call{std::move(text)}});
  }

  /// What the application did to make the kernel send this.
  void before(const wire::Segment& segment) {
    if (segment.has(Flag::syn)) {
      if (!segment.has(Flag::ack) && !opened_) call("connect");
      opened_ = true;
      passive_ |= segment.has(Flag::ack);
      written_ = sent_ = segment.seq + 1;
      return;
    }
    if (!opened_) return;
    if (segment.has(Flag::rst)) return abort(segment);
    const SeqNum end = segment.seq + static_cast<std::int64_t>(segment.payload.size());
    if (!segment.payload.empty() && !closed_ && wire::after(end, written_)) write(segment);
    if (segment.has(Flag::fin) && !closed_) close();
  }

  void after(const wire::Segment& segment) {
    const bool has_data = !segment.payload.empty() || segment.has(Flag::fin);
    if (passive_ && !accepted_ && segment.has(Flag::ack) && !segment.has(Flag::syn) &&
        !segment.has(Flag::rst)) {
      call("accept");
      accepted_ = true;
    }
    if (has_data) unread_ += segment.payload.size();
  }

  void read() {
    if (unread_ == 0) return;
    call("read");
    unread_ = 0;
  }

  /// As much in one call as the kernel pushed together.
  void write(const wire::Segment& first) {
    read();
    const Stream& stream = streams_.kernel;
    SeqNum end = written_;
    for (std::size_t i = index_; i < conversation_.events.size(); ++i) {
      const auto* passed = std::get_if<Passed>(&conversation_.events[i].what);
      if (!passed || passed->to_kernel || passed->segment.payload.empty()) continue;
      const SeqNum last = passed->segment.seq + static_cast<std::int64_t>(passed->segment.payload.size());
      if (!wire::after(last, end)) continue;
      end = last;
      if (passed->segment.has(Flag::psh)) break;
    }
    const auto from = written_ - *stream.start, to = end - *stream.start;
    if (from < 0 || to > static_cast<std::int64_t>(stream.data.size())) return;
    constexpr std::int64_t longest = 200;
    const std::string data =
        to - from > longest
            ? "len=" + std::to_string(to - from)
            : wire::format_payload(wire::Bytes(stream.data.begin() + from, stream.data.begin() + to),
                                   4 * longest);
    if (first.has(Flag::fin)) call("set TCP_CORK on");  // or the FIN would have come by itself
    call("write " + data);
    written_ = end;
  }

  /// Whether the kernel goes on receiving behind its FIN.
  bool receives_later() const {
    if (streams_.kernel.rst) return false;
    const auto& news = streams_.peer.news;
    return !news.empty() && news.back() > index_;
  }

  void close() {
    read();
    call(receives_later() ? "shutdown write" : "close");
    closed_ = true;
  }

  void abort(const wire::Segment& segment) {
    if (closed_ || !segment.has(Flag::ack) || segment.seq != streams_.kernel.end()) return;
    if (unread_ == 0) call("set SO_LINGER on 0");
    call("close");
    closed_ = true;
  }

  const Conversation& conversation_;
  const Streams& streams_;
  std::vector<Event> result_;
  std::size_t index_ = 0;
  bool opened_ = false, passive_ = false, accepted_ = false, closed_ = false;
  std::size_t unread_ = 0;
  SeqNum written_, sent_;
};

bool has(const wire::Segment& syn, const char* what) {
  const std::string_view name(what);
  if (name == "tcp_timestamps") return wire::find<wire::Timestamps>(syn.options);
  if (name == "tcp_sack") return wire::find<wire::SackPermitted>(syn.options);
  return wire::find<wire::WindowScale>(syn.options);
}

}  // namespace

Inferred infer(const Conversation& conversation) {
  Inferred result;
  result.app = app_of(conversation, streams_of(conversation));
  const wire::Segment* const theirs = first_syn(conversation, true);
  const wire::Segment* const ours = first_syn(conversation, false);
  const wire::IpAddress& kernel = conversation.kernel.address;
  result.tun = !kernel.is_loopback() && kernel != conversation.peers.front().address;
  if (!ours) return result;
  const unsigned headers = kernel.is_v6() ? 60 : 40;
  const unsigned usual = result.tun ? 1500 - headers : kernel.is_v6() ? 65476 : 65495;
  if (const auto* mss = wire::find<wire::Mss>(ours->options); mss && mss->value != usual)
    result.mtu = mss->value + headers;
  const bool active = !ours->has(Flag::ack);
  for (const char* name : {"tcp_timestamps", "tcp_sack", "tcp_window_scaling"})
    if (!has(*ours, name) && (active || (theirs && has(*theirs, name))))
      result.sysctls.emplace_back(name, "0");
  const bool asks = theirs && theirs->has(Flag::ece) && theirs->has(Flag::cwr);
  if (active && ours->has(Flag::ece)) result.sysctls.emplace_back("tcp_ecn", "1");
  if (!active && asks && !ours->has(Flag::ece)) result.sysctls.emplace_back("tcp_ecn", "0");
  return result;
}

std::vector<Event> with_calls(const Conversation& conversation) {
  const Streams streams = streams_of(conversation);
  return Caller(conversation, streams).run();
}

}  // namespace tcpcraft::record
