#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <tcpcraft/kernel/side.hpp>
#include <tcpcraft/model/rule.hpp>
#include <tcpcraft/model/state.hpp>
#include <tcpcraft/scenario/source.hpp>
#include <tcpcraft/wire/notation.hpp>
#include <tcpcraft/wire/segment.hpp>
#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::engine {

enum class Verdict {
  pass,
  fail,          ///< the kernel deviated
  error,         ///< the scenario is invalid, or asks for what is not there
  skip,          ///< it cannot run here
  inconclusive,  ///< the host was too late, or a probe was lost: nothing is known, to be run again
};

enum class Party { peer, kernel };

/// A segment as it passed.
struct PassedSegment {
  wire::Time time;
  Party from = Party::peer;
  wire::Segment segment;
  wire::Origins origins;  ///< of the numbers, as they were known at that time
  const model::Rule* rule =
      nullptr;  ///< for the kernel's: why it is sent; for the peer's: how it is to be handled
  std::optional<std::size_t> step;  ///< the `send` that it came from, or that took it
  std::size_t peer = 0;             ///< whose connection it is: an index of the scenario's peers, as below
  /// The kernel's state behind it, as the model follows it; absent where it is about another connection.
  std::optional<model::State> kernel_state = {};
};

/// A message of ICMP from the peer's side, where it was sent.
struct PassedIcmp {
  wire::Time time;
  std::string text;  ///< `ICMP host-unreachable quoting SYN seq=0`
  std::size_t peer = 0;
  std::optional<std::size_t> step = {};
};

/// The text of a `note`, where it stood.
struct PassedNote {
  wire::Time time;
  std::string text;
  std::optional<std::size_t> step = {};
};

/// A socket call of the application's.
struct PassedCall {
  wire::Time time;
  std::string text;    ///< `read 10`
  std::string result;  ///< `"a\n"`; empty where it is left running
  std::size_t peer = 0;
  std::optional<std::size_t> step = {};           ///< that made it
  std::optional<model::State> kernel_state = {};  ///< behind it, as of a segment
};

using TraceEntry = std::variant<PassedSegment, PassedIcmp, PassedNote, PassedCall>;

/// Whose connection an entry is about; nothing for a note.
inline std::optional<std::size_t> peer_of(const TraceEntry& entry) {
  if (const auto* segment = std::get_if<PassedSegment>(&entry)) return segment->peer;
  if (const auto* icmp = std::get_if<PassedIcmp>(&entry)) return icmp->peer;
  if (const auto* call = std::get_if<PassedCall>(&entry)) return call->peer;
  return {};
}

/// One way in which a segment differs from what was expected.
struct Difference {
  wire::Part part = wire::Part::flags;
  std::string expected;               ///< `ack=2`
  std::string received;               ///< `ack=1`, spelled as `format_segment` spells it
  const model::Rule* rule = nullptr;  ///< where the expectation was derived; absent where it was written
  bool model_agrees = false;          ///< with what was received, where something else was written
};

/// The kernel deviated: where, how and why that is wrong.
struct Mismatch {
  std::string summary;   ///< "the kernel's ACK does not cover the FIN"
  std::size_t step = 0;  ///< the step that failed; the number of steps where the end of the scenario did
  std::size_t peer = 0;  ///< whose connection
  scenario::Span span;   ///< the token that failed
  std::string label;     ///< behind the caret: "received ack=1"
  std::optional<std::size_t> cause;  ///< the last step before that sent a segment, or had the kernel send
  std::string expected;
  std::string received;
  std::vector<Difference> differences;
  std::string timing;  ///< "0.388 ms after the FIN-ACK"; may be empty
  /// Where the scenario's own number failed, and the model agrees with the kernel: "ack=3, as received". Else
  /// empty.
  std::string derived;
  const model::Rule* rule = nullptr;
  std::optional<std::size_t> trace_entry;                      ///< the segment that failed
  kernel::SocketState kernel;                                  ///< as sock_diag told it after the failure
  std::vector<std::pair<std::string, std::int64_t>> counters;  ///< those that moved during the run
};

/// Where a step was done.
struct StepEnd {
  wire::Time time;
  std::size_t entries = 0;  ///< behind so many of the trace
};

/// What became of a scenario: pure data, which every report reads.
struct Result {
  Verdict verdict = Verdict::pass;
  std::string reason;                   ///< of error, skip and inconclusive
  std::optional<scenario::Span> place;  ///< what in the scenario an error is about
  std::optional<Mismatch> mismatch;     ///< present exactly when the verdict is fail
  wire::Time started;
  wire::Duration took{};
  std::vector<TraceEntry> trace;
  std::vector<StepEnd> step_ends = {};  ///< of those that were done, in their order
  /// The rules that the kernel was seen to follow, each once; where `Setup::note_rules` asks for them.
  std::vector<const model::Rule*> followed = {};
};

/// Hears of things as they happen.
class Observer {
 public:
  virtual ~Observer() = default;
  /// The run begins; once, before anything passes.
  virtual void started(wire::Time) {}
  virtual void passed(const TraceEntry& entry) = 0;
};

}  // namespace tcpcraft::engine
