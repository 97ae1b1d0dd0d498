// The application behind the kernel's segments: the calls that it made, as far as those tell.

#include "application.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <tcpcraft/model/arrive.hpp>
#include <tcpcraft/wire/notation.hpp>

#include "arrivals.hpp"
#include "inference.hpp"
#include "streams.hpp"

namespace tcpcraft::record {
namespace {

using namespace std::chrono_literals;
using wire::Flag;
using wire::SeqNum;

std::vector<Event> completed(std::vector<Event> events) {
  for (Event& event : events)
    if (auto* one = std::get_if<Passed>(&event.what))
      one->segment.payload.resize(one->segment.payload.size() + std::exchange(one->missing, 0));
  return events;
}

SeqNum end_of_data(const wire::Segment& segment) {
  return segment.seq + (segment.has(Flag::syn) ? 1 : 0) + static_cast<std::int64_t>(segment.payload.size());
}

/// Inserts the calls of one connection's application, following the kernel as they are made.
class Caller {
  static constexpr std::size_t most_unread = 16384;  ///< before the window is in danger

 public:
  Caller(const Conversation& conversation, bool pieces)
      : originals_(conversation.events),
        events_(completed(conversation.events)),
        streams_(streams_of(conversation)),
        pieces_(pieces),
        largest_(largest_segment(events_)),
        small_buffer_(receive_buffer_of(conversation)),
        tcb_(model::listening()) {}

  std::vector<Event> run() {
    for (index_ = 0; index_ < events_.size(); ++index_) {
      const Passed* one = passed_in(events_[index_]);
      if (index_ == 0 && small_buffer_) call("set SO_RCVBUF " + std::to_string(*small_buffer_));
      if (one && !one->to_kernel && !one->bad_checksum) before(one->segment);
      const bool is_much = !small_buffer_ && unread() >= most_unread;
      if (one && one->to_kernel && is_much && !one->segment.payload.empty() && has_read()) read();
      if (one && one->to_kernel) {
        arrival_ = result_.size();
        edge_ = tcb_.snd_una + tcb_.snd_wnd;
      }
      result_.push_back(originals_[index_]);
      if (one) after(*one);
    }
    return std::move(result_);
  }

 private:
  wire::Time now() const { return events_[index_].time; }
  /// Of the last event before this one: when the kernel set the timer that this one is of.
  wire::Time earlier() const { return index_ == 0 ? now() : events_[index_ - 1].time; }

  void call(std::string text) { call_at(now(), std::move(text)); }
  void call_at(wire::Time time, std::string text) {
    result_.push_back({time, 0, Call{std::move(text), false}});
  }

  /// What the application did to make the kernel send this.
  void before(const wire::Segment& segment) {
    if (segment.has(Flag::syn)) return open(segment);
    if (!opened_) return;
    if (segment.has(Flag::rst)) return abort(segment);
    if (is_probe(segment)) return tcb_.snd_wnd == 0 ? wait_for_window() : keep_alive();
    const bool opens_window =
        segment.seg_len() == 0 && segment.ack == tcb_.last_ack_sent && segment.window > window_;
    if (opens_window) return read();
    const SeqNum end = segment.seq + static_cast<std::int64_t>(segment.payload.size());
    const bool is_news = !segment.payload.empty() && wire::after(end, written_) && !shut_;
    const bool ends = segment.has(Flag::fin) && !shut_;
    if (is_news && ends && wire::after(end, edge_) && arrival_ < result_.size()) return catch_up(segment);
    if (is_news) write(segment);
    if (ends) close();
  }

  void open(const wire::Segment& segment) {
    if (opened_ && iss_ == segment.seq) return;
    const bool connects = !segment.has(Flag::ack), with_data = connects && !segment.payload.empty();
    if (with_data) call("set TCP_FASTOPEN_CONNECT 1");
    if (connects) call(with_data ? "connect -> ok" : "connect");
    passive_ = !connects;
    opened_ = true;
    accepted_ = shut_ = closed_ = false;
    iss_ = segment.seq;
    written_ = pushed_ = segment.seq + 1;
    read_.reset();
    if (with_data) write(segment);
  }

