#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include <sys/utsname.h>

#include <tcpcraft/report/console.hpp>
#include <tcpcraft/report/coverage.hpp>
#include <tcpcraft/runner/interrupt.hpp>
#include <tcpcraft/runner/prepare.hpp>
#include <tcpcraft/runner/suite.hpp>

#include "commands.hpp"
#include "common.hpp"

namespace tcpcraft::cli {
namespace {

/// A scenario to be played, and what it is called: the file without the folders that all have in common.
struct Subject {
  std::string file;
  scenario::Scenario scenario;
};

/// What there is to play, and what became of the rest.
struct Subjects {
  std::vector<Subject> list;
  std::size_t invalid = 0;
  std::size_t too_slow = 0;
};

Subjects subjects_of(const CoverageCommand& command, const report::Style& style) {
  Subjects subjects;
  for (const ScenarioFile& file : scenario_files(command.paths)) {
    ReadFile read = read_scenarios(file);
    if (read.scenarios.empty()) ++subjects.invalid;
    print(read.complaints(style));
    for (scenario::Scenario& scenario : read.scenarios) {
      const Choice choice = choose(command, file, scenario);
      if (choice == Choice::play) subjects.list.push_back({file.path, std::move(scenario)});
      if (choice == Choice::too_slow) ++subjects.too_slow;
    }
  }
  return subjects;
}

/// How long the folders are that all files have in common.
std::size_t common_folders(const std::vector<Subject>& subjects) {
  if (subjects.empty()) return 0;
  std::size_t common = subjects.front().file.rfind('/') + 1;
  for (const Subject& subject : subjects)
    while (common > 0 && subject.file.compare(0, common, subjects.front().file, 0, common) != 0)
      common = common == 1 ? 0 : subjects.front().file.rfind('/', common - 2) + 1;
  return common;
}

std::string name_of(const std::string& file, std::size_t common) {
  const std::string name = file.substr(common);
  return name.ends_with(".scn") ? name.substr(0, name.size() - 4) : name;
}

runner::Outcome play_once(const CoverageCommand& command, const scenario::Scenario& scenario) {
  runner::Prepared prepared = runner::prepare(scenario);
  if (prepared.refused) return {prepared.refused->verdict, prepared.refused->reason, {}, false, false};
  // It is closed with the process, when the verdict has been told.
  static std::unique_ptr<transport::Link> link;
  runner::RunOptions options;
  options.net = command.net;
  options.seed = command.seed;
  options.drops = prepared.drops.get();
  options.link = &link;
  options.note_rules = true;
  runner::enter_network(command.net);
  runner::InterruptibleClock clock;
  const std::optional<engine::Result> refused = runner::furnish(scenario, command.net);
  const engine::Result result = refused ? *refused : runner::play(scenario, options, clock);
  const std::string reason = result.mismatch ? result.mismatch->summary : result.reason;
  runner::Outcome outcome{result.verdict, reason, result.took, !result.place, false};
  for (const model::Rule* rule : result.followed) outcome.rules.emplace_back(rule->name);
  return outcome;
}

/// What all scenarios came to.
struct Played {
  std::vector<coverage::Witness> witnesses;
  report::Tally tally;
  bool invalid = false;
  bool host_fault = false;
};

void note(Played& played, const Subject& subject, const std::string& name, const runner::Outcome& outcome,
          const report::Style& style) {
  const bool passed = outcome.verdict == engine::Verdict::pass;
  if (!passed)
    print(report::format_verdict(outcome.verdict, outcome.took,
                                 name + scenario::variant_name(subject.scenario.variant), outcome.reason,
                                 style));
  if (outcome.verdict == engine::Verdict::error)
    (outcome.host_fault ? played.host_fault : played.invalid) = true;
  played.tally.count(outcome.verdict);
  played.witnesses.push_back({name, passed, subject.scenario.rfc, outcome.rules});
}

/// Nothing where nothing can run here.
std::optional<Played> play_all(const CoverageCommand& command, const Subjects& subjects,
                               const report::Style& style) {
  Played played;
  played.invalid = subjects.invalid > 0;
  bool nothing_can_run = false;
  const std::size_t common = common_folders(subjects.list);
  runner::Suite suite;
  suite.width = command.net == runner::Net::host ? 1 : command.jobs;
  const auto play = [&](std::size_t i) {
    return outcome_of([&] { return play_once(command, subjects.list[i].scenario); });
  };
  suite.run(subjects.list.size(), play,
            [&](std::size_t i, const runner::Outcome& outcome, const std::string&) {
              if (outcome.cannot_run) {
                if (!std::exchange(nothing_can_run, true))
                  print(style.red("cannot run here") + ": " + outcome.reason + "\n");
                return;
              }
              note(played, subjects.list[i], name_of(subjects.list[i].file, common), outcome, style);
            });
  if (nothing_can_run) return {};
  played.tally.not_run = subjects.list.size() - played.tally.total();
  return played;
}

int exit_code_of(const Played& played) {
  if (runner::interrupt_signal()) return 128 + runner::interrupt_signal();
  if (played.tally.failed) return failed;
  if (played.invalid) return invalid;
  return played.host_fault ? cannot_run : ok;
}

std::string kernel_name() {
  utsname system{};
  uname(&system);
  return std::string("Linux ") + system.release;
}

}  // namespace

int show_coverage(const CoverageCommand& command) {
  const report::Style style = style_for(command.color);
  const Subjects subjects = subjects_of(command, style);
  const OutputFile json(command.json);
  runner::catch_interrupts();
  engine::SystemClock clock;
  const wire::Time start = clock.now();
  const std::optional<Played> played = play_all(command, subjects, style);
  if (!played) return cannot_run;
  const coverage::Coverage coverage = coverage::cover(played->witnesses);
  const bool told = played->tally.passed + played->tally.skipped < played->tally.total() || subjects.invalid;
  print(std::string(told ? "\n" : "") + "tcpcraft " TCPCRAFT_VERSION " · " + kernel_name() +
        " · RFC 9293, Appendix B\n\n" + report::format_coverage(coverage, command.verbose, style) + "\n" +
        report::format_coverage_summary(coverage, style) +
        report::format_tally(played->tally, clock.now() - start, style) + format_too_slow(subjects.too_slow));
  json.write([&] { return report::coverage_json(coverage, TCPCRAFT_VERSION, kernel_name()); });
  return exit_code_of(*played);
}

}  // namespace tcpcraft::cli
