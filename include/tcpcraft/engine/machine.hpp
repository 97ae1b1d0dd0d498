#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include <tcpcraft/calls/result.hpp>
#include <tcpcraft/engine/conduct.hpp>
#include <tcpcraft/engine/craft.hpp>
#include <tcpcraft/engine/match.hpp>
#include <tcpcraft/engine/observations.hpp>
#include <tcpcraft/engine/result.hpp>
#include <tcpcraft/kernel/side.hpp>
#include <tcpcraft/model/reaction.hpp>
#include <tcpcraft/scenario/scenario.hpp>
#include <tcpcraft/transport/link.hpp>

namespace tcpcraft::engine {

/// Puts a datagram on the wire; its bytes are the machine's, until it is told of anything or asked again.
struct Transmit {
  std::span<const std::uint8_t> packet;
};
/// Puts a datagram on the wire that is no segment; answered by `Machine::injected`. Its bytes are the
/// machine's, until it is asked again.
struct Inject {
  std::span<const std::uint8_t> packet;
};
/// Runs a barrier; answered by `Machine::barrier`.
struct RunBarrier {};
/// Makes a socket call; answered by `Machine::called`. The call lives until then.
struct MakeCall {
  const calls::Call* call;
};
/// Waits until something passes or the time has come, or until one of these calls can go on.
struct WaitUntil {
  wire::Time deadline;
  const calls::Call* call = nullptr;     ///< the present step's; may be null
  const calls::Call* running = nullptr;  ///< left running by an earlier step; may be null
};
/// Answered by `Machine::state`.
struct AskState {};
/// Answered by `Machine::counters`.
struct AskCounters {};
/// Answered by `Machine::info`.
struct AskInfo {};
/// Answered by `Machine::drops`.
struct AskDrops {};
/// The result is there.
struct Finished {};
using Action = std::variant<Transmit, Inject, RunBarrier, MakeCall, WaitUntil, AskState, AskCounters, AskInfo,
                            AskDrops, Finished>;

/// What a run is played with.
struct Setup {
  wire::Endpoint kernel;
  wire::Endpoint peer;
  wire::SeqNum iss;             ///< the peer's
  std::uint32_t timestamp = 1;  ///< the peer's timestamp clock at the start, in ms
  bool fresh_counters = true;   ///< the namespace is new: its counters began at 0
  /// A segment's immediate reactions have passed when `send` returns, as on the loopback of a namespace of
  /// one's own: after the last step, what has not passed is not said. Elsewhere a barrier proves it.
  bool immediate = false;
  std::size_t largest_datagram = 65535;  ///< that the link carries from the peer, in bytes
  Observations* observations = nullptr;  ///< where given, told what the steps met
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
  /// What became of the last segment that was sent.
  void drops(kernel::Drops drops);
  /// Whether that is asked for.
  bool asks_for_drops() const;

  /// Proceeds as far as it can.
  Action next(wire::Time now);

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
  /// A segment of the kernel's that no step has taken yet.
  struct Unread {
    wire::Time time;
    bool kernel_time;
    Expectation expectation;
    bool late;  ///< it came of a timer, or of the application, while we were neither waiting nor quick
    std::optional<Expectation> crossed;  ///< what was expected before the peer's last segment arrived
    std::size_t trace_entry;
  };
  /// A socket call that was begun.
  struct OpenCall {
    calls::Call call;          ///< what is still to do of it
    std::size_t written = 0;   ///< and what a `write` has done
    bool once = false;         ///< it is not made again where it would block
    bool in_progress = false;  ///< a `connect` whose SYN is out: it is made again only when asked for
    std::optional<calls::Result> result = std::nullopt;
    wire::Time before{};  ///< when it was made last: not before
    wire::Time after{};   ///< and not after
  };
  /// What has come of an `any-order`.
  using Expectations = std::vector<const scenario::Expect*>;
  struct Gathering {
    Expectations paired;   ///< what each that came is
    Expectations missing;  ///< what has not come; what must come first is first
  };
  using Ports = std::pair<std::uint16_t, std::uint16_t>;  // the kernel's, the peer's

  model::Tcb& connection(Ports ports);
  void passed_to_kernel(wire::Segment&& segment, const transport::Arrival& arrival);
  void passed_from_kernel(wire::Segment&& segment, const transport::Arrival& arrival);
  void begin_anew(PassedSegment& syn);
  void settle(model::Tcb& kernel, const wire::Segment& segment);
  void open_anew(model::Tcb& kernel, const wire::Segment& segment);
  template <class Entry>
  void record(Entry&& entry) {
    result_.trace.emplace_back(std::forward<Entry>(entry));
    if (observer_) observer_->passed(result_.trace.back());
  }
  const wire::Segment& segment_of(const Unread& unread) const;
  Observed observed(const Unread& unread) const;
  void observe_end();

