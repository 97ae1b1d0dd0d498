#include <algorithm>
#include <cstdio>

#include <tcpcraft/report/console.hpp>

#include "frame.hpp"

namespace tcpcraft::report {
namespace {

template <class... Args>
std::string print(const char* format, Args... args) {
  char text[200];
  std::snprintf(text, sizeof text, format, args...);
  return text;
}

double seconds(wire::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

/// The peer's name in a column of its own; nothing where there is but one peer.
std::string name_column(const engine::TraceEntry& entry, std::span<const scenario::Peer> peers) {
  if (peers.size() < 2) return "";
  std::size_t width = 0;
  for (const scenario::Peer& peer : peers) width = std::max(width, peer.name.size());
  const auto peer = engine::peer_of(entry);
  std::string name = peer ? peers[*peer].name : "";
  name.resize(width + 2, ' ');
  return name;
}

/// Who it was, and what.
struct What {
  std::string who;
  std::string text;
};

What what_of(const engine::PassedNote& note, const Style& style) {
  return {style.yellow("note  "), printable(note.text)};
}

/// The first word in a column of its own.
std::string in_columns(std::string line) {
  const std::size_t first = std::min(line.find(' '), line.size());
  if (first < 8) line.insert(first, 8 - first, ' ');
  return line;
}

What what_of(const engine::PassedCall& call, const Style& style) {
  return {style.blue("app   "),
          printable(call.text) + (call.result.empty() ? "" : " -> " + printable(call.result))};
}

What what_of(const engine::PassedIcmp& icmp, const Style& style) {
  return {style.cyan("peer  "), in_columns(icmp.text)};
}

What what_of(const engine::PassedSegment& passed, const Style& style) {
  const bool kernel = passed.from == engine::Party::kernel;
  return {kernel ? style.green("kernel") : style.cyan("peer  "),
          in_columns(wire::format_segment(passed.segment, passed.origins))};
}

std::string count_text(std::size_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace

std::string format_diagnostic(const scenario::Source& source, const scenario::Diagnostic& diagnostic,
                              const Style& style) {
  std::string label = diagnostic.hint;
  return style.red("error") + style.bold(": " + printable(diagnostic.message)) + "\n" +
         format_frame(source, diagnostic.span, {{diagnostic.span, '^', printable(label)}}, style);
}

std::string format_entry(const engine::TraceEntry& entry, wire::Time start, bool verbose, const Style& style,
                         std::span<const scenario::Peer> peers) {
  const wire::Time time = std::visit([](const auto& passed) { return passed.time; }, entry);
  const auto [who, text] = std::visit([&](const auto& passed) { return what_of(passed, style); }, entry);
  const std::string name = name_column(entry, peers);
  std::string line = "  " + style.dim(print("%.6f", seconds(time - start))) + "  " + style.bold(name) + who +
                     "  " + text + "\n";
  const auto* segment = std::get_if<engine::PassedSegment>(&entry);
  const model::Rule* rule = verbose && segment ? segment->rule : nullptr;
  if (rule)
    line += std::string(20 + name.size(), ' ') +
            style.dim(std::string(rule->name) + ": " + std::string(rule->says) + " (" +
                      std::string(rule->section) + ")") +
            "\n";
  return line;
}

std::string format_verdict(engine::Verdict verdict, wire::Duration took, const std::string& name,
                           const std::string& reason, const Style& style) {
  const std::string word = [&] {
    switch (verdict) {
      case engine::Verdict::pass:
        return style.green("PASS");
      case engine::Verdict::fail:
        return style.red("FAIL");
      case engine::Verdict::error:
        return style.red("ERROR");
      case engine::Verdict::skip:
        return style.yellow("SKIP");
      case engine::Verdict::inconclusive:
        return style.yellow("AGAIN");
    }
    return std::string();
  }();
  const bool four = verdict == engine::Verdict::pass || verdict == engine::Verdict::fail ||
                    verdict == engine::Verdict::skip;
  return std::string(four ? 4 : 3, ' ') + word + print(" [%6.1f ms] ", 1000 * seconds(took)) +
         printable(name) + (reason.empty() ? "" : ": " + printable(reason)) + "\n";
}

std::string format_flaky(wire::Duration took, const std::string& name, std::size_t failures,
                         const Style& style) {
  return "   " + style.yellow("FLAKY") + print(" [%6.1f ms] ", 1000 * seconds(took)) + printable(name) +
         ": passed after " + count_text(failures, "failure", "failures") + "\n";
}

void Tally::count(engine::Verdict verdict) {
  switch (verdict) {
    case engine::Verdict::pass:
      ++passed;
      return;
    case engine::Verdict::fail:
      ++failed;
      return;
    case engine::Verdict::skip:
      ++skipped;
      return;
    case engine::Verdict::error:
    case engine::Verdict::inconclusive:
      ++errors;
      return;
  }
}

std::string format_tally(const Tally& tally, wire::Duration took, const Style& style) {
  std::string text = count_text(tally.total(), "scenario", "scenarios") + ": ";
  text += style.green(std::to_string(tally.passed) + " passed");
  if (tally.flaky) text += " (" + style.yellow(std::to_string(tally.flaky) + " flaky") + ")";
  if (tally.failed) text += ", " + style.red(std::to_string(tally.failed) + " failed");
  if (tally.errors) text += ", " + style.red(count_text(tally.errors, "error", "errors"));
  if (tally.skipped) text += ", " + style.yellow(std::to_string(tally.skipped) + " skipped");
  if (tally.not_run) text += ", " + style.yellow(std::to_string(tally.not_run) + " not run");
  return text + print(" in %.1f s", seconds(took)) + "\n";
}

}  // namespace tcpcraft::report
