#include "record_check.hpp"

#include <optional>

#include <tcpcraft/runner/interrupt.hpp>
#include <tcpcraft/runner/prepare.hpp>
#include <tcpcraft/runner/shard.hpp>
#include <tcpcraft/runner/suite.hpp>
#include <tcpcraft/scenario/reader.hpp>
#include <tcpcraft/wire/notation.hpp>

#include "commands.hpp"
#include "common.hpp"

namespace tcpcraft::cli {
namespace {

using namespace std::chrono_literals;

constexpr wire::Duration most = 5s;  // that somebody waits for what he has not asked for

runner::Outcome skipped(std::string reason) {
  return {engine::Verdict::skip, std::move(reason), {}, false, false};
}

runner::Outcome play(const scenario::Source& source) {
  const scenario::Reading reading = scenario::read(source, {});
  if (reading.scenarios.empty()) return skipped("it cannot be read");
  const scenario::Scenario& scenario = reading.scenarios.front();
  const wire::Duration estimate = runner::estimated_duration(scenario);
  if (estimate > most) return skipped("it takes " + wire::format_duration(estimate / 1s * 1s));
  const runner::Prepared prepared = runner::prepare(scenario);
  if (prepared.refused) return skipped(prepared.refused->reason);
  runner::RunOptions options;
  options.drops = prepared.drops.get();
  runner::enter_network(runner::Net::isolated);
  runner::InterruptibleClock clock;
  const std::optional<engine::Result> refused = runner::furnish(scenario, runner::Net::isolated);
  const engine::Result result = refused ? *refused : runner::play(scenario, options, clock);
  runner::Outcome outcome{result.verdict, result.reason, result.took, false, false};
  if (!result.mismatch) return outcome;
  outcome.reason = result.mismatch->summary;
  const bool at_end = result.mismatch->step >= scenario.steps.size();
  const std::size_t place = at_end ? source.text.size() - 1 : result.mismatch->span.begin;
  outcome.record = std::to_string(source.position(place).line);
  return outcome;
}

Checked checked(const runner::Outcome& outcome) {
  if (outcome.verdict == engine::Verdict::pass) return {Checked::Verdict::passes, "", 0};
  if (outcome.verdict != engine::Verdict::fail) return {Checked::Verdict::not_played, outcome.reason, 0};
  return {Checked::Verdict::fails, outcome.reason, std::stoul("0" + outcome.record)};
}

}  // namespace

std::vector<Checked> check_recorded(const std::vector<std::string>& texts) {
  std::vector<Checked> result(texts.size(), Checked{Checked::Verdict::not_played, "interrupted", 0});
  runner::Suite suite;
  suite.width = default_jobs();
  suite.run(
      texts.size(),
      [&](std::size_t number) { return outcome_of([&] {
                                  return play({"recorded.scn", texts[number]});
                                }); },
      [&](std::size_t number, const runner::Outcome& outcome, const std::string&) {
        result[number] = checked(outcome);
      });
  return result;
}

}  // namespace tcpcraft::cli
