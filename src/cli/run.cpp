#include <algorithm>
#include <utility>

#include <sys/utsname.h>

#include <tcpcraft/report/console.hpp>
#include <tcpcraft/runner/interrupt.hpp>
#include <tcpcraft/runner/suite.hpp>

#include "commands.hpp"
#include "common.hpp"
#include "progress.hpp"
#include "results.hpp"
#include "selection.hpp"

namespace tcpcraft::cli {
namespace {

std::string header(const RunCommand& command, const ShardChoice& choice, std::size_t scenarios) {
  utsname system{};
  uname(&system);
  const results::Shard& shard = choice.shard;
  return std::string("tcpcraft " TCPCRAFT_VERSION " · Linux ") + system.release + " · " +
         (command.net == runner::Net::host ? "the host's network" : "private network namespace") + " · " +
         std::to_string(scenarios) + (scenarios == 1 ? " scenario" : " scenarios") +
         (choice.asked_by.empty() ? ""
                                  : " · shard " + std::to_string(shard.number) + " of " +
                                        std::to_string(shard.count) + " (" + choice.asked_by + ")") +
         " · seed " + std::to_string(command.seed) + "\n";
}

/// What all runs came to.
struct Total {
  report::Tally tally;
  bool invalid = false;  ///< a scenario is
  bool host_fault = false;
  bool cannot_run = false;  ///< nothing can run here
  std::string why_not;
  std::string bad;               ///< one line for each that did not simply pass, once more at the end
  std::vector<bool> is_decided;  ///< of each scenario

  void count(const runner::Outcome& outcome, const std::string& line) {
    tally.count(outcome.verdict);
    tally.flaky += outcome.is_flaky();
    const bool error = outcome.verdict == engine::Verdict::error;
    if (error) (outcome.host_fault ? host_fault : invalid) = true;
    if (error || outcome.verdict == engine::Verdict::fail || outcome.is_flaky()) bad += line;
  }
};

int exit_code_for(const Total& total) {
  if (total.cannot_run) return cannot_run;
  if (runner::interrupt_signal()) return 128 + runner::interrupt_signal();
  if (total.tally.failed) return failed;
  if (total.invalid) return invalid;
  return total.host_fault ? cannot_run : ok;
}

/// The names of those that were left out.
std::vector<std::string> names_of_not_run(const std::vector<ScenarioRun>& runs, const Total& total) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (!total.is_decided[i]) names.push_back(runs[i].name());
  return names;
}

/// Plays what is selected, once or until something fails, and tells of it.
class Session {
 public:
  Session(const RunCommand& command, Selected& selected, const results::Shard& shard,
          const report::Style& style, Results& results)
      : command_(command),
        selected_(selected),
        shard_(shard),
        style_(style),
        results_(results),
        captures_(capture_paths(command, selected.runs)),
        progress_(selected.runs.size(), width() > 1) {}

  int run() {
    for (std::size_t round = 1;; ++round) {
      if (command_.until_fail)
        for (ScenarioRun& one : selected_.runs) one.raise_seed(round - 1);
      const Total total = play(round);
      const int code = results_.exit_code(exit_code_for(total));
      if (!command_.until_fail || code != ok || selected_.runs.empty()) return code;
    }
  }

 private:
  // The host's loopback is one for all.
  std::size_t width() const { return command_.net == runner::Net::host ? 1 : command_.jobs; }

  /// A process of its own keeps scenarios apart; one alone has nothing to be kept apart from.
  bool plays_in_process() const {
    return selected_.runs.size() == 1 && !command_.until_fail && !command_.timeout;
  }

  runner::Suite suite() {
    runner::Suite suite;
    suite.width = width();
    suite.timeout = command_.timeout;
    suite.fail_fast = command_.fail_fast;
    suite.retries = command_.retries;
    suite.order = selected_.order;
    suite.in_process = plays_in_process();
    if (progress_.is_shown())
      suite.on_tick = [this](const runner::Busy& busy) {
        progress_.update(busy, selected_.runs[busy.oldest].name());
      };
    return suite;
  }

  Total play(std::size_t round) {
    Total total;
    total.is_decided.resize(selected_.runs.size());
    engine::SystemClock clock;
    const wire::Time start = clock.now();
    results_.begin(run_info(command_, selected_.runs.size(), shard_));
    suite().run(
        selected_.runs.size(), [&](std::size_t i) { return selected_.runs[i].run(captures_[i]); },
        [&](std::size_t i, const runner::Outcome& outcome, const std::string& output) {
          tell(total, i, outcome, output);
        });
    const wire::Duration took = clock.now() - start;
    results_.end({took, names_of_not_run(selected_.runs, total), total.why_not});
    if (!total.cannot_run) tell_end(total, took, round);
    return total;
  }

  void tell(Total& total, std::size_t i, const runner::Outcome& outcome, const std::string& output) {
    progress_.print(output);
    if (outcome.cannot_run) {
      total.why_not = outcome.reason;
      if (!std::exchange(total.cannot_run, true))
        progress_.print(style_.red("cannot run here") + ": " + outcome.reason + "\n");
      return;
    }
    const std::string line =
        outcome.is_flaky()
            ? report::format_flaky(outcome.took, selected_.runs[i].name(), outcome.failures, style_)
            : report::format_verdict(outcome.verdict, outcome.took, selected_.runs[i].name(), outcome.reason,
                                     style_);
    const bool passed = outcome.verdict == engine::Verdict::pass;
    if (!passed || !command_.until_fail) progress_.print(line);
    if (outcome.verdict == engine::Verdict::fail) progress_.add_failure();
    total.is_decided[i] = true;
    total.count(outcome, line);
    if (command_.results.any()) results_.add(selected_.runs[i].record(outcome));
  }

  void tell_end(Total& total, wire::Duration took, std::size_t round) {
    total.tally.not_run = selected_.runs.size() - total.tally.total();
    std::string text;
    if (selected_.runs.size() > 1 && !total.bad.empty()) text += "\n" + total.bad;
    text += format_not_run(names_of_not_run(selected_.runs, total));
    if (command_.until_fail) text += "round " + std::to_string(round) + ": ";
    text += report::format_tally(total.tally, took, style_);
    if (round == 1) text += format_too_slow(selected_.too_slow);
    progress_.print(text);
  }

  const RunCommand& command_;
  Selected& selected_;
  const results::Shard shard_;
  const report::Style& style_;
  Results& results_;
  const std::vector<std::string> captures_;
  Progress progress_;
};

int list(const std::vector<ScenarioRun>& runs) {
  bool all_valid = true;
  for (const ScenarioRun& run : runs) {
    print(run.is_valid() ? run.name() + "\t" + run.tags() + "\n" : "");
    if (!run.is_valid()) std::fputs(run.complaints().c_str(), stderr);
    all_valid &= run.is_valid();
  }
  return all_valid ? ok : invalid;
}

}  // namespace

int run(RunCommand command) {
  if (command.update) return update_files(command);
  const report::Style style = style_for(command.color);
  heed_test_runner(command);
  if (command.until_fail) command.quiet = command.fail_fast = true;
  const ShardChoice choice = choose_shard(command.shard);
  Selected selected = select_runs(command, choice.shard, style);
  if (command.list) return list(selected.runs);
  runner::catch_interrupts();
  if (command.until_fail && command.results.to_standard_output())
    throw UsageError(
        "--until-fail writes results anew in each round, and standard output cannot be written over");
  Results results(command.results);  // which may take standard output for itself
  print(header(command, choice, selected.runs.size()));
  return Session(command, selected, choice.shard, style, results).run();
}

}  // namespace tcpcraft::cli