  void after(const Passed& passed) {
    const wire::Segment& segment = passed.segment;
    if (!passed.to_kernel) {
      model::transmitted(tcb_, segment);
      const SeqNum end = segment.seq + static_cast<std::int64_t>(segment.payload.size());
      if (!segment.payload.empty() && segment.payload.size() < largest_) small_end_ = end;
      window_ = segment.window;
      offered_ = edge_of(segment);
      if (segment.has(Flag::syn)) read_edge_ = offered_;
      if (segment.has(Flag::syn) && passive_ && tcb_.irs) read_ = *tcb_.irs + 1;
      if (segment.has(Flag::syn) && read_ && wire::after(segment.ack, *read_)) accept();
      return;
    }
    if (!passed.bad_checksum) model::follow(tcb_, segment);
    if (!read_ && tcb_.irs) read_ = *tcb_.irs + 1;
    if (passive_ && opened_ && model::is_synchronized(tcb_.state)) accept();
  }

  void accept() {
    if (!std::exchange(accepted_, true)) call("accept");
  }

  /// Bytes that have come in order.
  std::size_t unread() const {
    if (!read_) return 0;
    const std::int32_t come = tcb_.rcv_nxt - *read_ - (tcb_.fin_received ? 1 : 0);
    return come > 0 ? static_cast<std::size_t>(come) : 0;
  }

  void read() {
    const std::size_t bytes = unread();
    if (bytes == 0) return;
    constexpr std::size_t worth_telling = 4096;
    result_.push_back({now(), 0, Call{"read", bytes >= worth_telling && !small_buffer_}});
    *read_ += static_cast<std::int64_t>(bytes);
    read_edge_ = offered_;
  }

  SeqNum edge_of(const wire::Segment& ours) const {
    const bool scaled = tcb_.scaling() && !ours.has(Flag::syn);
    return ours.ack + (std::int64_t{ours.window} << (scaled ? *tcb_.offered.window_scale : 0));
  }

  /// Whether the window that the kernel offers next shows that somebody reads.
  bool has_read() const {
    for (std::size_t i = index_; i < events_.size(); ++i) {
      const Passed* one = passed_in(events_[i]);
      if (!one || one->to_kernel || !one->segment.has(Flag::ack) || one->segment.has(Flag::rst)) continue;
      if (wire::before(one->segment.ack, tcb_.rcv_nxt)) continue;
      return edge_of(one->segment) - read_edge_ >= static_cast<std::int32_t>(unread() / 2);
    }
    return true;
  }

  /// A bare segment in front of what was acknowledged, which asks for an answer.
  bool is_probe(const wire::Segment& segment) const {
    return segment.seg_len() == 0 && segment.seq == tcb_.snd_una - 1 && tcb_.snd_una == tcb_.snd_nxt &&
           now() - earlier() >= 100ms;
  }

  /// The window is closed to what was written, or to the FIN.
  void wait_for_window() {
    if (wire::after(written_, tcb_.snd_nxt) || shut_) return;
    for (std::size_t i = index_; i < events_.size(); ++i) {
      const Passed* one = passed_in(events_[i]);
      if (!one || one->to_kernel || one->segment.has(Flag::rst)) continue;
      const SeqNum end = one->segment.seq + static_cast<std::int64_t>(one->segment.payload.size());
      if (wire::after(end, written_)) return write(one->segment, earlier());
      if (one->segment.has(Flag::fin)) return close(earlier());
    }
    call_at(earlier(), "write len=1");  // how much it was is not in the capture
    written_ += 1;
  }

  /// The first of its kind: how long it waited, and how it went on.
  void keep_alive() {
    if (std::exchange(kept_alive_, true)) return;
    const auto seconds = [](wire::Duration gap) {
      return std::to_string(std::max<std::int64_t>(1, (gap + 500ms) / 1s));
    };
    std::size_t count = 1;
    wire::Duration interval = now() - earlier();
    const Passed* last = passed_in(events_[index_]);
    for (std::size_t i = index_ + 1; i < events_.size(); ++i, ++count) {
      const Passed* one = passed_in(events_[i]);
      if (one && one->to_kernel) break;
      if (count == 1) interval = events_[i].time - now();
      last = one;
      if (one && one->segment.has(Flag::rst)) break;
    }
    call_at(earlier(), "set TCP_KEEPIDLE " + seconds(now() - earlier()));
    call_at(earlier(), "set TCP_KEEPINTVL " + seconds(interval));
    if (last && last->segment.has(Flag::rst)) {
      call_at(earlier(), "set TCP_KEEPCNT " + std::to_string(count));
      closed_ = shut_ = true;
    }
    call_at(earlier(), "set SO_KEEPALIVE on");
  }

