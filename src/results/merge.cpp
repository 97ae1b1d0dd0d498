#include <algorithm>
#include <map>
#include <utility>

#include <tcpcraft/results/merge.hpp>

namespace tcpcraft::results {
namespace {

std::string shard_text(std::size_t number, std::size_t count) {
  return "shard " + std::to_string(number) + " of " + std::to_string(count);
}

void check_shards(const std::vector<NamedReport>& reports, std::vector<std::string>& errors) {
  const std::size_t count = reports.front().report.info.shard.count;
  std::map<std::size_t, std::string> names;
  for (const auto& [name, report] : reports) {
    const Shard& shard = report.info.shard;
    if (shard.count != count) {
      errors.push_back(reports.front().name + " is " +
                       shard_text(reports.front().report.info.shard.number, count) + ", and " + name +
                       " is " + shard_text(shard.number, shard.count));
      return;
    }
    const auto [there, is_new] = names.emplace(shard.number, name);
    if (!is_new && count > 1)
      errors.push_back(there->second + " and " + name + " are both " + shard_text(shard.number, count));
  }
  // A count from a file may be anything.
  constexpr std::size_t most = 10;
  std::size_t missing = 0;
  for (std::size_t number = 1; number <= count && count > 1 && missing <= most; ++number)
    if (!names.count(number) && ++missing <= most)
      errors.push_back(shard_text(number, count) + " is not there");
  if (missing > most) errors.push_back("nor are others");
}

/// A note where `what` is not the same in all.
template <class Value>
void compare(const std::vector<NamedReport>& reports, const char* what, Value value,
             std::vector<std::string>& notes) {
  const NamedReport& first = reports.front();
  for (const NamedReport& other : reports)
    if (value(other.report.info) != value(first.report.info)) {
      notes.push_back(std::string(what) + ": " + value(first.report.info) + " in " + first.name + ", " +
                      value(other.report.info) + " in " + other.name);
      return;
    }
}

/// By the name of a scenario: the report that has it, and what became of it there.
using Seen = std::map<std::string, std::pair<std::string, engine::Verdict>>;

void add(Merged& merged, NamedReport from, Seen& seen) {
  Seen here;
  for (Record& record : from.report.records) {
    here.insert({record.name, {from.name, record.verdict}});
    const auto found = seen.find(record.name);
    if (found == seen.end()) {
      merged.report.records.push_back(std::move(record));
      continue;
    }
    const auto& [name, verdict] = found->second;
    const std::string both = record.name + " was played in " + name + " and in " + from.name;
    if (verdict == record.verdict)
      merged.notes.push_back(both + ": " + to_string(verdict) + " both times, kept once");
    else
      merged.errors.push_back(both + ": " + to_string(verdict) + " there, " + to_string(record.verdict) +
                              " here");
  }
  seen.merge(here);
  RunEnd& end = merged.report.end;
  end.took += from.report.end.took;
  end.not_run.insert(end.not_run.end(), from.report.end.not_run.begin(), from.report.end.not_run.end());
  if (end.cannot_run.empty()) end.cannot_run = from.report.end.cannot_run;
}

}  // namespace

Merged merge(std::vector<NamedReport> reports) {
  Merged merged;
  if (reports.empty()) return merged;
  check_shards(reports, merged.errors);
  if (!merged.errors.empty()) return merged;
  compare(
      reports, "tcpcraft", [](const RunInfo& info) { return info.version; }, merged.notes);
  compare(
      reports, "kernel", [](const RunInfo& info) { return info.kernel; }, merged.notes);
  compare(
      reports, "network", [](const RunInfo& info) { return info.network; }, merged.notes);
  compare(
      reports, "seed", [](const RunInfo& info) { return std::to_string(info.seed); }, merged.notes);
  RunInfo& info = merged.report.info;
  info = reports.front().report.info;
  info.shard = {};
  Seen seen;
  for (NamedReport& report : reports) {
    info.started = std::min(info.started, report.report.info.started);
    add(merged, std::move(report), seen);
  }
  // What one shard left out, another may have played.
  auto& not_run = merged.report.end.not_run;
  not_run.erase(std::remove_if(not_run.begin(), not_run.end(),
                               [&](const std::string& name) { return seen.count(name) > 0; }),
                not_run.end());
  info.scenarios = merged.report.records.size() + not_run.size();
  return merged;
}

}  // namespace tcpcraft::results
