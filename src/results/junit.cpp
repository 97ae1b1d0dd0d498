#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include <tcpcraft/results/counts.hpp>
#include <tcpcraft/results/junit.hpp>
#include <tcpcraft/results/text.hpp>

namespace tcpcraft::results {
namespace {

using engine::Verdict;

/// Of text and of attributes, whose newlines a parser would make spaces of.
std::string xml(std::string_view text, bool attribute = false) {
  std::string result;
  for (const char c : visible(text)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\n':
        result += attribute ? "&#10;" : "\n";
        break;
      case '\t':
        result += attribute ? "&#9;" : "\t";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string attribute(const std::string& name, std::string_view value) {
  return " " + name + "=\"" + xml(value, true) + "\"";
}

std::string seconds(wire::Duration time) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.6f", static_cast<double>(time.count()) / 1e9);
  return text.data();
}

std::string utc(std::int64_t since_1970) {
  const std::time_t time = since_1970;
  std::tm parts{};
  std::array<char, 32> text{};
  if (::gmtime_r(&time, &parts)) std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  return text.data();
}

struct Name {
  std::string folder;  ///< `scenarios/close`
  std::string rest;    ///< `half_close[ip=6]`
};

/// What stands in brackets may hold a slash as well.
Name split(const std::string& name) {
  const std::size_t slash = name.substr(0, name.find('[')).rfind('/');
  if (slash == name.npos) return {"", name};
  return {name.substr(0, slash), name.substr(slash + 1)};
}

/// `scenarios.close`: readers make packages and classes of it.
std::string class_name(const std::string& folder) {
  std::string result = folder.substr(std::min(folder.find_first_not_of("./"), folder.size()));
  std::replace(result.begin(), result.end(), '/', '.');
  return result.empty() ? "scenarios" : result;
}

std::string element(const std::string& name, std::string_view type, std::string_view message,
                    std::string_view text) {
  return "      <" + name + attribute("message", message) + attribute("type", type) +
         (text.empty() ? "/>\n" : ">" + xml(text) + "</" + name + ">\n");
}

std::string time_of_event(wire::Duration at) {
  return seconds(at) + "  ";
}

/// What passed, a line each, as far as the record has it.
std::string trace_of(const Record& record) {
  std::string text;
  for (const Event& event : record.events) {
    text += (event.failed ? "> " : "  ") + time_of_event(event.at);
    if (event.kind == Event::Kind::segment)
      text += event.from == engine::Party::kernel ? "kernel  " : "peer    ";
    if (!event.peer.empty()) text += event.peer + "  ";
    text += event.text + (event.result.empty() ? "" : " -> " + event.result) + "\n";
  }
  return text;
}

std::string outcome_of(const Record& record) {
  switch (record.verdict) {
    case Verdict::pass:
      return "";
    case Verdict::skip:
      return element("skipped", "skip", record.reason, "");
    case Verdict::fail:
      if (record.failure) return element("failure", "fail", record.failure->summary, record.failure->text);
      return element("failure", "fail", record.reason, "");
    case Verdict::error:
    case Verdict::inconclusive:
      break;
  }
  return element("error", to_string(record.verdict), record.reason, record.complaints);
}

std::string test_case(const Record& record) {
  const Name name = split(record.name);
  std::string text = "    <testcase" + attribute("name", name.rest) +
                     attribute("classname", class_name(name.folder)) + attribute("file", record.file);
  if (record.failure) text += attribute("line", std::to_string(record.failure->line));
  text += attribute("time", seconds(record.took));
  if (record.verdict == Verdict::pass) return text + "/>\n";
  text += ">\n" + outcome_of(record);
  if (const std::string trace = trace_of(record); !trace.empty() && record.verdict != Verdict::skip)
    text += "      <system-out>" + xml(record.title + "\n" + trace) + "</system-out>\n";
  return text + "    </testcase>\n";
}

struct Suite {
  std::string folder;
  std::string cases;
  Counts counts;
  std::size_t errors() const { return counts[Verdict::error] + counts[Verdict::inconclusive]; }
  wire::Duration took{};
};

std::string numbers(const Counts& counts, wire::Duration took) {
  return attribute("tests", std::to_string(counts.total())) +
         attribute("failures", std::to_string(counts[Verdict::fail])) +
         attribute("errors", std::to_string(counts[Verdict::error] + counts[Verdict::inconclusive])) +
         attribute("time", seconds(took));
}

class JunitWriter : public Writer {
 public:
  explicit JunitWriter(Sink sink) : sink_(std::move(sink)) {}

  void begin(const RunInfo& info) override { info_ = info; }

  void add(const Record& record) override {
    Suite& suite = suite_of(split(record.name).folder);
    suite.cases += test_case(record);
    suite.counts.add(record.verdict);
    suite.took += record.took;
    counts_.add(record.verdict);
  }

  void end(const RunEnd& end) override {
    for (const std::string& name : end.not_run) {
      Record record;
      record.name = name;
      record.verdict = Verdict::skip;
      record.reason = "not run";
      add(record);
    }
    if (!end.cannot_run.empty()) {
      Record record;
      record.name = "tcpcraft";
      record.reason = end.cannot_run;
      add(record);
    }
    sink_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"tcpcraft\"" +
          numbers(counts_, end.took) + ">\n");
    for (const Suite& suite : suites_) sink_(format(suite));
    sink_("</testsuites>\n");
  }

 private:
  /// Suites that are done come again: what is played once more is told of in the end.
  Suite& suite_of(const std::string& folder) {
    const auto found = std::find_if(suites_.begin(), suites_.end(),
                                    [&](const Suite& suite) { return suite.folder == folder; });
    if (found != suites_.end()) return *found;
    suites_.emplace_back().folder = folder;
    return suites_.back();
  }

  std::string format(const Suite& suite) const {
    std::string text = "  <testsuite" + attribute("name", class_name(suite.folder)) +
                       numbers(suite.counts, suite.took) +
                       attribute("skipped", std::to_string(suite.counts[Verdict::skip])) +
                       attribute("timestamp", utc(info_.started)) + ">\n    <properties>\n";
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"tcpcraft", info_.version},
             {"kernel", info_.kernel},
             {"network", info_.network},
             {"seed", std::to_string(info_.seed)},
             {"shard", std::to_string(info_.shard.number) + "/" + std::to_string(info_.shard.count)}})
      text += "      <property" + attribute("name", name) + attribute("value", value) + "/>\n";
    return text + "    </properties>\n" + suite.cases + "  </testsuite>\n";
  }

  Sink sink_;
  RunInfo info_;
  std::vector<Suite> suites_;
  Counts counts_;
};

}  // namespace

std::unique_ptr<Writer> junit_writer(Sink sink) {
  return std::make_unique<JunitWriter>(std::move(sink));
}

}  // namespace tcpcraft::results