  struct Chunk {
    SeqNum end;
    bool is_urgent = false, with_fin = false;
  };
  /// As much in one call as the kernel pushed together.
  Chunk chunk(const wire::Segment& first) const {
    if (first.has(Flag::urg)) {
      const SeqNum urgent = first.seq + first.urgent_pointer;
      if (wire::after(urgent, written_)) return {urgent, true, false};
    }
    Chunk result{written_};
    for (std::size_t i = index_; i < events_.size(); ++i) {
      const Passed* one = passed_in(events_[i]);
      if (!one || one->to_kernel || one->segment.payload.empty()) continue;
      const SeqNum last = end_of_data(one->segment);
      if (!wire::after(last, result.end)) continue;
      result = {last, false, one->segment.has(Flag::fin)};
      if (one->segment.has(Flag::psh) || one->segment.has(Flag::syn) || pieces_) break;
    }
    return result;
  }

  /// Nagle's algorithm would have held it back: it is small, and so is one that is under way.
  bool needs_nodelay(const wire::Segment& segment) const {
    const SeqNum end = segment.seq + static_cast<std::int64_t>(segment.payload.size());
    return !nodelay_ && segment.payload.size() < largest_ && small_end_ &&
           wire::after(*small_end_, tcb_.snd_una) && !segment.has(Flag::fin) && end != edge_;
  }

  void write(const wire::Segment& segment) { write(segment, now()); }
  void write(const wire::Segment& segment, wire::Time time) {
    read();
    const Stream& stream = streams_.kernel;
    const Chunk piece = chunk(segment);
    const auto from = written_ - *stream.start, to = piece.end - *stream.start;
    if (from < 0 || to > static_cast<std::int64_t>(stream.data.size())) return;
    if (needs_nodelay(segment)) {
      call("set TCP_NODELAY on");
      nodelay_ = true;
    }
    constexpr std::int64_t longest = 200;
    const bool by_length = to - from > longest || stream.cut;
    std::string data =
        by_length ? "len=" + std::to_string(to - from)
                  : wire::format_payload(wire::Bytes(stream.data.begin() + from, stream.data.begin() + to),
                                         4 * longest);
    if (piece.with_fin) call("set TCP_CORK on");  // or the FIN would have come by itself
    call_at(time, "write " + data + (piece.is_urgent ? " oob" : ""));
    mark(piece.end, by_length);
    written_ = pushed_ = piece.end;
  }

  /// What a call writes without saying what is expected so, too. The kernel pushes its end, and what lies
  /// half the largest window behind what it last pushed.
  void mark(SeqNum end, bool by_length) {
    const auto half = static_cast<std::int64_t>(tcb_.max_snd_wnd / 2);
    const auto size = static_cast<std::uint32_t>(end - written_);
    std::set<std::uint32_t> pushed;
    for (std::size_t i = index_; i < events_.size(); ++i) {
      const Passed* one = passed_in(events_[i]);
      if (!one || one->to_kernel || one->segment.payload.empty()) continue;
      const bool is_on_syn = one->segment.has(Flag::syn);
      if (!wire::in_range(one->segment.seq + (is_on_syn ? 1 : 0), written_, size)) continue;
      auto& original = std::get<Passed>(originals_[i].what);
      original.by_length |= by_length;
      if (is_on_syn) continue;
      const SeqNum last = one->segment.seq + static_cast<std::int64_t>(one->segment.payload.size());
      const bool far = one->segment.payload.size() >= largest_ && last - pushed_ > half;
      if (last == end || far) pushed.insert(last.raw());
      if (far && wire::after(last, pushed_)) pushed_ = last;
      if (pushed.contains(last.raw())) original.segment.flags.set(Flag::psh);
    }
  }

  /// The window kept the rest, and the FIN behind it, from being sent before the peer's last segment came.
  void catch_up(const wire::Segment& segment) {
    const std::size_t made = result_.size();
    write(segment, result_[arrival_].time);
    std::erase_if(result_, [](const Event& event) {
      const auto* one = std::get_if<Call>(&event.what);
      return one && one->text == "set TCP_CORK on";
    });
    close(result_[arrival_].time);
    const auto begin = result_.begin();
    std::rotate(begin + static_cast<std::ptrdiff_t>(arrival_), begin + static_cast<std::ptrdiff_t>(made),
                result_.end());
  }

