#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <tcpcraft/engine/result.hpp>
#include <tcpcraft/report/style.hpp>
#include <tcpcraft/scenario/diagnostic.hpp>
#include <tcpcraft/scenario/scenario.hpp>
#include <tcpcraft/scenario/source.hpp>
#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::report {

/// A diagnostic with its place, the source line and a caret under the exact token. Ends in a newline, as all
/// here.
std::string format_diagnostic(const scenario::Source& source, const scenario::Diagnostic& diagnostic,
                              const Style& style);

/// One line for what passed: the time since `start`, who sent it, the segment. With `verbose`, a second line
/// says by which rule. Where there are several `peers`, the line names the one whose connection it is.
std::string format_entry(const engine::TraceEntry& entry, wire::Time start, bool verbose, const Style& style,
                         std::span<const scenario::Peer> peers = {});

/// What a failure names besides the result.
struct FailureContext {
  std::string capture;  ///< the capture's path; empty: there is none
  std::string again;    ///< the command that runs it again
};

/// The frame of a failure: the step with its caret, what provoked it, expected and received, why, what the
/// kernel says, the last segments.
std::string format_failure(const scenario::Source& source, const scenario::Scenario& scenario,
                           const engine::Result& result, const FailureContext& context, const Style& style);

/// `    PASS [  0.8 ms] handshake/passive_open`, with the reason of an error or skip behind it.
std::string format_verdict(engine::Verdict verdict, wire::Duration took, const std::string& name,
                           const std::string& reason, const Style& style);

/// The same of one that passed, but not at once.
std::string format_flaky(wire::Duration took, const std::string& name, std::size_t failures,
                         const Style& style);

/// How often each verdict was given.
struct Tally {
  std::size_t passed = 0;
  std::size_t flaky = 0;  ///< of those that passed: they failed before
  std::size_t failed = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;
  std::size_t not_run = 0;

  void count(engine::Verdict verdict);
  std::size_t total() const { return passed + failed + errors + skipped + not_run; }
};

/// `42 scenarios: 40 passed, 1 failed, 1 skipped in 0.4 s`.
std::string format_tally(const Tally& tally, wire::Duration took, const Style& style);

}  // namespace tcpcraft::report
