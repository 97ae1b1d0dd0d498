#include "selection.hpp"

#include <filesystem>
#include <map>
#include <utility>

#include <tcpcraft/results/json.hpp>
#include <tcpcraft/runner/shard.hpp>

#include "common.hpp"

namespace tcpcraft::cli {
namespace {

std::string with_commas(const std::vector<std::string>& tags) {
  std::string text;
  for (const std::string& tag : tags) text += (text.empty() ? "" : ",") + tag;
  return text;
}

/// A pipe has its text once only. And one scenario alone need not be read twice.
bool is_kept(const RunCommand& command, const ScenarioFile& file) {
  return file.named && (command.paths.size() == 1 || !std::filesystem::is_regular_file(file.path));
}

/// What may be played.
std::vector<Candidate> candidates(const RunCommand& command, std::size_t& too_slow) {
  std::vector<Candidate> all;
  for (const ScenarioFile& file : scenario_files(command.paths)) {
    const auto read = std::make_shared<ReadFile>(read_scenarios(file));
    if (read->scenarios.empty()) all.push_back({file.path, {}, "", {}, read});
    for (const scenario::Scenario& one : read->scenarios) {
      const Choice choice = choose(command, file, one);
      if (choice == Choice::play)
        all.push_back({file.path, one.variant, with_commas(one.tags), runner::estimated_duration(one),
                       is_kept(command, file) ? read : nullptr});
      if (choice == Choice::too_slow) ++too_slow;
    }
  }
  return all;
}

/// How long scenarios took in an earlier run, by their names.
std::map<std::string, wire::Duration> recorded_durations(const std::string& file) {
  std::map<std::string, wire::Duration> durations;
  if (file.empty()) return durations;
  const results::ReadReport read = results::read_report_json(scenario::load(file).text, file);
  if (!read.report) throw UsageError("--durations: " + read.error);
  for (const results::Record& record : read.report->records) durations[record.name] = record.took;
  return durations;
}

std::vector<runner::Weighed> weighed(const std::vector<Candidate>& all,
                                     const std::map<std::string, wire::Duration>& recorded) {
  std::vector<runner::Weighed> result;
  for (const Candidate& one : all) {
    const auto known = recorded.find(one.name());
    result.push_back({one.name(), known == recorded.end() ? one.estimate : known->second});
  }
  return result;
}

void keep_shard(std::vector<Candidate>& all, std::vector<runner::Weighed>& weights,
                const results::Shard& shard) {
  const std::vector<std::size_t> shard_of = runner::assign_shards(weights, shard.count);
  std::vector<Candidate> kept;
  std::vector<runner::Weighed> kept_weights;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (shard_of[i] + 1 != shard.number) continue;
    kept.push_back(std::move(all[i]));
    kept_weights.push_back(std::move(weights[i]));
  }
  all = std::move(kept);
  weights = std::move(kept_weights);
}

[[noreturn]] void say_nothing_matches(const RunCommand& command) {
  std::string options;
  for (const std::string& filter : command.filters) options += " --filter '" + filter + "'";
  for (const std::string& tag : command.tags) options += " --tag " + tag;
  for (const std::string& tag : command.skipped_tags) options += " --skip-tag " + tag;
  throw UsageError("no scenario matches" + options + "; --list without them names all there are");
}

}  // namespace

Selected select_runs(const RunCommand& command, const results::Shard& shard, const report::Style& style) {
  Selected selected;
  std::vector<Candidate> all = candidates(command, selected.too_slow);
  if (all.empty() && selected.too_slow == 0) say_nothing_matches(command);
  std::vector<runner::Weighed> weights = weighed(all, recorded_durations(command.durations));
  if (shard.count > 1) keep_shard(all, weights, shard);
  const std::vector<std::size_t> order = runner::longest_first(weights);
  for (std::size_t round = 0; round < command.repeats; ++round) {
    for (const Candidate& one : all) {
      selected.runs.emplace_back(command, one, style);
      if (command.repeats > 1) selected.runs.back().number_round(round + 1);
    }
    for (const std::size_t i : order) selected.order.push_back(round * all.size() + i);
  }
  return selected;
}

}  // namespace tcpcraft::cli
