#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include <tcpcraft/calls/result.hpp>
#include <tcpcraft/engine/connection.hpp>
#include <tcpcraft/engine/craft.hpp>
#include <tcpcraft/engine/match.hpp>
#include <tcpcraft/engine/observations.hpp>
#include <tcpcraft/engine/result.hpp>
#include <tcpcraft/kernel/side.hpp>
#include <tcpcraft/scenario/scenario.hpp>
#include <tcpcraft/transport/link.hpp>

namespace tcpcraft::engine {

/// Puts a datagram on the wire; its bytes are the machine's, until it is told of anything or asked again.
struct Transmit {
  std::span<const std::uint8_t> packet;
  std::size_t peer;  ///< whose it is
};
/// Puts a datagram on the wire that is no segment; answered by `Machine::injected`. Its bytes are the
/// machine's, until it is asked again.
struct Inject {
  std::span<const std::uint8_t> packet;
};
/// Runs a barrier; answered by `Machine::barrier`.
struct RunBarrier {};
/// Makes a socket call on the connection of a peer; answered by `Machine::called`. The call lives until then.
struct MakeCall {
  std::size_t peer;
  const calls::Call* call;
};
/// Waits until something passes or the time has come, or until one of these calls can go on. They are the
/// machine's, until it is told of anything or asked again.
struct WaitUntil {
  wire::Time deadline;
  std::span<const MakeCall> calls = {};
};
/// Answered by `Machine::state`.
struct AskState {
  std::size_t peer;
};
/// Answered by `Machine::counters`.
struct AskCounters {};
/// Answered by `Machine::info`.
struct AskInfo {
  std::size_t peer;
};
/// Answered by `Machine::drops`.
struct AskDrops {
  std::size_t peer;
};
/// The result is there.
struct Finished {};
using Action = std::variant<Transmit, Inject, RunBarrier, MakeCall, WaitUntil, AskState, AskCounters, AskInfo,
                            AskDrops, Finished>;

/// Where a peer is, and where its numbers begin.
struct PeerSetup {
  wire::Endpoint end;
  wire::SeqNum iss;
};

/// What a run is played with.
struct Setup {
  wire::Endpoint kernel;
  std::vector<PeerSetup> peers;  ///< those of the scenario, in its order
  std::uint32_t timestamp = 1;   ///< the peers' timestamp clocks at the start, in ms
  bool fresh_counters = true;    ///< the namespace is new: its counters began at 0
  /// A segment's immediate reactions have passed when `send` returns, as on the loopback of a namespace of
  /// one's own: after the last step, what has not passed is not said. Elsewhere a barrier proves it.
  bool immediate = false;
  std::size_t largest_datagram = 65535;  ///< that the link carries from the peer, in bytes
  Observations* observations = nullptr;  ///< where given, told what the steps met
  bool note_rules = false;               ///< `Result::followed` is wanted
};

/// Plays one scenario, step by step, without any I/O: events and the time go in, actions come out. Before
/// `next` is called, everything that has passed must have been told to `passed`.
class Machine {
 public:
  /// `scenario` and `observer` must outlive the machine; `observer` may be null.
  Machine(const scenario::Scenario& scenario, const Setup& setup, wire::Time start, Observer* observer);

  /// Something passed on the link, in either direction. Whose it was; nothing where it is no TCP.
  std::optional<Party> passed(const transport::Arrival& arrival);
  void barrier(transport::Barrier outcome);
  /// The kernel got the datagram between these two moments. To be told before what that has made pass.
  void injected(wire::Time before, wire::Time after);
  /// The call was made between these two moments. To be told before what it has made pass.
  void called(calls::Result result, wire::Time before, wire::Time after);
  void state(const kernel::SocketState& state);
  /// The counters, cleared of what our own probes added. The first call is the base of all others.
  void counters(const kernel::Counters& counters);

  void info(kernel::SocketInfo info);
  /// What became of the last segment of the peer that was asked about.
  void drops(kernel::Drops drops);
  /// Whether that is asked for.
  bool asks_for_drops() const;

  /// Proceeds as far as it can. `tick_lag` is that of the kernel's timers (`Clock::tick_lag`).
  Action next(wire::Time now, wire::Duration tick_lag = {});

  /// After `Finished`. The kernel's words on a failure are filled in by `explain_failure` before.
  Result& result() { return result_; }
  void explain_failure(const kernel::SocketState& state, const kernel::Counters& counters);

