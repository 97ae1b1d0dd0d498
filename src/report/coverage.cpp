#include <algorithm>

#include <tcpcraft/report/coverage.hpp>

namespace tcpcraft::report {
namespace {

using coverage::Entry;
using Level = standard::Requirement::Level;

constexpr std::size_t width = 100;
constexpr std::size_t name_column = 12, says_column = 21, testers_column = 69;

std::string padded(std::string text, std::size_t to) {
  text.resize(std::max(text.size(), to), ' ');
  return text;
}

std::string cut(std::string text, std::size_t to) {
  return text.size() <= to ? text : text.substr(0, to - 3) + "...";
}

/// The first of several, and how many more there are.
std::string first_of(const std::string& first, std::size_t count) {
  const std::string more = count > 1 ? " +" + std::to_string(count - 1) : "";
  return cut(first, width - testers_column - more.size()) + more;
}

std::string testers(const Entry& entry) {
  return entry.evidence.empty() ? "" : first_of(entry.evidence.front().scenario, entry.evidence.size());
}

std::string status_text(const Entry& entry, const Style& style) {
  switch (entry.status()) {
    case Entry::Status::tested:
      return style.green(padded("tested", name_column - 4));
    case Entry::Status::unseen:
      return style.dim(padded("unseen", name_column - 4));
    case Entry::Status::untested:
      break;
  }
  return style.yellow(padded("untested", name_column - 4));
}

std::string note(const std::string& text, const Style& style) {
  return std::string(says_column, ' ') + style.dim(text) + "\n";
}

/// Whether what is said below the next entry is for this one, too.
bool share_reason(const Entry& entry, const Entry* next) {
  return next && next->status() == Entry::Status::unseen &&
         next->requirement->unseen == entry.requirement->unseen &&
         next->requirement->group == entry.requirement->group;
}

/// The lines below a requirement's own.
std::string notes(const Entry& entry, const Entry* next, bool verbose, const Style& style) {
  std::string text;
  if (entry.status() == Entry::Status::unseen && !share_reason(entry, next))
    text += note("not observable: " + std::string(entry.requirement->unseen), style);
  if (!verbose) return text;
  for (const coverage::Evidence& evidence : entry.evidence)
    text += note("- " + printable(evidence.scenario) + ": " + evidence.by, style);
  for (const std::string& scenario : entry.nearby)
    text +=
        note("- section " + std::string(entry.requirement->section) + " is named by " + printable(scenario),
             style);
  return text;
}

std::string count_text(const coverage::Count& count, const std::string& level, const Style& style) {
  const std::size_t possible = count.tested + count.untested;
  const std::string text = std::to_string(count.tested) + " of " + std::to_string(possible) + " " + level;
  return (count.untested == 0 ? style.green(text) : style.bold(text)) + " tested";
}

}  // namespace

std::string format_coverage(const coverage::Coverage& coverage, bool verbose, const Style& style) {
  std::string text;
  std::string_view group;
  for (const Entry& entry : coverage.entries) {
    const standard::Requirement& requirement = *entry.requirement;
    if (requirement.group != group) text += "\n" + style.bold(requirement.group) + "\n";
    group = requirement.group;
    std::string line = "  " + status_text(entry, style) + "  " +
                       padded(std::string(requirement.name), says_column - name_column) +
                       padded(std::string(requirement.says), testers_column - says_column) +
                       printable(testers(entry));
    while (line.ends_with(' ')) line.pop_back();
    const Entry* next = &entry == &coverage.entries.back() ? nullptr : &entry + 1;
    text += line + "\n" + notes(entry, next, verbose, style);
  }
  return text.empty() ? text : text.substr(1);
}

std::string format_coverage_summary(const coverage::Coverage& coverage, const Style& style) {
  const coverage::Count must = coverage.count(Level::must), should = coverage.count(Level::should),
                        may = coverage.count(Level::may);
  const std::size_t unseen = must.unseen + should.unseen + may.unseen;
  return count_text(must, "MUST", style) + ", " + count_text(should, "SHOULD", style) + ", " +
         count_text(may, "MAY", style) + "; " + std::to_string(unseen) + " more cannot be observed\n";
}

}  // namespace tcpcraft::report
