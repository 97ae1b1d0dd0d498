// `tcpcraft run --update`.

#include <map>
#include <memory>
#include <optional>

#include <tcpcraft/report/console.hpp>
#include <tcpcraft/report/diff.hpp>
#include <tcpcraft/runner/interrupt.hpp>
#include <tcpcraft/runner/prepare.hpp>
#include <tcpcraft/update/update.hpp>

#include "commands.hpp"
#include "common.hpp"
#include "replace_file.hpp"

namespace tcpcraft::cli {
namespace {

constexpr int attempts = 5;                  // of a play that was inconclusive
constexpr std::size_t most_revisions = 500;  // of one variant: each takes another play

/// The files that payloads name, read once: from inside a private network those of other users are out of
/// reach.
scenario::FileReader remembering(const std::string& source_name) {
  const auto known = std::make_shared<std::map<std::string, std::optional<wire::Bytes>>>();
  return [known, files = scenario::files_beside(source_name)](const std::string& path) {
    const auto found = known->find(path);
    return found != known->end() ? found->second : known->emplace(path, files(path)).first->second;
  };
}

/// A play says nothing about the kernel: what became of it.
struct Unplayable {
  runner::Outcome outcome;
};

/// One file's way to its new text, in a process of its own.
class FileUpdate {
 public:
  FileUpdate(const RunCommand& command, const scenario::Source& source, const scenario::FileReader& files,
             const report::Style& style)
      : command_(command), source_(source), files_(files), style_(style) {}

  /// Its verdict is what the new text's scenarios come to; its reason is the new text, or why there is none.
  runner::Outcome run(const std::vector<scenario::Scenario>& scenarios) {
    return outcome_of([&] {
      try {
        return rehearse(scenarios);
      } catch (const Unplayable& unplayable) {
        return unplayable.outcome;
      }
    });
  }

 private:
  static runner::Outcome outcome(engine::Verdict verdict, std::string reason) {
    return {verdict, std::move(reason), {}, false, false};
  }

  runner::Outcome rehearse(const std::vector<scenario::Scenario>& scenarios) {
    prepare(scenarios);
    std::vector<update::Rehearsal> rehearsals;
    bool all_passed = true;
    for (const scenario::Scenario& scenario : scenarios)
      all_passed &= rehearse_one(rehearsals.emplace_back(scenario));
    if (all_passed) return outcome(engine::Verdict::pass, source_.text);
    const update::Updated updated = update::updated(source_.text, rehearsals);
    print(report::format_diff(source_.name, source_.text, updated.text, style_));
    for (const scenario::Diagnostic& diagnostic : updated.unresolved)
      print("\n" + report::format_diagnostic(source_, diagnostic, style_) + "\n");
    const bool passes = updated.text != source_.text && prove({source_.name, updated.text});
    return outcome(passes && updated.unresolved.empty() ? engine::Verdict::pass : engine::Verdict::fail,
                   updated.text);
  }

  /// What is to be opened on the host.
  void prepare(const std::vector<scenario::Scenario>& scenarios) {
    for (const scenario::Scenario& scenario : scenarios) {
      runner::Prepared prepared = runner::prepare(scenario);
      if (prepared.refused) throw Unplayable{outcome(prepared.refused->verdict, prepared.refused->reason)};
      if (prepared.drops) drops_ = std::move(prepared.drops);
    }
  }

  /// Whether it passed as it was.
  bool rehearse_one(update::Rehearsal& rehearsal) {
    for (std::size_t revisions = 0;; ++revisions) {
      engine::Observations observations;
      const engine::Result result = play(rehearsal.scenario(), command_.seed, &observations);
      if (result.verdict == engine::Verdict::pass) {
        rehearsal.keep(std::move(observations));
        return revisions == 0;
      }
      if (revisions == most_revisions || !rehearsal.revise(result, observations)) return false;
    }
  }

  /// Plays in a new network; a pass or a failure. Throws Unplayable.
  engine::Result play(const scenario::Scenario& scenario, std::uint64_t seed,
                      engine::Observations* observations = nullptr) {
    engine::Result result;
    for (int attempt = 0; attempt < attempts; ++attempt) {
      if (observations) *observations = {};
      runner::RunOptions options;
      options.seed = seed;
      options.observations = observations;
      options.drops = drops_.get();
      runner::enter_network(runner::Net::isolated);
      runner::InterruptibleClock clock;
      std::optional<engine::Result> refused = runner::furnish(scenario, runner::Net::isolated);
      result = refused ? std::move(*refused) : runner::play(scenario, options, clock);
      if (result.verdict != engine::Verdict::inconclusive) break;
    }
    if (result.verdict == engine::Verdict::pass || result.verdict == engine::Verdict::fail) return result;
    if (result.verdict == engine::Verdict::error && result.place)
      print(report::format_diagnostic(source_, {*result.place, result.reason, ""}, style_) + "\n");
    const bool host_fault = !result.place && result.verdict != engine::Verdict::skip;
    const bool skipped = result.verdict == engine::Verdict::skip;
    throw Unplayable{
        {skipped ? result.verdict : engine::Verdict::error, result.reason, {}, host_fault, false}};
  }

