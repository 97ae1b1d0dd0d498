#include "steps.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include <tcpcraft/model/rules.hpp>

#include "follower.hpp"
#include "transfers.hpp"

namespace tcpcraft::record {
namespace {

using namespace std::chrono_literals;
using wire::Duration;

/// Two figures say enough of a time.
Duration rounded(Duration duration, bool up) {
  Duration unit = 1ms;
  while (duration / unit >= 100) unit *= 10;
  return duration / unit * unit + (up ? unit : Duration{});
}

/// The kernel's timers count in ticks, and from round trips that differ; and the host may have held it up.
wire::Interval around(Duration gap) {
  gap = std::min<Duration>(gap, 24h);
  return {rounded(std::max<Duration>(gap / 2 - 4ms, {}), false), rounded(2 * gap + 20ms, true)};
}

/// Whether the kernel may wait with this acknowledgement.
bool may_be_delayed(const model::Rule* rule) {
  return rule == &model::rules::data_in_order || rule == &model::rules::acknowledgment ||
         rule == &model::rules::established_fin;
}

/// Whether it came of a timer. What `exact` conversations say of time they say themselves: there it counts
/// from where no host is late by so much.
bool is_of_timer(const Expected& expected, const wire::Segment& segment, Duration gap, bool exact) {
  const model::Rule* rule = expected.rule;
  if (rule == &model::rules::retransmission || rule == &model::rules::window_probe ||
      rule == &model::rules::keep_alive || rule == &model::rules::iss_kept || rule == &model::rules::fin_kept)
    return gap >= (exact ? 100ms : 3ms);
  const bool acknowledges = segment.seg_len() == 0 && !segment.has(wire::Flag::rst);
  return gap >= (acknowledges && may_be_delayed(rule) && !exact ? 25ms : 150ms);
}

/// Longer than the kernel remembers what an answer took, and than it is silent for after one that it need not
/// have given.
constexpr Duration long_enough = 600ms;

class Writer {
 public:
  Writer(const Conversation& conversation, const StepOptions& options) : options_(options) {
    const bool is_bulk =
        std::any_of(conversation.events.begin(), conversation.events.end(), [](const auto& event) {
          const auto* passed = std::get_if<Passed>(&event.what);
          constexpr std::size_t much = 16384;
          return passed && !passed->to_kernel && passed->segment.payload.size() >= much;
        });
    for (std::size_t i = 0; i < conversation.peers.size(); ++i)
      connections_.push_back({Follower(options.peers[i], conversation.peers[i], conversation.kernel,
                                       wire::SeqNum(options.peers[i].iss.value_or(0)), options.listening,
                                       options.exact, is_bulk),
                              {}});
  }

  std::vector<Step> run(const std::vector<Event>& events) {
    if (!events.empty()) {
      last_ = events.front().time;
      for (Connection& connection : connections_) connection.last = last_;
    }
    if (!options_.exact) find_quick(events);
    repeats_ = has_repeated(events);
    for (index_ = 0; index_ < events.size(); ++index_)
      std::visit([&](const auto& what) { add(events[index_], what); }, events[index_].what);
    if (is_plain(events)) add_state(connections_.front().follower.kernel().state);
    return std::move(steps_);
  }

 private:
  struct Connection {
    Follower follower;
    wire::Time last;           ///< the end of its previous step
    bool paused = false;       ///< since its previous step: that is all there is to say of time
    std::uint32_t waited = 0;  ///< so far, in milliseconds
    bool accepted = false;     ///< the application has a socket of it
  };

  /// Whether the model can be trusted with the state in which the kernel is left: nothing was sent twice,
  /// nobody gave up, and it is no matter of opinion whether the kernel has the peer's FIN.
  bool is_plain(const std::vector<Event>& events) const {
    const auto is_odd = [](const Event& event) {
      const auto* passed = std::get_if<Passed>(&event.what);
      return std::holds_alternative<Message>(event.what) || (passed && passed->segment.has(wire::Flag::rst));
    };
    return !options_.exact && !timers_ && !deviates_ && std::none_of(events.begin(), events.end(), is_odd);
  }

  /// In which the kernel is left.
  void add_state(model::State state) {
    if (model::is_synchronized(state)) steps_.push_back({"state", std::string(model::to_string(state))});
  }

  void push(const Event& event, std::string verb, std::string value, std::string comment = {}) {
    steps_.push_back({std::move(verb), std::move(value), event.peer, std::move(comment)});
    connections_[event.peer].last = last_ = event.time;
    connections_[event.peer].paused = false;
  }

