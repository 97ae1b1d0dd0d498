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

/// The beginning of a line: the time, and who.
std::string when_and_who(wire::Time time, wire::Time start, const std::string& who, const Style& style) {
  return "  " + style.dim(print("%.6f", seconds(time - start))) + "  " + who + "  ";
}

/// The first word in a column of its own.
std::string in_columns(std::string line) {
  const std::size_t first = std::min(line.find(' '), line.size());
  if (first < 8) line.insert(first, 8 - first, ' ');
  return line;
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

std::string format_entry(const engine::TraceEntry& entry, wire::Time start, bool verbose,
                         const Style& style) {
  if (const auto* note = std::get_if<engine::PassedNote>(&entry))
    return when_and_who(note->time, start, style.yellow("note  "), style) + printable(note->text) + "\n";
  if (const auto* call = std::get_if<engine::PassedCall>(&entry))
    return when_and_who(call->time, start, style.blue("app   "), style) + printable(call->text) +
           (call->result.empty() ? "" : " -> " + printable(call->result)) + "\n";
  if (const auto* icmp = std::get_if<engine::PassedIcmp>(&entry))
    return when_and_who(icmp->time, start, style.cyan("peer  "), style) + in_columns(icmp->text) + "\n";
  const auto& passed = std::get<engine::PassedSegment>(entry);
  const std::string segment = in_columns(wire::format_segment(passed.segment, passed.origins));
  const bool kernel = passed.from == engine::Party::kernel;
  const std::string who = kernel ? style.green("kernel") : style.cyan("peer  ");
  std::string line = when_and_who(passed.time, start, who, style) + segment + "\n";
  if (verbose && passed.rule)
    line += std::string(20, ' ') +
            style.dim(std::string(passed.rule->name) + ": " + std::string(passed.rule->says) + " (" +
                      std::string(passed.rule->section) + ")") +
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
  if (tally.failed) text += ", " + style.red(std::to_string(tally.failed) + " failed");
  if (tally.errors) text += ", " + style.red(count_text(tally.errors, "error", "errors"));
  if (tally.skipped) text += ", " + style.yellow(std::to_string(tally.skipped) + " skipped");
  if (tally.not_run) text += ", " + style.yellow(std::to_string(tally.not_run) + " not run");
  return text + print(" in %.1f s", seconds(took)) + "\n";
}

}  // namespace tcpcraft::report
