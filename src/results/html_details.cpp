#include <algorithm>
#include <filesystem>

#include <tcpcraft/results/ladder.hpp>

#include "html_parts.hpp"

namespace tcpcraft::results {
namespace {

constexpr std::size_t most_rows = 300;

/// `9293#3.5` as a link to that section.
std::string citation(const std::string& rfc) {
  const std::size_t hash = std::min(rfc.find('#'), rfc.size());
  const std::string number = rfc.substr(0, hash);
  const std::string section = hash < rfc.size() ? rfc.substr(hash + 1) : "";
  const auto only = [](const std::string& text, const char* of) {
    return !text.empty() && text.find_first_not_of(of) == text.npos;
  };
  if (!only(number, "0123456789")) return escaped(rfc);
  const std::string at = only(section, "0123456789.") ? "#section-" + section : "";
  return "<a rel=\"noreferrer\" href=\"https://www.rfc-editor.org/rfc/rfc" + number + at + "\">RFC " +
         number + (section.empty() ? "" : " " + escaped(section)) + "</a>";
}

std::string labels(const Record& record) {
  std::string text;
  for (const std::string& rfc : record.rfc) text += "<span class=\"rfc\">" + citation(rfc) + "</span> ";
  for (const std::string& tag : record.tags) text += "<span class=\"tag\">" + escaped(tag) + "</span> ";
  return text.empty() ? "" : "<p class=\"labels\">" + text + "</p>\n";
}

std::string steps(const Record& record) {
  constexpr std::size_t most = 2000;
  std::string text = "<ol class=\"steps\">\n";
  for (std::size_t i = 0; i < std::min(record.steps.size(), most); ++i) {
    const Step& step = record.steps[i];
    const char* outcome = step.outcome == Step::Outcome::done     ? "done"
                          : step.outcome == Step::Outcome::failed ? "failed"
                                                                  : "open";
    text += std::string("<li class=\"") + outcome + "\" data-step=\"" + std::to_string(i) + "\"><i>" +
            std::to_string(step.line) + "</i><code>" + escaped(step.text, 300) + "</code></li>\n";
  }
  if (record.steps.size() > most)
    text += "<li>" + std::to_string(record.steps.size() - most) + " more</li>\n";
  return text + "</ol>\n";
}

std::string fact(const char* name, const std::string& text) {
  return text.empty() ? "" : std::string("<dt>") + name + "</dt><dd>" + text + "</dd>\n";
}

std::string explanation(const Failure& failure) {
  std::string rules, counters;
  for (const CitedRule& rule : failure.rules)
    rules += "<span title=\"" + escaped(rule.name) + "\">" + escaped(rule.section) + ": " +
             escaped(rule.says) + "</span><br>";
  for (const std::string& counter : failure.counters)
    counters += (counters.empty() ? "" : ", ") + escaped(counter, 200);
  const auto code = [](const std::string& text) {
    return text.empty() ? "" : "<code>" + escaped(text, 1000) + "</code>";
  };
  return "<div class=\"failure\"><h3>" + escaped(failure.summary) + "</h3>\n<dl>" +
         fact("expected", code(failure.expected)) + fact("received", code(failure.received)) +
         fact("why", rules) + fact("kernel", escaped(failure.kernel_state)) + fact("counters", counters) +
         "</dl>\n" +
         (failure.text.empty() ? ""
                               : "<details class=\"frame\"><summary>as the terminal says it</summary><pre>" +
                                     escaped(failure.text) + "</pre></details>\n") +
         "</div>\n";
}

std::string handles(const Record& record, const std::string& capture) {
  std::string text;
  if (!record.again.empty())
    text += "<code class=\"again\">" + escaped(record.again) +
            "</code> <button type=\"button\" class=\"copy\">copy</button> ";
  if (!capture.empty())
    text += "<a class=\"capture\" download=\"" +
            escaped(std::filesystem::path(record.capture).filename().string()) +
            "\" href=\"data:application/vnd.tcpdump.pcap;base64," + base64(capture) + "\">capture</a>";
  else if (!record.capture.empty())
    text += "<span class=\"capture\">" + escaped(record.capture) + "</span>";
  return text.empty() ? "" : "<p class=\"handles\">" + text + "</p>\n";
}

}  // namespace

std::string html_details(const Record& record, const std::string& capture) {
  std::string text = "<div class=\"body\">\n";
  if (!record.about.empty()) text += "<p class=\"about\">" + escaped(record.about) + "</p>\n";
  text += labels(record);
  if (!record.reason.empty()) text += "<p class=\"reason\">" + escaped(record.reason) + "</p>\n";
  if (record.attempts > 1)
    text += "<p class=\"reason\">Played " + std::to_string(record.attempts) + " times" +
            (record.failures > 0 ? ", of which " + std::to_string(record.failures) + " failed before this one"
                                 : " until it could be judged") +
            ".</p>\n";
  if (!record.complaints.empty()) text += "<pre>" + escaped(record.complaints) + "</pre>\n";
  if (record.failure) text += explanation(*record.failure);
  if (!record.events.empty() || !record.steps.empty())
    text += "<div class=\"cols\"><figure>" +
            (record.events.empty() ? "" : ladder_svg(lay_out(record, most_rows))) + "</figure>" +
            (record.steps.empty() ? "" : steps(record)) + "</div>\n";
  return text + handles(record, capture) + "</div>\n";
}

}  // namespace tcpcraft::results
