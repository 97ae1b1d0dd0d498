#include <set>
#include <utility>

#include <tcpcraft/report/explanation.hpp>

namespace tcpcraft::report {
namespace {

/// How many connections' endings are kept for the end of the text. Beyond, each stands where it is known.
constexpr std::size_t most_endings = 1000;

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : "; ") + part;
  return text;
}

class Text : public Explanation {
 public:
  Text(Sink sink, const Style& style, Detail detail)
      : sink_(std::move(sink)), style_(style), detail_(detail) {}

  void begin(const ExplanationInfo& info) override { info_ = info; }

  void add(const capture::Packet& packet, const explain::Explained& explained) override {
    if (explained.first) headed_ = 0;
    if (detail_.quiet && explained.faults.empty() && explained.late.empty()) return;
    std::string text;
    if (explained.first || (detail_.quiet && headed_ != explained.connection->number))
      text += heading(packet, explained);
    headed_ = explained.connection->number;
    text += line(packet, explained) + meaning(explained) + faults(explained);
    if (info_.live && explained.ended) {
      told_.insert(explained.ended->number);
      text += "  " + ending(*explained.ended);
    }
    sink_(text);
  }

  void close(const explain::Story& story) override {
    if (told_.erase(story.number) > 0 || (detail_.quiet && story.faults == 0)) return;
    if (endings_.size() < most_endings && !info_.live) {
      endings_.push_back(ending(story));
      return;
    }
    if (!endings_.empty()) put_endings();
    sink_(ending(story));
  }

  void end(const ExplanationEnd& end) override {
    if (lines_ > 0) sink_("\n");
    put_endings();
    std::string text = reading(end.capture);
    if (end.dropped > 0)
      text += style_.yellow("note:") + " " + std::to_string(end.dropped) +
              " packets came faster than they were read, and are missing\n";
    text += std::to_string(end.connections) + (end.connections == 1 ? " connection, " : " connections, ");
    text +=
        end.faults == 0 ? style_.green("nothing wrong") : style_.red(std::to_string(end.faults) + " wrong");
    sink_(text + "\n");
  }

 private:
  std::string heading(const capture::Packet& packet, const explain::Explained& explained) {
    const explain::Identity& connection = *explained.connection;
    std::string text = std::exchange(lines_, lines_ + 1) > 0 ? "\n" : "";
    text += "connection " + std::to_string(connection.number) + ": " + format_ends(connection) + ", " +
            format_day(packet.time) + " UTC\n";
    for (const std::string& remark : remarks_on(explained)) text += "  note: " + remark + "\n";
    return text;
  }

  std::string line(const capture::Packet& packet, const explain::Explained& explained) const {
    const bool several = info_.live || info_.connections > 1;
    const std::string number = several ? "#" + std::to_string(explained.connection->number) + " " : "";
    return "  " + number + style_.dim(format_moment(packet.time)) + " " +
           style_.bold(explained.connection->names[explained.side]) + "  " + explained.segment +
           format_condition(packet) + "\n";
  }

  std::string meaning(const explain::Explained& explained) const {
    const std::string states =
        explained.states_changed ? " [" + format_states(*explained.connection, explained.states) + "]" : "";
    std::string text = join(explained.meanings) + style_.cyan(states);
    if (!text.empty()) text = "      " + text + "\n";
    if (detail_.verbose && explained.rule != nullptr)
      text += "      " + style_.dim(cited(*explained.rule)) + "\n";
    return text;
  }

  static std::string cited(const model::Rule& rule) {
    return std::string(rule.section) + ": " + std::string(rule.says) + " [" + std::string(rule.name) + "]";
  }

  std::string faults(const explain::Explained& explained) const {
    std::string text;
    const auto add = [&](const explain::Fault& fault, const std::string& what) {
      text += "      " + style_.red("WRONG:") + " " + what + fault.says + "\n             " +
              std::string(fault.rule->section) + ": " + std::string(fault.rule->says) + "\n";
    };
    for (const explain::Fault& fault : explained.faults) add(fault, "");
    if (info_.live)
      for (const explain::LateFault& late : explained.late)
        add(late.fault, "now it shows that " + explained.connection->names[late.side] + "'s segment of " +
                            format_moment(late.time) + " ");
    return text;
  }

  std::string ending(const explain::Story& story) const {
    std::string text = "connection " + std::to_string(story.number) + ": " + style_.bold(story.ending) +
                       " [" + format_states(story, story.states) + "]; " + story.names[0] + " sent " +
                       std::to_string(story.sent[0]) + " bytes, " + story.names[1] + " " +
                       std::to_string(story.sent[1]) + "\n";
    if (story.doubtful.empty()) return text;
    std::string packets;
    for (std::uint64_t packet : story.doubtful)
      packets += (packets.empty() ? "" : ", ") + std::to_string(packet);
    return text +
           "  note: packets that fit only what is not in the capture, missed or never sent: " + packets +
           "\n";
  }

  void put_endings() {
    for (const std::string& one : std::exchange(endings_, {})) sink_(one);
  }

  static std::string reading(const capture::Summary& summary) {
    std::string text;
    for (const capture::Incomplete& one : summary.incomplete)
      text += "note: fragments are missing of a datagram from " + one.source.to_string() + " to " +
              one.destination.to_string() + " (packet " + std::to_string(one.packet) + ")\n";
    const auto note = [&](std::uint64_t count, const std::string& what) {
      if (count > 0)
        text +=
            "note: " + std::to_string(count) + (count == 1 ? " packet is " : " packets are ") + what + "\n";
    };
    note(summary.headless, "cut within the headers");
    note(summary.others, "not TCP");
    return text;
  }

  Sink sink_;
  Style style_;
  Detail detail_;
  ExplanationInfo info_;
  std::size_t lines_ = 0;   ///< headings so far
  std::size_t headed_ = 0;  ///< the connection that the last line is of
  std::set<std::size_t> told_;
  std::vector<std::string> endings_;
};

}  // namespace

std::unique_ptr<Explanation> explanation_text(Sink sink, const Style& style, Detail detail) {
  return std::make_unique<Text>(std::move(sink), style, detail);
}

}  // namespace tcpcraft::report
