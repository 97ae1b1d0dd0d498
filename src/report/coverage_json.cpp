#include <nlohmann/json.hpp>

#include <tcpcraft/report/coverage.hpp>

namespace tcpcraft::report {
namespace {

using Json = nlohmann::ordered_json;
using coverage::Entry;
using standard::Requirement;

const char* name_of(Entry::Status status) {
  switch (status) {
    case Entry::Status::tested:
      return "tested";
    case Entry::Status::untested:
      return "untested";
    case Entry::Status::unseen:
      break;
  }
  return "unseen";
}

const char* name_of(Requirement::Level level) {
  switch (level) {
    case Requirement::Level::must:
      return "MUST";
    case Requirement::Level::should:
      return "SHOULD";
    case Requirement::Level::may:
      break;
  }
  return "MAY";
}

const char* name_of(Requirement::Party party) {
  switch (party) {
    case Requirement::Party::sender:
      return "sender";
    case Requirement::Party::receiver:
      return "receiver";
    case Requirement::Party::both:
      return "both";
    case Requirement::Party::api:
      return "api";
    case Requirement::Party::ip:
      return "ip";
    case Requirement::Party::application:
      break;
  }
  return "application";
}

Json json_of(const Entry& entry) {
  const Requirement& requirement = *entry.requirement;
  Json json{{"name", requirement.name},         {"level", name_of(requirement.level())},
            {"section", requirement.section},   {"group", requirement.group},
            {"says", requirement.says},         {"concerns", name_of(requirement.party)},
            {"status", name_of(entry.status())}};
  if (entry.status() == Entry::Status::unseen) json["why"] = requirement.unseen;
  json["tested_by"] = Json::array();
  for (const coverage::Evidence& evidence : entry.evidence)
    json["tested_by"].push_back({{"scenario", evidence.scenario}, {"by", evidence.by}});
  json["section_named_by"] = entry.nearby;
  return json;
}

}  // namespace

std::string coverage_json(const coverage::Coverage& coverage, const std::string& tcpcraft_version,
                          const std::string& kernel) {
  Json json{{"format", "tcpcraft-coverage"},
            {"version", 1},
            {"tcpcraft", tcpcraft_version},
            {"kernel", kernel},
            {"rfc", 9293}};
  for (const auto level : {Requirement::Level::must, Requirement::Level::should, Requirement::Level::may}) {
    const coverage::Count count = coverage.count(level);
    json["summary"][name_of(level)] = {
        {"tested", count.tested}, {"untested", count.untested}, {"unseen", count.unseen}};
  }
  json["requirements"] = Json::array();
  for (const Entry& entry : coverage.entries) json["requirements"].push_back(json_of(entry));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tcpcraft::report
