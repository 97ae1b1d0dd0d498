#include "replay_report.hpp"

#include <cstdio>
#include <filesystem>

#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::cli {
namespace {

constexpr std::size_t all_of_it = 4096;  ///< characters of a context, which is short

double seconds(wire::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string format_passed(const replay::Finished& one, const replay::Passed& passed, bool ours_is_client) {
  const replay::Result& result = one.result;
  const wire::Origins origins =
      passed.ours ? wire::Origins{result.iss, result.irs} : wire::Origins{result.irs, result.iss};
  const bool by_client = passed.ours == ours_is_client;
  char time[32];
  std::snprintf(time, sizeof time, "%.6f", seconds(passed.time - result.started));
  std::string text = std::string(time) + "  " + (by_client ? "client" : "server") + "  " +
                     wire::format_segment(passed.segment, origins);
  if (passed.size > passed.segment.payload.size()) text += " (" + std::to_string(passed.size) + " bytes)";
  return text;
}

std::string without_quote(std::string text) {
  text.pop_back();
  return text;
}

/// Both streams around the difference, one below the other, and a caret where they part.
std::string format_streams(const replay::Difference& difference, const report::Style& style) {
  const std::string before = without_quote(wire::format_payload(difference.before, all_of_it));
  const auto line = [&](const wire::Bytes& rest) {
    const std::string text = wire::format_payload(rest, all_of_it).substr(1);
    return before + (rest.empty() ? "\" and no more" : text) + "\n";
  };
  return "  = capture   " + line(difference.captured) + "  = live      " + line(difference.live) +
         std::string(14 + before.size(), ' ') + style.red("^") + "\n";
}

/// As a shell reads it.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string again(const ReplayCommand& command, const replay::Finished& one) {
  const std::string where = command.as == "server" ? " --as server --listen " + one.ours.to_string()
                                                   : " --to " + one.theirs.to_string();
  std::string text = "tcpcraft replay " + command.file + where + " --flow " + one.client.to_string() +
                     " --flow " + one.server.to_string();
  for (const std::string& pattern : command.ignored) text += " --ignore " + quoted(pattern);
  if (command.fast) text += " --as-fast-as-possible";
  if (command.clean) text += " --clean";
  if (!command.app.empty()) text += " --app " + command.app;
  if (!command.program.empty()) text += " --exec " + quoted(command.program);
  return text;
}

}  // namespace

engine::Verdict verdict_of(replay::Verdict verdict) {
  switch (verdict) {
    case replay::Verdict::same:
      return engine::Verdict::pass;
    case replay::Verdict::differs:
      return engine::Verdict::fail;
    default:
      return engine::Verdict::skip;
  }
}

std::string connection_name(const ReplayCommand& command, const replay::Finished& one) {
  return std::filesystem::path(command.file).filename().string() + "#" + std::to_string(one.number) + " " +
         one.client.to_string() + " > " + one.server.to_string();
}

std::string format_difference(const ReplayCommand& command, const replay::Finished& one,
                              const report::Style& style) {
  const replay::Result& result = one.result;
  std::string text = style.red("error") + style.bold(": " + result.summary) + "\n" + "  --> " +
                     connection_name(command, one) + "\n" + "  = live      " + one.ours.to_string() + " to " +
                     one.theirs.to_string() + "\n";
  if (result.difference) text += format_streams(*result.difference, style);
  text += "  = our side  " + result.doing + "\n";
  if (!result.last.empty()) text += "  = trace     the last segments of the live connection\n";
  for (const replay::Passed& passed : result.last)
    text += "      " + format_passed(one, passed, command.as == "client") + "\n";
  return text + "  = again     " + again(command, one) + "\n";
}

results::Record connection_record(const ReplayCommand& command, const replay::Finished& one) {
  const replay::Result& result = one.result;
  results::Record record;
  record.name = connection_name(command, one);
  record.file = command.file;
  record.title = one.client.to_string() + " > " + one.server.to_string();
  record.verdict = verdict_of(result.verdict);
  if (result.verdict == replay::Verdict::refused) record.reason = result.summary;
  record.took = result.ended - result.started;
  record.again = again(command, one);
  record.kernel_address = one.theirs.to_string();
  record.peers.push_back({"", one.ours.to_string()});
  for (const replay::Passed& passed : result.last) {
    results::Event event;
    event.kind = results::Event::Kind::segment;
    event.at = passed.time - result.started;
    event.from = passed.ours ? engine::Party::peer : engine::Party::kernel;
    event.text = wire::format_segment(passed.segment, passed.ours ? wire::Origins{result.iss, result.irs}
                                                                  : wire::Origins{result.irs, result.iss});
    record.events.push_back(std::move(event));
  }
  if (result.verdict != replay::Verdict::differs) return record;
  results::Failure failure;
  failure.summary = result.summary;
  failure.line = failure.column = 1;
  if (result.difference) {
    failure.expected = wire::format_payload(result.difference->captured, all_of_it);
    failure.received = wire::format_payload(result.difference->live, all_of_it);
  }
  failure.text = format_difference(command, one, report::Style());
  record.failure = std::move(failure);
  return record;
}

std::string format_total(const replay::Total& total, wire::Duration took, const report::Style& style) {
  const std::size_t left = total.not_played.size();
  const std::size_t count = total.same + total.differs + total.refused + left;
  std::string text = std::to_string(count) + (count == 1 ? " connection: " : " connections: ") +
                     style.green(std::to_string(total.same) + " passed");
  if (total.differs) text += ", " + style.red(std::to_string(total.differs) + " failed");
  if (total.refused) text += ", " + style.yellow(std::to_string(total.refused) + " skipped");
  if (left) text += ", " + style.yellow(std::to_string(left) + " not run");
  char time[32];
  std::snprintf(time, sizeof time, " in %.1f s\n", seconds(took));
  text += time;
  if (total.unmapped)
    text += std::to_string(total.unmapped) + " more lead to addresses that neither --to nor --map knows\n";
  if (total.uninvited)
    text += "refused: " + std::to_string(total.uninvited) + " live connection" +
            (total.uninvited == 1 ? "" : "s") + " more than the capture has\n";
  return text;
}

}  // namespace tcpcraft::cli
