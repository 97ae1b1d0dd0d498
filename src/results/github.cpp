#include <string>
#include <utility>

#include <tcpcraft/results/counts.hpp>
#include <tcpcraft/results/github.hpp>
#include <tcpcraft/results/text.hpp>

namespace tcpcraft::results {
namespace {

using engine::Verdict;

/// A workflow command ends with its line; `%` begins an escape, and within a property `:` and `,` end it.
std::string escaped(std::string_view text, bool property = false) {
  std::string result;
  for (const char c : visible(text)) {
    if (c == '%')
      result += "%25";
    else if (c == '\n')
      result += "%0A";
    else if (property && (c == ':' || c == ','))
      result += c == ':' ? "%3A" : "%2C";
    else
      result += c;
  }
  return result;
}

std::string property(const std::string& name, std::string_view value) {
  return name + "=" + escaped(value, true);
}

/// What the console says behind the frame, without it: GitHub shows the line itself.
std::string message(const Record& record) {
  if (!record.failure) return record.reason + (record.complaints.empty() ? "" : "\n" + record.complaints);
  const Failure& failure = *record.failure;
  std::string text = failure.summary;
  const auto fact = [&](const char* name, const std::string& value) {
    if (!value.empty()) text += std::string("\n") + name + ": " + value;
  };
  fact("expected", failure.expected);
  fact("received", failure.received);
  for (const CitedRule& rule : failure.rules) fact("why", rule.section + ": " + rule.says);
  fact("kernel", failure.kernel_state);
  fact("again", record.again);
  return text;
}

class GithubWriter : public Writer {
 public:
  explicit GithubWriter(Sink sink) : sink_(std::move(sink)) {}

  void begin(const RunInfo&) override {}
  void add(const Record& record) override {
    const bool flaky = record.verdict == Verdict::pass && record.failures > 0;
    if (!flaky && (record.verdict == Verdict::pass || record.verdict == Verdict::skip)) return;
    std::string line = (flaky ? "::warning " : "::error ") + property("file", record.file);
    if (record.failure)
      line += "," + property("line", std::to_string(record.failure->line)) + "," +
              property("col", std::to_string(record.failure->column));
    line += "," + property("title", (flaky ? "flaky: " : to_string(record.verdict) + ": ") + record.name);
    sink_(line + "::" +
          escaped(flaky ? "it passed at attempt " + std::to_string(record.attempts) : message(record)) +
          "\n");
  }
  void end(const RunEnd& end) override {
    if (!end.cannot_run.empty()) sink_("::error title=tcpcraft::" + escaped(end.cannot_run) + "\n");
    if (!end.not_run.empty())
      sink_("::warning title=tcpcraft::" + std::to_string(end.not_run.size()) + " not run\n");
  }

 private:
  Sink sink_;
};

/// Text within a table: what Markdown or HTML would take for its own is escaped.
std::string markdown(std::string_view text) {
  std::string result;
  constexpr std::size_t longest = 500;
  for (const char c : one_line(text.substr(0, longest))) {
    if (c == '<')
      result += "&lt;";
    else if (c == '&')
      result += "&amp;";
    else if (std::string_view("\\`*_{}[]()#+-.!|>~@:").find(c) != std::string_view::npos)
      result += '\\', result += c;
    else
      result += c;
  }
  return result;
}

class SummaryWriter : public Writer {
 public:
  explicit SummaryWriter(Sink sink) : sink_(std::move(sink)) {}

  void begin(const RunInfo& info) override { info_ = info; }
  void add(const Record& record) override {
    counts_.add(record.verdict);
    if (record.verdict == Verdict::pass || record.verdict == Verdict::skip) return;
    constexpr std::size_t most = 100;
    if (++rows_ > most) return;
    table_ += "| " + to_string(record.verdict) + " | " + markdown(record.name) + " | " +
              markdown(record.failure ? record.failure->summary : record.reason) + " |\n";
  }
  void end(const RunEnd& end) override {
    std::string text = "### tcpcraft: " + tally(end) + "\n\n" + markdown(info_.kernel) + ", " +
                       markdown(info_.network) + ", seed " + std::to_string(info_.seed) + "\n\n";
    if (!end.cannot_run.empty()) text += markdown(end.cannot_run) + "\n\n";
    if (rows_ > 0) text += "| verdict | scenario | why |\n|---|---|---|\n" + table_ + "\n";
    sink_(text);
  }

 private:
  std::string tally(const RunEnd& end) const {
    std::string text;
    for (const Verdict verdict :
         {Verdict::pass, Verdict::fail, Verdict::error, Verdict::inconclusive, Verdict::skip})
      if (counts_[verdict] > 0)
        text += (text.empty() ? "" : ", ") + std::to_string(counts_[verdict]) + " " + to_string(verdict);
    if (!end.not_run.empty())
      text += (text.empty() ? "" : ", ") + std::to_string(end.not_run.size()) + " not run";
    return text.empty() ? "nothing was played" : text;
  }

  Sink sink_;
  RunInfo info_;
  Counts counts_;
  std::string table_;
  std::size_t rows_ = 0;
};

}  // namespace

std::unique_ptr<Writer> github_writer(Sink sink) {
  return std::make_unique<GithubWriter>(std::move(sink));
}

std::unique_ptr<Writer> github_summary_writer(Sink sink) {
  return std::make_unique<SummaryWriter>(std::move(sink));
}

}  // namespace tcpcraft::results