  /// How many of the kernel's segments passed: where the link loops back, each is counted as received.
  std::int64_t kernel_segments() const { return kernel_segments_; }

 private:
  /// A crafted segment on its way.
  struct Pending {
    Crafted crafted;
    wire::Bytes packet;
    std::size_t step;

    bool has_ends_of(const wire::Segment& segment) const;
    bool is_in(const wire::Bytes& datagram) const;
  };
  /// What has come of an `any-order`.
  using Expectations = std::vector<const scenario::Expect*>;
  struct Gathering {
    Expectations paired;   ///< what each that came is
    Expectations missing;  ///< what has not come; what must come first is first
  };
  /// A connection that is none of the scenario's own: between ports that a step names on purpose.
  struct Stranger {
    std::uint16_t kernel_port;
    wire::Endpoint end;
    std::size_t peer;  ///< whose step that was: its segments are that connection's
    model::Tcb kernel;
  };
  /// What a segment is about.
  struct Route {
    Connection& connection;
    model::Tcb& kernel;
    bool own;  ///< it is the scenario's own connection
  };

  Connection& here() { return connections_[here_]; }
  const Connection& here() const { return connections_[here_]; }
  std::size_t index_of(const Connection& connection) const {
    return static_cast<std::size_t>(&connection - connections_.data());
  }
  Connection* connection_at(const wire::Endpoint& peer);
  Route route(std::uint16_t kernel_port, const wire::Endpoint& peer);
  model::Tcb& kernel_of(Connection& connection);
  model::Tcb new_kernel(std::uint16_t port) const;
  void passed_to_kernel(wire::Segment&& segment, const transport::Arrival& arrival);
  void passed_from_kernel(wire::Segment&& segment, const transport::Arrival& arrival);
  void begin_anew(Connection& connection, PassedSegment& syn);
  void settle(Connection& connection, const wire::Segment& segment);
  void open_anew(Connection& connection, const wire::Segment& segment);
  template <class Entry>
  void record(Entry&& entry) {
    result_.trace.emplace_back(std::forward<Entry>(entry));
    if (observer_) observer_->passed(result_.trace.back());
  }
  void record_call(wire::Time time, std::string text, std::string result);
  const wire::Segment& segment_of(const Unread& unread) const;
  Observed observed(const Unread& unread) const;
  void observe_end();

  std::optional<Action> play(const scenario::Send& step, wire::Time now);
  std::optional<Action> play(const scenario::SendIcmp& step, wire::Time now);
  std::optional<Action> play(const scenario::SendStream& step, wire::Time now);
  std::optional<Action> play(const scenario::Expect& step, wire::Time now);
  std::optional<Action> play(const scenario::ExpectStream& step, wire::Time now);
  std::optional<Action> play(const scenario::AnyOrder& step, wire::Time now);
  std::optional<Action> play(const scenario::Silence& step, wire::Time now);
  std::optional<Action> play(const scenario::State& step, wire::Time now);
  std::optional<Action> play(const scenario::Counter& step, wire::Time now);
  std::optional<Action> play(const scenario::Info& step, wire::Time now);
  std::optional<Action> play(const scenario::Dropped& step, wire::Time now);
  std::optional<Action> play(const scenario::Wait& step, wire::Time now);
  std::optional<Action> play(const scenario::Note& step, wire::Time now);
  std::optional<Action> play(const scenario::AppCall& step, wire::Time now);
  std::optional<Action> play_end();

  Action transmit(const wire::SegmentSpec& spec, scenario::Span span, wire::Time now);
  std::optional<Action> await_passage(wire::Time now);
  std::optional<Action> take_of_stream(const scenario::ExpectStream& step);
  std::optional<Action> take_one(const wire::SegmentSpec& spec);
  std::optional<wire::SegmentSpec> next_of_stream(const scenario::SendStream& step);

  static wire::Duration time_for(const scenario::Expect& step);
  wire::Time bound_of(const scenario::Expect& step) const;
  bool fits(const scenario::Expect& step, const Unread& unread) const;
  Gathering gather(const scenario::AnyOrder& step, std::size_t count) const;
  std::optional<Action> conclude(const Gathering& gathering);
  std::string describe(const Expectations& expected, const Expectation* expectation);
  Action fail_gathered(const Expectations& missing);
  Action fail_missing(const Expectations& missing);