  /// Time that passes before the peer, or the application, goes on.
  void wait(const Event& event) {
    const Duration gap = event.time - last_;
    if (options_.exact) return;
    if (gap >= 3ms && repeats_ && owes(connections_[event.peer].follower))
      add(event, Pause{rounded(gap, false), false});
    else if (matters(event, gap))
      add(event, Pause{std::min<Duration>(rounded(gap, false), long_enough), false});
  }

  /// Whether the kernel sent anything twice, or probed: only then have its timers ended.
  static bool has_repeated(const std::vector<Event>& events) {
    std::optional<wire::SeqNum> next;
    for (const Event& event : events) {
      const auto* passed = std::get_if<Passed>(&event.what);
      if (!passed || passed->to_kernel || passed->segment.has(wire::Flag::rst)) continue;
      const wire::Segment& segment = passed->segment;
      if (next && wire::before(segment.seq, *next)) return true;
      next = segment.end();
    }
    return false;
  }

  /// The peer's data that the kernel acknowledged at once, though an answer was to come.
  void find_quick(const std::vector<Event>& events) {
    std::optional<std::size_t> data;
    for (std::size_t i = 0; i < events.size(); ++i) {
      const auto* passed = std::get_if<Passed>(&events[i].what);
      if (!passed) continue;
      const bool quick = data && !passed->to_kernel && passed->segment.seg_len() == 0 &&
                         events[i].time - events[*data].time < 25ms;
      if (quick) quick_.insert(*data);
      data.reset();
      if (passed->to_kernel && !passed->segment.payload.empty()) data = i;
    }
  }

  /// Whether the kernel goes by how long the peer, or the application, took: acknowledgements wait where
  /// answers came soon, and not after a pause; what needs none is answered twice a second.
  bool matters(const Event& event, Duration gap) const {
    if (options_.pauses && gap >= 3ms) return true;
    const auto* passed = std::get_if<Passed>(&event.what);
    const Duration silence = data_ ? event.time - *data_ : Duration{};
    if (!passed) return gap >= 40ms && silence >= 40ms && !quick_.empty() && *quick_.rbegin() > index_;
    const model::Tcb& kernel = connections_[event.peer].follower.kernel();
    const bool is_probe = kernel.irs && passed->segment.seg_len() == 0 &&
                          wire::before(passed->segment.seq, kernel.rcv_nxt) &&
                          !passed->segment.has(wire::Flag::syn);
    if (is_probe) return gap >= 500ms;
    return gap >= 200ms && silence >= 200ms && quick_.contains(index_);
  }

  /// Whether time makes a difference: something of the kernel's is under way, or it waits to be let go on.
  static bool owes(const Follower& follower) {
    const model::Tcb& kernel = follower.kernel();
    if (!kernel.iss || !kernel.irs) return false;
    return kernel.snd_una != kernel.snd_nxt || kernel.last_ack_sent != kernel.rcv_nxt || kernel.snd_wnd == 0;
  }

  void add(const Event& event, const Passed& passed) {
    Follower& follower = connections_[event.peer].follower;
    const std::string comment = passed.missing == 0 ? ""
                                                    : "of its data, " + std::to_string(passed.missing) +
                                                          " bytes are not in the capture";
    if (passed.to_kernel) {
      wait(event);
      if (!passed.segment.payload.empty()) data_ = event.time;
      fin_ |= passed.segment.has(wire::Flag::fin);
      push(event, "send", wire::format_spec(follower.sent(passed, connections_[event.peer].waited)), comment);
      return;
    }
    Expected expected = follower.expected(passed);
    const Duration gap = event.time - connections_[event.peer].last;
    constexpr Duration nearly_patience =
        900ms;  // within which a segment has to come that says nothing of time
    const bool timer = is_of_timer(expected, passed.segment, gap, options_.exact) &&
                       (!connections_[event.peer].paused || gap > nearly_patience);
    if (timer) expected.spec.within = around(gap);
    const bool is_bare = passed.segment.seg_len() == 0 && !passed.segment.has(wire::Flag::rst);
    const bool may_come =
        !options_.exact && (expected.rule == &model::rules::window_update ||
                            (options_.lone_acks && is_bare && may_be_delayed(expected.rule)));
    if (may_come) expected.spec.within = {};
    timers_ |= timer && !may_come;
    deviates_ |= fin_ && expected.spec.ack;
    push(event, may_come ? "optional" : "expect", wire::format_spec(expected.spec), comment);
  }

  void add(const Event& event, const Message& message) {
    wait(event);
    push(event, "send", wire::format_icmp(connections_[event.peer].follower.reported(message)));
  }

