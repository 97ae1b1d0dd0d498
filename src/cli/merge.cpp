#include <cstdio>

#include <tcpcraft/report/console.hpp>
#include <tcpcraft/results/merge.hpp>
#include <tcpcraft/scenario/source.hpp>

#include "common.hpp"
#include "results.hpp"

namespace tcpcraft::cli {
namespace {

std::vector<results::NamedReport> reports_of(const std::vector<std::string>& files) {
  std::vector<results::NamedReport> reports;
  std::string wrong;
  for (const std::string& file : files) {
    results::ReadReport read = results::read_report_json(scenario::load(file).text, file);
    if (read.report)
      reports.push_back({file, std::move(*read.report)});
    else
      wrong += (wrong.empty() ? "" : "\ntcpcraft: ") + read.error;
  }
  if (!wrong.empty()) throw UsageError(wrong);
  return reports;
}

/// What of the results a run would have said in the end, and its exit code.
int tell(const results::Report& report, const report::Style& style) {
  report::Tally tally;
  bool is_invalid = false, host_fault = !report.end.cannot_run.empty();
  for (const results::Record& record : report.records) {
    tally.count(record.verdict);
    if (record.verdict == engine::Verdict::pass || record.verdict == engine::Verdict::skip) continue;
    print(report::format_verdict(record.verdict, record.took, record.name, record.reason, style));
    if (record.verdict == engine::Verdict::error) (record.host_fault ? host_fault : is_invalid) = true;
  }
  tally.not_run = report.end.not_run.size();
  print(report::format_tally(tally, report.end.took, style));
  if (tally.failed) return failed;
  if (is_invalid) return invalid;
  return host_fault || tally.not_run > 0 ? cannot_run : ok;
}

}  // namespace

int merge(const MergeCommand& command) {
  const results::Merged merged = results::merge(reports_of(command.files));
  for (const std::string& note : merged.notes)
    std::fprintf(stderr, "note: %s\n", report::printable(note).c_str());
  std::string wrong;
  for (const std::string& error : merged.errors)
    wrong += (wrong.empty() ? "" : "\ntcpcraft: ") + report::printable(error);
  if (!wrong.empty()) throw UsageError(wrong);
  Results results(command.results);
  results.begin(merged.report.info);
  for (const results::Record& record : merged.report.records) results.add(record);
  results.end(merged.report.end);
  return results.exit_code(tell(merged.report, style_for(command.color)));
}

}  // namespace tcpcraft::cli
