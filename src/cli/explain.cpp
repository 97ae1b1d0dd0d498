#include <algorithm>
#include <cstdio>
#include <ctime>

#include <tcpcraft/capture/flow.hpp>
#include <tcpcraft/capture/reader.hpp>
#include <tcpcraft/explain/explainer.hpp>

#include "common.hpp"

namespace tcpcraft::cli {
namespace {

capture::Flow parse_flow(const std::string& text) {
  if (const auto flow = capture::Flow::parse(text)) return *flow;
  throw UsageError("--flow: '" + text + "' is not an address, a port, or A.B.C.D:PORT");
}

std::string format_time(wire::Time time, const char* format) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t whole = seconds.time_since_epoch().count();
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  char text[64];
  std::strftime(text, sizeof text, format, &parts);
  return text;
}

std::string format_moment(wire::Time time) {
  const auto rest = (time - std::chrono::floor<std::chrono::seconds>(time)).count();
  char text[32];
  if (rest % 1000 == 0)
    std::snprintf(text, sizeof text, ".%06lld", static_cast<long long>(rest / 1000));
  else
    std::snprintf(text, sizeof text, ".%09lld", static_cast<long long>(rest));
  return format_time(time, "%H:%M:%S") + text;
}

std::string format_states(const explain::Story& story, const std::array<model::State, 2>& states) {
  std::string text;
  for (std::size_t i : {0u, 1u})
    text += (i == 0 ? "" : ", ") + story.names[i] + " " + std::string(to_string(states[i]));
  return text;
}

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : "; ") + part;
  return text;
}

/// What is to be said of a connection before its first segment.
void print_heading(const explain::Story& story, std::size_t number, wire::Time time) {
  std::string text = "connection " + std::to_string(number) + ": ";
  for (std::size_t i : {0u, 1u}) {
    const std::string end = story.ends[i].to_string();
    text +=
        (i == 0 ? "" : ", ") +
        (story.names[i].ends_with(end) || story.names[i].starts_with(":") ? end : story.names[i] + " " + end);
  }
  print(text + ", " + format_time(time, "%Y-%m-%d") + " UTC\n");
  if (!story.from_the_start)
    print("  note: the capture begins in the midst of it; what was agreed on before is not known\n");
  for (std::size_t i : {0u, 1u})
    if (!story.seen[i]) print("  note: nothing of " + story.names[i] + " was captured, and is checked\n");
  if (story.has_holes) print("  note: some of its segments are not in the capture\n");
}

class Page {
 public:
  Page(const explain::Hindsight& hindsight, const report::Style& style)
      : hindsight_(hindsight), style_(style) {}

  void show(const capture::Packet& packet, const explain::Explained& explained) {
    if (explained.first) {
      stories_.push_back(story_of(explained));
      if (stories_.size() > 1) print("\n");
      print_heading(stories_.back(), explained.connection, packet.time);
    }
    const explain::Story& story = stories_.at(explained.connection - 1);
    const std::string number =
        hindsight_.stories.size() > 1 ? "#" + std::to_string(explained.connection) + " " : "";
    print("  " + number + style_.dim(format_moment(packet.time)) + " " +
          style_.bold(story.names[explained.side]) + "  " + explained.segment + note_of(packet) + "\n");
    const std::string states =
        explained.states_changed ? " [" + format_states(story, explained.states) + "]" : "";
    const std::string meaning = join(explained.meanings) + style_.cyan(states);
    if (!meaning.empty()) print("      " + meaning + "\n");
    for (const explain::Fault& fault : explained.faults)
      print("      " + style_.red("WRONG:") + " " + fault.says + "\n             " +
            std::string(fault.rule->section) + ": " + std::string(fault.rule->says) + "\n");
  }

 private:
  explain::Story story_of(const explain::Explained& explained) const {
    const auto found = hindsight_.stories.find(explained.first_packet);
    return found != hindsight_.stories.end() ? found->second : explain::Story{};
  }

  static std::string note_of(const capture::Packet& packet) {
    std::string text;
    if (packet.cut) text += " (cut: " + std::to_string(packet.data_size) + " bytes of data)";
    if (packet.fragments > 1) text += " (" + std::to_string(packet.fragments) + " fragments)";
    return text;
  }

  const explain::Hindsight& hindsight_;
  report::Style style_;
  std::vector<explain::Story> stories_;
};

void print_ending(const explain::Story& story, std::size_t number, const report::Style& style) {
  print("connection " + std::to_string(number) + ": " + style.bold(story.ending) + " [" +
        format_states(story, story.states) + "]; " + story.names[0] + " sent " +
        std::to_string(story.sent[0]) + " bytes, " + story.names[1] + " " + std::to_string(story.sent[1]) +
        "\n");
  if (story.doubtful.empty()) return;
  std::string packets;
  for (std::uint64_t packet : story.doubtful)
    packets += (packets.empty() ? "" : ", ") + std::to_string(packet);
  print("  note: packets that fit only what is not in the capture, missed or never sent: " + packets + "\n");
}

void print_reading(const capture::Summary& summary) {
  for (const capture::Incomplete& one : summary.incomplete)
    print("note: fragments are missing of a datagram from " + one.source.to_string() + " to " +
          one.destination.to_string() + " (packet " + std::to_string(one.packet) + ")\n");
  if (summary.headless > 0)
    print("note: " + std::to_string(summary.headless) + " packets are cut before the end of their headers\n");
  if (summary.others > 0) print("note: " + std::to_string(summary.others) + " packets are not TCP\n");
}

/// Every wanted segment of the file, to `use`.
template <class Use>
capture::Summary each(const ExplainCommand& command, const std::vector<capture::Flow>& flows, Use use) {
  capture::Reader reader{std::filesystem::path(command.file)};
  while (const auto packet = reader.next())
    if (is_wanted(flows, packet->segment)) use(*packet);
  return reader.summary();
}

}  // namespace

int explain(const ExplainCommand& command) {
  std::vector<capture::Flow> flows;
  for (const std::string& text : command.flows) flows.push_back(parse_flow(text));
  if (!std::filesystem::is_regular_file(command.file) && std::filesystem::exists(command.file))
    throw UsageError(command.file + " is not a file: it is read twice");
  explain::Explainer first;
  each(command, flows, [&](const capture::Packet& packet) { first.explain(packet); });
  const explain::Hindsight hindsight = first.hindsight();
  explain::Explainer explainer(hindsight);
  const report::Style style = style_for(command.color);
  Page page(hindsight, style);
  const capture::Summary summary = each(
      command, flows, [&](const capture::Packet& packet) { page.show(packet, explainer.explain(packet)); });

  const std::vector<explain::Story> stories = explainer.stories();
  std::size_t faults = 0;
  if (!stories.empty()) print("\n");
  for (std::size_t i = 0; i < stories.size(); ++i) {
    print_ending(stories[i], i + 1, style);
    faults += stories[i].faults;
  }
  print_reading(summary);
  print(std::to_string(stories.size()) + (stories.size() == 1 ? " connection, " : " connections, ") +
        (faults == 0 ? style.green("nothing wrong") : style.red(std::to_string(faults) + " wrong")) + "\n");
  if (summary.damage) {
    const std::string where =
        summary.damage->packet == 0 ? "" : " at packet " + std::to_string(summary.damage->packet);
    throw UsageError(command.file + ": the capture is damaged" + where + ", byte " +
                     std::to_string(summary.damage->offset) + ": " +
                     report::printable(summary.damage->reason));
  }
  return faults == 0 ? ok : failed;
}

}  // namespace tcpcraft::cli