  void add(const Event& event, const Call& call) {
    if (!options_.calls) return;
    if (!options_.exact && matters(event, event.time - last_)) wait(event);
    note(event, call.text);
    push(event, "app", call.text);
    const bool acknowledges = options_.lone_acks && call.text == "read";
    if (call.opens_window || acknowledges) push(event, "optional", "ACK");
  }

  /// What came meanwhile has been told of before: it is the rest that is still to pass.
  void add(const Event& event, const Pause& pause) {
    const Duration gap = event.time - (pause.silent ? connections_[event.peer].last : last_);
    const bool undisturbed = gap >= pause.duration - 1ms;
    const Duration time = undisturbed ? pause.duration : gap / 1ms * 1ms;
    if (time < 1ms && !undisturbed) return;
    const bool silent = pause.silent && undisturbed;
    steps_.push_back({silent ? "expect" : "wait",
                      (silent ? "nothing for " : "") + wire::format_duration(time), silent ? event.peer : 0});
    for (Connection& connection : connections_) {
      if (silent && &connection != &connections_[event.peer]) continue;
      connection.waited += static_cast<std::uint32_t>(time / 1ms);
      connection.last = (silent ? connection.last : last_) + time;
      connection.paused = true;
    }
    last_ = std::max(last_, connections_[event.peer].last);
  }

  /// The segments before were one step: it stands for them.
  void add(const Event& event, const Streamed& streamed) {
    std::size_t left = streamed.bytes + (streamed.fin ? 1 : 0);
    for (std::size_t i = steps_.size(); left > 0 && i-- > 0;) {
      const Step& step = steps_[i];
      const bool sends = step.verb == "send", expects = step.verb == "expect";
      if (step.peer != event.peer || (!sends && !expects)) continue;
      if (sends == streamed.to_kernel) left -= std::min(left, carried_by(step));
      steps_.erase(steps_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    steps_.push_back({streamed.to_kernel ? "send" : "expect", streamed.text, event.peer});
  }

  void note(const Event& event, const std::string& call) {
    Connection& here = connections_[event.peer];
    const bool listens = call.starts_with("listen");
    const bool stops = call.starts_with("close") && !here.accepted;
    if (listens || stops)
      for (Connection& connection : connections_) connection.follower.set_listening(listens);
    if (call.starts_with("accept") || call.starts_with("start accept") || call.starts_with("connect") ||
        call.starts_with("start connect"))
      here.accepted = true;
    if (call.starts_with("close")) here.accepted = false;
    if ((call.starts_with("connect -> E") || call.starts_with("finish -> E")) && !call.ends_with(" EAGAIN"))
      here.follower.connect_failed();
  }

  const StepOptions& options_;
  std::vector<Connection> connections_;
  std::vector<Step> steps_;
  std::size_t index_ = 0;
  std::set<std::size_t> quick_;  ///< events
  wire::Time last_;
  std::optional<wire::Time> data_;  ///< when the peer last sent any
  bool repeats_ = false;            ///< the kernel says something twice
  bool timers_ = false;             ///< the kernel's decided about a segment
  bool fin_ = false;                ///< the peer closes,
  bool deviates_ = false;           ///< and the kernel acknowledges something else than was derived
};

bool is(const std::vector<Step>& steps, std::size_t at, std::size_t peer, const char* verb,
        const char* value) {
  return at < steps.size() && steps[at].peer == peer && steps[at].verb == verb && steps[at].value == value &&
         steps[at].comment.empty();
}

}  // namespace

std::vector<Step> steps_of(const Conversation& conversation, const StepOptions& options) {
  return Writer(conversation, options).run(conversation.events);
}

std::vector<Step> with_blocks(std::vector<Step> steps, bool script) {
  std::vector<Step> result;
  for (std::size_t i = 0; i < steps.size();) {
    const std::size_t peer = steps[i].peer;
    const auto at = [&](std::size_t offset, const char* verb, const char* value) {
      return is(steps, i + offset, peer, verb, value);
    };
    const bool opens = at(0, "send", "SYN") && at(1, "expect", "SYN-ACK") && at(2, "send", "ACK");
    const bool active = at(0, "app", "connect") && at(1, "expect", "SYN") && at(2, "send", "SYN-ACK") &&
                        at(3, "expect", "ACK");
    if (opens && (!script || at(3, "app", "accept"))) {
      result.push_back({"use", "handshake", peer});
      i += script ? 4 : 3;
    } else if (active) {
      result.push_back({"use", "active-open", peer});
      i += 4;
    } else {
      result.push_back(std::move(steps[i++]));
    }
  }
  return result;
}

}  // namespace tcpcraft::record
