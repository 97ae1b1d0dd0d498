#include <string>
#include <utility>

#include <tcpcraft/results/tap.hpp>
#include <tcpcraft/results/text.hpp>

namespace tcpcraft::results {
namespace {

/// What would begin a directive, or escape one, is escaped.
std::string description(std::string_view text) {
  std::string result;
  for (const char c : one_line(text)) result += (c == '\\' || c == '#' ? "\\" : "") + std::string(1, c);
  return result;
}

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : visible(text)) {
    if (c == '\\' || c == '"')
      result += '\\', result += c;
    else if (c == '\n' || c == '\t')
      result += c == '\n' ? "\\n" : "\\t";
    else
      result += c;
  }
  return result + "\"";
}

/// The lines of a YAML block behind a test point.
class Diagnostics {
 public:
  /// Nothing where `value` is empty.
  void add(const std::string& key, const std::string& value) {
    if (!value.empty()) line(key + ": " + in_quotes(value));
  }
  void number(const std::string& key, std::size_t value) { line(key + ": " + std::to_string(value)); }
  void line(const std::string& text) { text_ += "  " + text + "\n"; }
  /// Several lines as they are. One that begins with a space would be taken for an indentation.
  void block(const std::string& key, const std::string& value) {
    std::string shown = visible(value);
    if (shown.empty() || shown[0] == ' ' || shown[0] == '\t' || shown[0] == '\n') return add(key, value);
    if (shown.back() == '\n') shown.pop_back();
    line(key + ": |");
    std::string indented = "    ";
    for (const char c : shown) indented += c == '\n' ? "\n    " : std::string(1, c == '\t' ? ' ' : c);
    text_ += indented + "\n";
  }
  std::string take() { return "  ---\n" + std::move(text_) + "  ...\n"; }

 private:
  std::string text_;
};

std::string diagnostics(const Record& record) {
  Diagnostics text;
  const std::optional<Failure>& failure = record.failure;
  text.add("message", failure ? failure->summary : record.reason);
  text.add("severity", to_string(record.verdict));
  text.line("at:");
  text.add("  file", record.file);
  if (failure) {
    text.number("  line", failure->line);
    text.number("  column", failure->column);
    text.add("expected", failure->expected);
    text.add("received", failure->received);
    text.add("kernel_state", failure->kernel_state);
  }
  text.number("duration_us", static_cast<std::size_t>(record.took.count() / 1000));
  text.add("again", record.again);
  text.add("capture", record.capture);
  if (failure) text.block("report", failure->text);
  if (!record.complaints.empty()) text.block("report", record.complaints);
  return text.take();
}

class TapWriter : public Writer {
 public:
  TapWriter(Sink sink, int version) : sink_(std::move(sink)), version_(version) {}

  void begin(const RunInfo& info) override {
    const std::string plan = "1.." + std::to_string(info.scenarios);
    sink_("TAP version " + std::to_string(version_) + "\n" + plan +
          (info.scenarios == 0 ? " # SKIP no scenario was chosen\n" : "\n") + "# tcpcraft " +
          one_line(info.version) + ", " + one_line(info.kernel) + ", " + one_line(info.network) + ", seed " +
          std::to_string(info.seed) + "\n");
  }

  void add(const Record& record) override {
    const bool skipped = record.verdict == engine::Verdict::skip;
    const bool good = skipped || record.verdict == engine::Verdict::pass;
    std::string text =
        (good ? "ok " : "not ok ") + std::to_string(++count_) + " - " + description(record.name);
    if (!record.title.empty()) text += ": " + description(record.title);
    if (skipped) text += " # SKIP " + one_line(record.reason);
    sink_(text + "\n" + (good ? "" : diagnostics(record)));
  }

  /// The plan stays what it was: a reader sees by it that something is missing.
  void end(const RunEnd& end) override {
    for (const std::string& name : end.not_run) sink_("# not run: " + one_line(name) + "\n");
    if (!end.cannot_run.empty()) sink_("Bail out! " + one_line(end.cannot_run) + "\n");
  }

 private:
  Sink sink_;
  int version_;
  std::size_t count_ = 0;
};

}  // namespace

std::unique_ptr<Writer> tap_writer(Sink sink) {
  return std::make_unique<TapWriter>(std::move(sink), 14);
}

std::unique_ptr<Writer> tap_13_writer(Sink sink) {
  return std::make_unique<TapWriter>(std::move(sink), 13);
}

}  // namespace tcpcraft::results