  Action attempt(std::size_t peer, OpenCall& call);
  std::optional<Action> resume_running();
  void await_running(WaitUntil& wait);
  std::optional<Action> start_call(const scenario::AppCall& step, wire::Time now);
  std::optional<Action> pursue(const scenario::AppCall& step, OpenCall& call, wire::Time now);
  bool accepted_before(const scenario::AppCall& step) const;
  std::optional<Action> judge_call(const scenario::AppCall& step, const OpenCall& call);
  void take_result(OpenCall& call, calls::Result result);
  void note_failed_connect(const calls::Call& call, const calls::Result& result);
  void note_listening(const calls::Call& call, const calls::Result& result);
  void end_call(Connection& connection, wire::Time after);
  void note_cause(Connection& connection, const calls::Call& call) const;
  Action fail_call(const scenario::AppCall& step, std::string summary, std::string label,
                   std::string received, std::optional<std::size_t> trace_entry = {});

  std::optional<Action> take(const scenario::Expect& step, wire::Time bound);
  std::optional<Action> absent(const scenario::Expect& step);
  std::optional<Action> judge_time(const scenario::Expect& step, const Unread& unread, wire::Time bound);
  const Anchor& latest_anchor() const;
  wire::Time last_passage() const;
  bool came_of_lateness(const transport::Arrival& arrival, bool repeats) const;
  Action blame_lateness(const Unread& unread);
  Action blame_crossing(const Unread& unread);
  std::optional<Action> await(wire::Time bound, bool timed, wire::Time now);
  std::optional<Action> proceed(wire::Time now);
  bool next_step_decides() const;
  std::optional<Action> prove_silence();

  void advance();
  void note_taken(const Unread& unread);
  Action fail(Mismatch mismatch);
  Mismatch mismatch_of(const Unread& unread) const;
  Expectation expectation_now(wire::Flags flags);
  Action fail_claim(std::string summary, std::string label, std::string expected, std::string received,
                    std::optional<scenario::Span> span = {});
  Action fail_segment(const scenario::Expect& step, const Unread& unread,
                      std::vector<Difference> differences);
  Action fail_unexpected(const Unread& unread, std::string summary, scenario::Span span,
                         std::string expected);
  void note_followed();
  Action finish(Verdict verdict, std::string reason = "");
  std::optional<wire::Segment> quoted_by(const scenario::SendIcmp& step);
  wire::Time last_send_time(const Connection& connection) const;
  std::string since_last_send(wire::Time time) const;

  const scenario::Scenario& scenario_;
  Setup setup_;
  Observer* observer_;
  Result result_;

  std::vector<Connection> connections_;  // of the scenario's peers, in their order
  std::vector<Stranger> strangers_;
  std::optional<Pending> pending_;
  wire::Bytes injected_;          ///< the last datagram that was no segment
  std::vector<Unread> gathered_;  // by the present `any-order`
  std::size_t streamed_ = 0;      // bytes of the present stream
  bool stream_ended_ = false;     // and its FIN came

  std::size_t step_ = 0;
  wire::Time now_;                           // as `next` was told
  std::size_t here_ = 0;                     // whose connection the present step is about
  bool begun_ = false;                       // the present step has been played before
  wire::Duration longest_lag_{};             // by which any step, or the kernel's ticks, were late
  bool sent_ = false;                        // the present `send` is on its way
  std::optional<wire::Time> waiting_since_;  // where the last action was a wait
  wire::Time waiting_until_;                 // its end
  std::optional<OpenCall> call_;             // of the present step
  OpenCall* attempted_ = nullptr;            // the one that is being made
  std::size_t attempted_by_ = 0;             // and on whose connection
  std::size_t resumed_ = 0;                  // so many connections' running calls were just made again
  std::vector<MakeCall> waiting_;            // the calls that the last wait is for
  bool tried_ = false;                       // the present step's was, and nothing was waited for since
  std::optional<wire::Time> call_deadline_;  // of the present step
  std::optional<wire::Time> called_;         // when the last call was made
  bool listening_;                           // something listens at the kernel's address
  std::optional<wire::Time> grace_;          // set where we woke up late at the end of a wait
  std::optional<transport::Barrier> barrier_;
  std::optional<kernel::SocketState> state_;
  std::optional<kernel::Counters> counters_;
  std::optional<kernel::SocketInfo> info_;
  std::optional<kernel::Drops> drops_;
  bool takes_base_counters_;  ///< before the first step
  std::optional<kernel::Counters> base_counters_;
  std::map<std::string, std::int64_t> counter_marks_;  // where each named counter stood at its last step

  std::int64_t kernel_segments_ = 0;
  bool finished_ = false;
};

}  // namespace tcpcraft::engine
