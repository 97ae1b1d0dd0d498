#pragma once

#include <cerrno>
#include <deque>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <tcpcraft/engine/player.hpp>
#include <tcpcraft/scenario/reader.hpp>
#include <tcpcraft/wire/codec.hpp>
#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::engine {

using namespace std::chrono_literals;

/// A clock that moves only when somebody waits, and then exactly as far as asked, plus `lateness`.
class ManualClock : public Clock {
 public:
  wire::Time now() override { return now_; }
  wire::Duration tick_lag() override { return ticks_behind; }
  void wait(std::vector<pollfd>&, wire::Time deadline) override {
    const wire::Time woken = deadline + lateness;
    if (next_event && next_event() <= woken)
      now_ = std::max(now_, std::max(next_event(), deadline == woken ? next_event() : woken));
    else
      now_ = std::max(now_, woken);
  }
  void jump(wire::Duration duration) { now_ += duration; }
  std::function<wire::Time()> next_event;
  wire::Duration lateness{};
  wire::Duration ticks_behind{};

 private:
  wire::Time now_{1s};
};

/// A wire on which a written kernel answers: each line says what it sends, in numbers as on the wire.
class FakeLink : public transport::Link {
 public:
  FakeLink(ManualClock& clock, wire::Endpoint kernel, wire::Endpoint peer)
      : clock_(clock), kernel_(kernel), peer_(peer) {
    clock.next_event = [this] { return later_.empty() ? wire::Time::max() : later_.front().time; };
  }

  /// What the kernel sends in answer to the next segment of the peer's, at once.
  void answer(const std::vector<wire::Segment>& segments) { answers_.push_back(segments); }
  /// What it sends of its own accord, so long after the peer's last segment.
  void after(wire::Duration delay, const wire::Segment& segment) { timers_.push_back({delay, segment}); }

  /// What comes with the last answer, but so much later: the clock jumps, as where the host takes the CPU
  /// away.
  void delayed_answer(wire::Duration delay, const wire::Segment& segment) { held_up_ = {delay, segment}; }

  /// A segment of the kernel's.
  wire::Segment from_kernel(wire::Flags flags, std::uint32_t seq, std::uint32_t ack,
                            const std::string& data = "") const {
    wire::Segment segment;
    segment.source = kernel_;
    segment.destination = peer_;
    segment.flags = flags;
    segment.seq = wire::SeqNum(seq);
    segment.ack = wire::SeqNum(ack);
    segment.window = 1000;
    segment.payload.assign(data.begin(), data.end());
    return segment;
  }

  /// What comes with the next datagram that is no segment.
  void after_datagram(const wire::Segment& segment) { datagram_answer_ = segment; }

  void send(std::span<const std::uint8_t> packet) override {
    if (!wire::decode(packet)) {
      datagrams.emplace_back(packet.begin(), packet.end());
      if (datagram_answer_) put(*datagram_answer_, clock_.now());
      return;
    }
    sent.emplace_back(*wire::decode(packet));
    passed_.push_back({{packet.begin(), packet.end()}, clock_.now(), true});
    if (!answers_.empty()) {
      for (const wire::Segment& segment : answers_.front()) put(segment, clock_.now());
      answers_.pop_front();
    }
    if (answers_.empty() && held_up_) {
      put(held_up_->second, clock_.now() + held_up_->first);
      clock_.jump(held_up_->first + 1ms);
      held_up_.reset();
    }
    if (answers_.empty()) {
      for (const auto& [delay, segment] : timers_)
        later_.push_back({wire::encode(segment), clock_.now() + delay, true});
      timers_.clear();
    }
  }
  std::span<const transport::Arrival> receive() override {
    while (!later_.empty() && later_.front().time <= clock_.now()) {
      passed_.push_back(later_.front());
      later_.pop_front();
    }
    shown_ = std::exchange(passed_, {});
    return shown_;
  }
  transport::Barrier barrier() override {
    ++barriers;
    return outcome;
  }
  bool loops_back() const override { return looping; }
  int fd() const override { return -1; }
  /// What the kernel sends so long after now.
  void later(wire::Duration delay, const wire::Segment& segment) {
    later_.push_back({wire::encode(segment), clock_.now() + delay, true});
  }
  void put(const wire::Segment& segment, wire::Time time) {
    passed_.push_back({wire::encode(segment), time, true});
  }

  std::vector<wire::Segment> sent;
  std::vector<wire::Bytes> datagrams;  ///< those that are no segments
  bool looping = true;
  int barriers = 0;
  transport::Barrier outcome = transport::Barrier::proven;

