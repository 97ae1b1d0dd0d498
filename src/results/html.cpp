// The page around the scenarios. It is written from top to bottom; what is known only at the end, and the
// order by topic, is the script's and the style sheet's to put in its place.

#include <array>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <utility>

#include <tcpcraft/results/html.hpp>
#include <tcpcraft/results/ladder.hpp>

#include "html_parts.hpp"

namespace tcpcraft::results {
namespace {

using engine::Verdict;

constexpr std::array verdicts{Verdict::fail, Verdict::error, Verdict::inconclusive, Verdict::skip,
                              Verdict::pass};

std::string utc(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  char text[64] = "";
  if (::gmtime_r(&time, &parts)) std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
  return text;
}

/// The folder that a file is in.
std::string topic_of(const std::string& file) {
  const std::string folder = std::filesystem::path(file).parent_path().filename().string();
  return folder.empty() || folder == "." ? "scenarios" : folder;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

class HtmlWriter : public Writer {
 public:
  HtmlWriter(Sink sink, CaptureReader captures) : sink_(std::move(sink)), captures_(std::move(captures)) {}

  void begin(const RunInfo& info) override {
    sink_(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'; "
        "script-src '" +
        std::string(html_script_hash) +
        "'; base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>tcpcraft: results</title>\n<style>" +
        html_style + "</style>\n<script>" + html_script + "</script>\n</head>\n<body>\n");
    sink_(html_hatch);
    std::string facts = "tcpcraft " + escaped(info.version) + " · " + escaped(info.kernel) + " · " +
                        escaped(info.network) + " · seed " + std::to_string(info.seed);
    if (info.started > 0) facts += " · " + utc(info.started);
    if (info.shard.count > 1)
      facts += " · shard " + std::to_string(info.shard.number) + " of " + std::to_string(info.shard.count);
    sink_("<header><h1>TCP, as the kernel does it</h1><p class=\"facts\">" + facts +
          "</p></header>\n<main>\n");
  }

  void add(const Record& record) override {
    ++counts_[static_cast<std::size_t>(record.verdict)];
    const std::string verdict = to_string(record.verdict);
    const bool open = record.verdict == Verdict::fail || record.verdict == Verdict::error;
    std::string text = "<article class=\"" + verdict + "\" data-verdict=\"" + verdict + "\" data-topic=\"" +
                       escaped(topic_of(record.file)) + "\" data-tags=\"" + escaped(joined(record.tags)) +
                       "\" data-name=\"" + escaped(record.name) + "\">\n<details" + (open ? " open" : "") +
                       "><summary><span class=\"badge\">" + verdict + "</span> <span class=\"name\">" +
                       escaped(record.name) + "</span> <span class=\"title\">" + escaped(record.title) +
                       "</span> <span class=\"took\">" + format_pause(record.took) + "</span></summary>\n";
    // What is not shown at first is no part of the page until it is asked for.
    const std::string details = html_details(record, capture_of(record));
    sink_(text + (open ? details : "<template>" + details + "</template>") + "</details></article>\n");
  }

  void end(const RunEnd& end) override {
    std::size_t total = 0;
    std::string buttons;
    for (const Verdict verdict : verdicts) {
      const std::size_t count = counts_[static_cast<std::size_t>(verdict)];
      total += count;
      const std::string name = to_string(verdict);
      if (count > 0)
        buttons += "<button type=\"button\" class=\"count " + name + "\" data-verdict=\"" + name +
                   "\" aria-pressed=\"false\"><b>" + std::to_string(count) + "</b> " + name + "</button>";
    }
    sink_("</main>\n<section id=\"summary\" aria-label=\"Summary\"><p class=\"counts\">" + buttons +
          "<span class=\"all\">of <b>" + std::to_string(total) + "</b> in " + format_pause(end.took) +
          "</span></p>\n<p class=\"filter\" hidden><input type=\"search\" id=\"text\" placeholder=\"Filter: "
          "name, title, tag\" "
          "aria-label=\"Filter\"> <select id=\"topic\" aria-label=\"Topic\"><option value=\"\">every "
          "topic</option></select> "
          "<select id=\"tag\" aria-label=\"Tag\"><option value=\"\">every tag</option></select> "
          "<span id=\"shown\" role=\"status\"></span></p>\n");
    if (!end.not_run.empty()) {
      std::string names;
      for (const std::string& name : end.not_run) names += "<li>" + escaped(name) + "</li>";
      sink_("<details class=\"notrun\"><summary>" + std::to_string(end.not_run.size()) +
            " not run</summary><ul>" + names + "</ul></details>\n");
    }
    sink_("</section>\n</body>\n</html>\n");
  }

 private:
  std::string capture_of(const Record& record) const {
    if (record.capture.empty() || !captures_) return "";
    const std::optional<std::string> bytes = captures_(record.capture);
    return bytes && std::ssize(*bytes) < largest_capture ? *bytes : "";
  }

  Sink sink_;
  CaptureReader captures_;
  std::array<std::size_t, verdicts.size()> counts_{};
};

}  // namespace

std::unique_ptr<Writer> html_writer(Sink sink, CaptureReader captures) {
  return std::make_unique<HtmlWriter>(std::move(sink), std::move(captures));
}

}  // namespace tcpcraft::results
