#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/engine/result.hpp>
#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::results {

/// A rule as it was cited: texts of its own, for it may have come from another process or another machine.
struct CitedRule {
  std::string name;     ///< `established.rst.challenge`
  std::string section;  ///< `RFC 5961 3.2`
  std::string says;
};

/// Something that happened in a run, in the order of time.
struct Event {
  enum class Kind {
    segment,
    icmp,     ///< a message from the peer's side
    call,     ///< of the application's: `text` is the call, `result` what came of it
    note,     ///< of the scenario's author
    silence,  ///< was wanted, and kept
    wait,     ///< that the scenario made
    check,    ///< of the kernel's state, counters or variables: `text` is the step, `result` what was seen
              ///< instead, where it failed
    missing,  ///< a segment of the kernel's that was wanted, and did not come
  };
  Kind kind = Kind::note;
  wire::Duration at{};              ///< since the start of the run; where it has a length, of its end
  wire::Duration length{};          ///< of a silence or a wait; zero where it has none
  engine::Party from = {};          ///< of a segment
  std::string peer;                 ///< whose connection it is; empty where the scenario has one peer
  std::string text;                 ///< a segment in the notation of scenarios, numbers relative
  std::string result;               ///< of a call or a check
  std::optional<CitedRule> rule;    ///< of a segment: why it is sent, or how it is to be handled
  std::string state;                ///< the kernel's, from here on: `FIN-WAIT-2`; empty where it stays
  std::optional<std::size_t> step;  ///< the step that it came of, or that took it: an index of Record::steps
  bool failed = false;              ///< this is where the run failed
};

/// A step of a scenario, as it was played: what repeats and blocks come to.
struct Step {
  enum class Outcome { done, failed, not_reached };
  std::size_t line = 0;  ///< in the file, from 1
  std::string text;      ///< `expect: ACK`, one line
  Outcome outcome = Outcome::not_reached;
};

/// Why a run failed.
struct Failure {
  std::string summary;                ///< "the kernel's ACK does not cover the FIN"
  std::size_t line = 0, column = 0;   ///< of the token that failed, from 1
  std::string expected, received;     ///< may be empty
  std::vector<CitedRule> rules;       ///< that what came is against
  std::string kernel_state;           ///< as the kernel told it after the failure; may be empty
  std::vector<std::string> counters;  ///< that moved: `TcpExtTCPChallengeACK +1`
  std::string text;                   ///< all that the console says, without colours
};

/// The crafted side of a connection.
struct Peer {
  std::string name;     ///< empty where the scenario names none
  std::string address;  ///< with its port; empty where nothing passed
};

/// What became of one variant of a scenario file.
struct Record {
  std::string name;     ///< `scenarios/close/half_close[ip=6]`: what tells it from all others
  std::string file;     ///< its path as given
  std::string variant;  ///< `[ip=6]`; empty where the file has none
  std::string title, about;
  std::vector<std::string> rfc, tags;
  engine::Verdict verdict = engine::Verdict::error;
  std::string reason;  ///< of an error or a skip
  std::string
      complaints;  ///< what is wrong with the scenario's text, as the console says it, without colours
  wire::Duration took{};
  bool host_fault = false;     ///< of an error: that of the system, not of the scenario
  std::size_t attempts = 1;    ///< how often it was played until it could be judged
  std::size_t failures = 0;    ///< how many of the attempts before the last failed
  std::string again;           ///< the command that runs it again
  std::string capture;         ///< the path of its capture; empty where there is none
  std::string kernel_address;  ///< with its port
  std::string kernel_state;    ///< before anything happened: `LISTEN`
  std::vector<Peer> peers;
  std::vector<Step> steps;
  std::vector<Event> events;
  std::optional<Failure> failure;  ///< present exactly when the verdict is fail
};

/// Of which part of a whole these results are.
struct Shard {
  std::size_t number = 1;  ///< from 1
  std::size_t count = 1;
};

/// What is known before the first scenario is played.
struct RunInfo {
  std::string version;  ///< tcpcraft's
  std::string kernel;   ///< `Linux 6.18.0`
  std::string network;  ///< `private network namespace`
  std::uint64_t seed = 0;
  std::int64_t started = 0;   ///< seconds since 1970, UTC
  std::size_t scenarios = 0;  ///< how many are to be played
  Shard shard;
};

/// What is known behind the last.
struct RunEnd {
  wire::Duration took{};
  std::vector<std::string> not_run;  ///< the names of those that an interrupt or a failure left out
  std::string cannot_run;            ///< why nothing could run here; else empty
};

/// A format in which results are written while a suite runs: `begin` once, `add` for each as it is decided,
/// `end` once, after an interrupt as well. What is written is whole after `end`.
class Writer {
 public:
  virtual ~Writer() = default;
  virtual void begin(const RunInfo& info) = 0;
  virtual void add(const Record& record) = 0;
  virtual void end(const RunEnd& end) = 0;
};

/// `pass`, `fail`, `error`, `skip`, `inconclusive`: as results name it.
std::string to_string(engine::Verdict verdict);
/// Nothing where no verdict has that name.
std::optional<engine::Verdict> parse_verdict(const std::string& name);

}  // namespace tcpcraft::results