 private:
  ManualClock& clock_;
  wire::Endpoint kernel_;
  wire::Endpoint peer_;
  std::deque<std::vector<wire::Segment>> answers_;
  std::vector<std::pair<wire::Duration, wire::Segment>> timers_;
  std::optional<std::pair<wire::Duration, wire::Segment>> held_up_;
  std::optional<wire::Segment> datagram_answer_;
  std::deque<transport::Arrival> later_;
  std::vector<transport::Arrival> passed_;
  std::vector<transport::Arrival> shown_;
};

class FakeSide : public kernel::Side {
 public:
  void pump() override {}
  void add_poll(std::vector<pollfd>&) const override {}
  /// The results that were written for a call of this name, one after another; then it would block.
  calls::Result call(std::size_t peer, const calls::Call& call) override {
    made.push_back(named(peer, call));
    if (on_call) on_call(call);
    std::deque<calls::Result>& left = results[std::string(calls::name_of(call))];
    if (left.empty()) return calls::WouldBlock{EAGAIN};
    calls::Result result = left.front();
    left.pop_front();
    return result;
  }
  void add_poll_of(std::size_t peer, const calls::Call& call, std::vector<pollfd>&) const override {
    waited_for.push_back(named(peer, call));
  }
  kernel::SocketState socket_state(std::size_t peer) override { return peer == 0 ? state : other_state; }
  kernel::SocketInfo socket_info(std::size_t) override { return info; }
  kernel::Drops take_drops() override { return drops; }
  kernel::Counters counters() override {
    kernel::Counters result = readings.empty() ? kernel::Counters{} : readings.front();
    if (readings.size() > 1) readings.pop_front();
    return result;
  }

  /// `read 10`, or `1@read 10` on another connection than the first.
  static std::string named(std::size_t peer, const calls::Call& call) {
    return (peer == 0 ? "" : std::to_string(peer) + "@") + calls::format_call(call);
  }

  kernel::SocketState state;
  kernel::SocketState other_state;  ///< of any connection but the first
  kernel::SocketInfo info;
  kernel::Drops drops;
  std::deque<kernel::Counters> readings;
  std::map<std::string, std::deque<calls::Result>> results;
  std::function<void(const calls::Call&)> on_call;  ///< what else happens when a call is made
  std::vector<std::string> made;
  mutable std::vector<std::string> waited_for;
};

/// Everything a scenario needs, with a peer whose ISS is 100 and a kernel whose ISS the test writes. Further
/// peers are at the ports behind the first's, with the ISS 100 more each.
struct World {
  Setup setup{*wire::Endpoint::parse("127.0.0.1:9877"),
              {{*wire::Endpoint::parse("127.0.0.1:40000"), wire::SeqNum(100)}},
              1,
              true};
  ManualClock clock;
  FakeLink link{clock, setup.kernel, setup.peers.front().end};
  FakeSide side;
  scenario::Source source;
  std::optional<scenario::Scenario> scenario;

  Result play(const std::string& text) {
    source = {"test.scn", text};
    scenario::Reading reading = scenario::read(source, [](const std::string&) { return std::nullopt; });
    for (const auto& diagnostic : reading.diagnostics) ADD_FAILURE() << diagnostic.message;
    if (reading.scenarios.empty()) return {};
    scenario = std::move(reading.scenarios.front());
    while (setup.peers.size() < scenario->peers.size()) {
      PeerSetup next = setup.peers.back();
      ++next.end.port;
      setup.peers.push_back({next.end, next.iss + 100});
    }
    return engine::play(*scenario, setup, link, side, clock);
  }
  Result play_steps(const std::string& steps) { return play("scenario: t\nsteps:\n" + steps); }

  /// The words that the failure points at.
  std::string pointed_at(const Result& result) const {
    const scenario::Span span = result.mismatch ? result.mismatch->span : scenario::Span{};
    return source.text.substr(span.begin, span.end - span.begin);
  }
};

inline const std::string handshake = "  - use: handshake\n";

inline constexpr wire::Flags SYN{wire::Flag::syn};
inline constexpr wire::Flags SYN_ACK{wire::Flag::syn, wire::Flag::ack};
inline constexpr wire::Flags ACK{wire::Flag::ack};
inline constexpr wire::Flags PSH_ACK{wire::Flag::psh, wire::Flag::ack};
inline constexpr wire::Flags FIN_ACK{wire::Flag::fin, wire::Flag::ack};
inline constexpr wire::Flags RST{wire::Flag::rst};
inline constexpr wire::Flags RST_ACK{wire::Flag::rst, wire::Flag::ack};

}  // namespace tcpcraft::engine
