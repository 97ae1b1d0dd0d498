#include "steps.hpp"

#include <algorithm>
#include <cmath>

#include <tcpcraft/model/rules.hpp>

#include "follower.hpp"

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

/// The kernel's timers count in ticks, and from round trips that differ.
wire::Interval around(Duration gap) {
  return {rounded(gap * 3 / 4, false), rounded(gap * 3 / 2 + 20ms, true)};
}

/// Whether only a timer can have sent it.
bool is_of_timer(const Expected& expected, const wire::Segment& segment, Duration gap) {
  const model::Rule* rule = expected.rule;
  constexpr Duration shortest = 3ms;  // for which no timer is set: a probe of the tail
  if (gap < shortest) return false;
  if (rule == &model::rules::retransmission || rule == &model::rules::window_probe ||
      rule == &model::rules::keep_alive || rule == &model::rules::iss_kept || rule == &model::rules::fin_kept)
    return true;
  const bool may_be_delayed = segment.seg_len() == 0 && !segment.has(wire::Flag::rst);
  return gap >= (may_be_delayed ? 25ms : 150ms);
}

class Writer {
 public:
  Writer(const Conversation& conversation, const StepOptions& options) : options_(options) {
    for (std::size_t i = 0; i < conversation.peers.size(); ++i)
      connections_.push_back(
          {Follower(options.peers[i], conversation.peers[i], conversation.kernel,
                    wire::SeqNum(options.peers[i].iss.value_or(0)), options.listening, options.exact),
           {}});
  }

  std::vector<Step> run(const std::vector<Event>& events) {
    if (!events.empty()) {
      last_ = events.front().time;
      for (Connection& connection : connections_) connection.last = last_;
    }
    for (const Event& event : events) std::visit([&](const auto& what) { add(event, what); }, event.what);
    if (connections_.size() == 1) add_state(connections_.front().follower.kernel().state);
    return std::move(steps_);
  }

 private:
  struct Connection {
    Follower follower;
    wire::Time last;  ///< the end of its previous step
  };

  /// In which the kernel is left.
  void add_state(model::State state) {
    if (model::is_synchronized(state)) steps_.push_back({"state", std::string(model::to_string(state))});
  }

  void push(const Event& event, std::string verb, std::string value, std::string comment = {}) {
    steps_.push_back({std::move(verb), std::move(value), event.peer, std::move(comment)});
    connections_[event.peer].last = last_ = event.time;
  }

  /// Time that passes before the peer, or the application, goes on.
  void wait(const Event& event, std::optional<std::int32_t> clock) {
    const Duration gap = event.time - last_;
    Duration pause = gap < 3ms ? Duration{} : gap / 1ms * 1ms;
    if (clock && *clock > 0 && *clock * 1ms <= gap + 1ms) pause = *clock * 1ms;
    const bool matters = options_.exact || owes(connections_[event.peer].follower);
    if (pause == Duration{} || !matters) return;
    if (!options_.exact) pause = rounded(pause, false);
    waited_ += static_cast<std::uint32_t>(pause / 1ms);
    steps_.push_back({"wait", wire::format_duration(pause)});
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
      const auto clock = options_.exact ? follower.clock_ahead(passed, waited_) : std::nullopt;
      wait(event, clock);
      push(event, "send", wire::format_spec(follower.sent(passed, waited_)), comment);
      return;
    }
    Expected expected = follower.expected(passed);
    const Duration gap = event.time - connections_[event.peer].last;
    if (is_of_timer(expected, passed.segment, gap)) expected.spec.within = around(gap);
    push(event, "expect", wire::format_spec(expected.spec), comment);
  }

  void add(const Event& event, const Message& message) {
    wait(event, {});
    push(event, "send", message.text);
  }

  void add(const Event& event, const Call& call) {
    if (!options_.calls) return;
    if (options_.exact) wait(event, {});
    note(event, call.text);
    push(event, "app", call.text);
  }

  void note(const Event&, const std::string& call) {
    if (call.starts_with("listen"))
      for (Connection& connection : connections_) connection.follower.set_listening(true);
  }

  const StepOptions& options_;
  std::vector<Connection> connections_;
  std::vector<Step> steps_;
  wire::Time last_;
  std::uint32_t waited_ = 0;
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