  std::optional<Action> play(const scenario::Send& step, wire::Time now);
  std::optional<Action> play(const scenario::SendIcmp& step, wire::Time now);
  std::optional<Action> play(const scenario::Expect& step, wire::Time now);
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

  wire::Time bound_of(const scenario::Expect& step) const;
  bool fits(const scenario::Expect& step, const Unread& unread) const;
  Gathering gather(const scenario::AnyOrder& step, std::size_t count) const;
  std::optional<Action> conclude(const Gathering& gathering);
  std::string describe(const Expectations& expected, const Expectation* expectation);
  Action fail_gathered(const Expectations& missing);
  Action fail_missing(const Expectations& missing);

  Action attempt(OpenCall& call);
  std::optional<Action> resume_running();
  std::optional<Action> start_call(const scenario::AppCall& step, wire::Time now);
  std::optional<Action> pursue(const scenario::AppCall& step, OpenCall& call, wire::Time now);
  std::optional<Action> judge_call(const scenario::AppCall& step, const OpenCall& call);
  void take_result(OpenCall& call, calls::Result result);
  void note_failed_connect(const calls::Call& call, const calls::Result& result);
  void note_listening(const calls::Call& call, const calls::Result& result);
  void end_call(wire::Time after);
  void note_cause(const calls::Call& call);
  Action fail_call(const scenario::AppCall& step, std::string summary, std::string label,
                   std::string received, std::optional<std::size_t> trace_entry = {});

  std::optional<Action> take(const scenario::Expect& step, wire::Time bound);
  std::optional<Action> absent(const scenario::Expect& step, wire::Time bound);
  std::optional<Action> judge_time(const scenario::Expect& step, const Unread& unread, wire::Time bound);
  wire::Time last_passage() const;
  bool came_of_lateness(const transport::Arrival& arrival, bool repeats) const;
  Action blame_lateness(const Unread& unread);
  Action blame_crossing(const Unread& unread);
  std::optional<Action> await(wire::Time bound, bool timed, wire::Time now);
  std::optional<Action> proceed(wire::Time now);
  bool next_step_decides() const;
  std::optional<Action> prove_silence();

  void advance();
  Action fail(Mismatch mismatch);
  Mismatch mismatch_of(const Unread& unread) const;
  Expectation expectation_now(wire::Flags flags);
  Action fail_claim(std::string summary, std::string label, std::string expected, std::string received,
                    std::optional<scenario::Span> span = {});
  Action fail_segment(const scenario::Expect& step, const Unread& unread,
                      std::vector<Difference> differences);
  Action fail_unexpected(const Unread& unread, std::string summary, scenario::Span span,
                         std::string expected);
  Action finish(Verdict verdict, std::string reason = "");
  std::optional<wire::Segment> quoted_by(const scenario::SendIcmp& step);
  wire::Time last_send_time() const;
  std::string since_last_send(wire::Time time) const;

  const scenario::Scenario& scenario_;
  Setup setup_;
  Observer* observer_;
  Result result_;

  model::Tcb peer_;
  std::map<Ports, model::Tcb> connections_;  // the kernel's TCBs; the scenario's own connection and strangers
  model::Tcb before_;                        // the kernel's TCB before the peer's last segment
  bool owed_ = false;                        // and whether it owed something then
  model::Tcb old_peer_;  // the peer before its last SYN seemed to open the connection anew
  model::Reaction
      reaction_;     // where the kernel may take the peer's last segment in several ways: all of them
  Conduct conduct_;  // of the kernel, on the scenario's own connection
  std::optional<Pending> pending_;
  wire::Bytes injected_;  ///< the last datagram that was no segment
  std::list<Unread> unread_;
  std::vector<Unread> gathered_;  // by the present `any-order`

  std::size_t step_ = 0;
  bool sent_ = false;                        // the present `send` is on its way
  std::optional<wire::Time> waiting_since_;  // where the last action was a wait
  std::optional<OpenCall> call_;             // of the present step
  std::optional<OpenCall> running_;          // left running by an earlier step
  OpenCall* attempted_ = nullptr;            // the one that is being made
  bool resumed_ = false;                     // the running call was just made again
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
  std::optional<kernel::Counters> base_counters_;
  std::map<std::string, std::int64_t> counter_marks_;  // where each named counter stood at its last step

  wire::Time anchor_;              // the end of the previous step
  wire::Duration anchor_slack_{};  // and how much earlier it may have been: a call has no time stamp
  bool anchor_exact_ = true;
  wire::Duration scripted_{};  // the waits so far: the peer's timestamp clock
  std::uint32_t clock_base_ = 0;
  std::uint16_t id_ = 0;
  std::optional<std::size_t> cause_;  // the last step that sent a segment, or had the kernel send
  std::optional<std::size_t> last_send_entry_;
  const model::Rule* last_rule_ = nullptr;
  std::int64_t kernel_segments_ = 0;
  bool finished_ = false;
};

}  // namespace tcpcraft::engine