  /// Reads the new text as any other, and plays it: whether all of it passes.
  bool prove(const scenario::Source& source) {
    const scenario::Reading reading = scenario::read(source, files_);
    for (const scenario::Diagnostic& diagnostic : reading.diagnostics)
      print("\n" + report::format_diagnostic(source, diagnostic, style_) + "\n");
    if (!reading.diagnostics.empty())
      throw Unplayable{
          outcome(engine::Verdict::error, "what was rewritten cannot be read, so nothing is written")};
    bool passes = true;
    for (const scenario::Scenario& scenario : reading.scenarios) {
      // With another seed: a number that was right by chance is not.
      const engine::Result result = play(scenario, command_.seed + 1);
      if (result.verdict == engine::Verdict::pass) continue;
      print("\n" +
            report::format_failure(source, scenario, result, {"", "tcpcraft run -v " + source.name}, style_) +
            "\n");
      passes = false;
    }
    return passes;
  }

  const RunCommand& command_;
  const scenario::Source& source_;
  const scenario::FileReader& files_;
  const report::Style& style_;
  std::unique_ptr<kernel::DropWatch> drops_;
};

struct Changes {
  std::size_t updated = 0, left = 0, too_slow = 0;
  bool failed = false, invalid = false, host_fault = false, cannot_run = false;
};

/// What became of a file, in one line.
std::string settle(const runner::Outcome& outcome, const scenario::Source& source, const RunCommand& command,
                   const report::Style& style, Changes& total) {
  const bool has_text = outcome.verdict == engine::Verdict::pass || outcome.verdict == engine::Verdict::fail;
  const bool changed = has_text && outcome.reason != source.text;
  if (!changed) ++total.left;
  if (outcome.verdict == engine::Verdict::skip)
    return style.yellow("skipped") + ", left as it is: " + outcome.reason;
  if (!has_text) {
    (outcome.host_fault ? total.host_fault : total.invalid) = true;
    return style.red("error") + ", left as it is: " + outcome.reason;
  }
  const bool passes = outcome.verdict == engine::Verdict::pass;
  if (!passes) total.failed = true;
  if (!changed && passes) return style.green("passes") + ", left as it is";
  if (!changed) return style.red("fails") + ", and nothing in it could be rewritten";
  if (!command.dry_run) replace_file(source.name, source.text, outcome.reason);
  ++total.updated;
  const std::string done = command.dry_run ? "would be updated" : "updated";
  return done +
         (passes ? ": " + style.green("passes") : ", but " + style.red("not all of it could be put right"));
}

/// Whether one of the variants is to be played; all are looked at then, since they have one text. What cannot
/// be read is always in.
bool is_selected(const RunCommand& command, const ScenarioFile& file, const scenario::Reading& reading,
                 Changes& total) {
  bool play = reading.scenarios.empty();
  std::size_t too_slow = 0;
  for (const scenario::Scenario& scenario : reading.scenarios) {
    const Choice choice = choose(command, file, scenario);
    play |= choice == Choice::play;
    too_slow += choice == Choice::too_slow;
  }
  if (!play) total.too_slow += too_slow;
  return play;
}

void update_file(const ScenarioFile& file, const RunCommand& command, const report::Style& style,
                 Changes& total) {
  if (!file.variant.empty())
    throw UsageError(file.path + "[" + file.variant +
                     "]: --update looks at all variants of a file: leave out the [" + file.variant + "]");
  const scenario::Source source = scenario::load(file.path);
  const scenario::FileReader files = remembering(file.path);
  const scenario::Reading reading = scenario::read(source, files);
  if (!is_selected(command, file, reading, total)) return;
  for (const scenario::Diagnostic& diagnostic : reading.diagnostics)
    print(report::format_diagnostic(source, diagnostic, style) + "\n");
  runner::Outcome outcome{engine::Verdict::error, "the scenario is invalid", {}, false, false};
  if (reading.diagnostics.empty())
    outcome = runner::run_in_child(
        [&] { return FileUpdate(command, source, files, style).run(reading.scenarios); });
  if (outcome.cannot_run) {
    print(style.red("cannot run here") + ": " + outcome.reason + "\n");
    total.cannot_run = true;
    return;
  }
  print(style.bold(report::printable(file.path)) + ": " + settle(outcome, source, command, style, total) +
        "\n");
}

}  // namespace

int update_files(const RunCommand& command) {
  const report::Style style = style_for(command.color);
  runner::catch_interrupts();
  Changes total;
  for (const ScenarioFile& file : scenario_files(command.paths)) {
    update_file(file, command, style, total);
    if (total.cannot_run) return cannot_run;
    if (runner::interrupt_signal()) return 128 + runner::interrupt_signal();
  }
  const std::size_t files = total.updated + total.left;
  if (files != 1)
    print(std::to_string(files) + " files: " + std::to_string(total.updated) +
          (command.dry_run ? " would be updated, " : " updated, ") + std::to_string(total.left) +
          " left as they are\n");
  print(format_too_slow(total.too_slow));
  if (total.failed) return failed;
  if (total.invalid) return invalid;
  return total.host_fault ? cannot_run : ok;
}

}  // namespace tcpcraft::cli