  /// Whether behind its FIN the kernel resets what nobody owns any more only then; or answers, while the peer
  /// has not closed, what is no data.
  bool is_owned_later() const {
    bool acknowledged = false;
    const Passed* before = nullptr;
    for (std::size_t i = index_ + 1; i < events_.size(); ++i) {
      const Passed* one = passed_in(events_[i]);
      if (!one) continue;
      const wire::Segment& segment = one->segment;
      if (one->to_kernel && segment.has(Flag::fin)) return false;
      if (one->to_kernel && !segment.has(Flag::syn)) acknowledged |= segment.ack == streams_.kernel.next();
      if (!one->to_kernel && segment.has(Flag::rst))
        return segment.has(Flag::ack) && segment.seq == streams_.kernel.next();
      const bool answers = !one->to_kernel && acknowledged && before && before->to_kernel &&
                           before->segment.payload.empty() && segment.seg_len() == 0;
      // A reset that is outside of the window is what an owner does not answer.
      constexpr std::uint32_t window = 65536;
      if (answers)
        return !before->segment.has(Flag::rst) || wire::in_range(before->segment.seq, segment.ack, window);
      before = one;
    }
    return false;
  }

  /// Whether the kernel acknowledges data behind its FIN: somebody may still read it.
  bool receives_later() const {
    if (is_owned_later()) return true;
    const auto& news = streams_.peer.news;
    if (news.empty() || news.back() <= index_) return false;
    const auto first = *std::upper_bound(news.begin(), news.end(), index_);
    const wire::Segment& data = passed_in(events_[first])->segment;
    const SeqNum end = data.seq + static_cast<std::int64_t>(data.payload.size());
    for (std::size_t i = first + 1; i < events_.size(); ++i) {
      const Passed* one = passed_in(events_[i]);
      if (one && !one->to_kernel && !one->segment.has(Flag::rst) && !wire::before(one->segment.ack, end))
        return true;
    }
    return false;
  }

  void close() { close(now()); }
  void close(wire::Time time) {
    read();
    const bool half = receives_later();
    call_at(time, half ? "shutdown write" : "close");
    shut_ = true;
    closed_ = !half;
  }

  void abort(const wire::Segment& segment) {
    if (closed_) return;
    const Passed* last = arrival_ < result_.size() ? passed_in(result_[arrival_]) : nullptr;
    const bool opens = last && last->segment.has(Flag::syn) && last->segment.has(Flag::ack);
    if (opens && !segment.has(Flag::ack) && tcb_.state == model::State::established) {
      // It had closed before it was answered.
      result_.insert(result_.begin() + static_cast<std::ptrdiff_t>(arrival_),
                     {result_[arrival_].time, 0, Call{"close", false}});
      closed_ = shut_ = true;
    }
    if (closed_ || !segment.has(Flag::ack) || segment.seq != tcb_.snd_nxt) return;
    if (unread() == 0) call("set SO_LINGER on 0");
    call("close");
    closed_ = shut_ = true;
  }

  std::vector<Event> originals_;     ///< that become the result
  const std::vector<Event> events_;  ///< with zeros for what was not captured
  const Streams streams_;
  const bool pieces_;  ///< each segment has a call of its own
  const std::size_t largest_;
  const std::optional<unsigned> small_buffer_;
  model::Tcb tcb_;  ///< the kernel's
  std::vector<Event> result_;
  std::size_t index_ = 0;
  std::size_t arrival_ = 0;  ///< of the peer's last segment, in `result_`
  SeqNum edge_;              ///< of the window before that came
  bool opened_ = false, passive_ = false, accepted_ = false, shut_ = false, closed_ = false;
  bool nodelay_ = false, kept_alive_ = false;
  SeqNum iss_, written_, pushed_;
  SeqNum offered_, read_edge_;  ///< the edge of the kernel's window: now, and when it last read
  std::uint16_t window_ = 0;    ///< that the kernel offered last
  std::optional<SeqNum> read_, small_end_;
};

}  // namespace

std::vector<Event> with_calls(const Conversation& conversation, bool pieces) {
  return Caller(conversation, pieces).run();
}

}  // namespace tcpcraft::record
