#include <algorithm>

#include <tcpcraft/coverage/coverage.hpp>

namespace tcpcraft::coverage {
namespace {

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// What makes a witness one of this requirement: its claim, or else a rule. Empty where nothing does.
std::string evidence_for(const standard::Requirement& requirement, const Witness& witness) {
  const std::string claim = "9293#" + std::string(requirement.name);
  if (contains(witness.references, claim)) return claim;
  for (const std::string& rule : witness.rules) {
    const auto names = requirements_of(rule);
    if (std::find(names.begin(), names.end(), requirement.name) != names.end()) return rule;
  }
  return "";
}

Entry entry_for(const standard::Requirement& requirement, const std::vector<Witness>& witnesses) {
  Entry entry;
  entry.requirement = &requirement;
  const std::string section = "9293#" + std::string(requirement.section);
  for (const Witness& witness : witnesses) {
    if (!witness.passed) continue;
    std::string by = evidence_for(requirement, witness);
    const bool known = std::any_of(entry.evidence.begin(), entry.evidence.end(),
                                   [&](const Evidence& one) { return one.scenario == witness.name; });
    if (!by.empty() && !known) entry.evidence.push_back({witness.name, std::move(by)});
    if (contains(witness.references, section) && !contains(entry.nearby, witness.name))
      entry.nearby.push_back(witness.name);
  }
  if (entry.status() != Entry::Status::untested) entry.nearby.clear();
  return entry;
}

}  // namespace

Entry::Status Entry::status() const {
  if (!evidence.empty()) return Status::tested;
  return requirement->unseen.empty() ? Status::untested : Status::unseen;
}

Count Coverage::count(standard::Requirement::Level level) const {
  Count count;
  for (const Entry& entry : entries) {
    if (entry.requirement->level() != level) continue;
    switch (entry.status()) {
      case Entry::Status::tested:
        ++count.tested;
        break;
      case Entry::Status::untested:
        ++count.untested;
        break;
      case Entry::Status::unseen:
        ++count.unseen;
        break;
    }
  }
  return count;
}

Coverage cover(const std::vector<Witness>& witnesses) {
  Coverage coverage;
  for (const standard::Requirement& requirement : standard::requirements())
    coverage.entries.push_back(entry_for(requirement, witnesses));
  return coverage;
}

}  // namespace tcpcraft::coverage
