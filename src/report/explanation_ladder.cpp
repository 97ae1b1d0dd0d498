#include <utility>

#include "explanation_rows.hpp"

namespace tcpcraft::report {
namespace {

/// One diagram for all connections, whose rows come in the order of time; with several, the connection's
/// number stands before each.
class LadderForm : public Explanation {
 public:
  LadderForm(Sink sink, const Paper& paper, const Style& style)
      : sink_(std::move(sink)), paper_(paper), style_(style) {}

  void begin(const ExplanationInfo& info) override {
    several_ = info.live || info.connections > 1;
    results::Ladder ladder;
    ladder.left_has_states = true;
    // The first rows are not known yet: room for an hour.
    ladder.rows.emplace_back().at = std::chrono::hours(1);
    if (several_) ladder.peers = {"#12345", ""};
    text_ = std::make_unique<LadderText>(std::move(ladder), paper_, style_);
  }

  void add(const capture::Packet& packet, const explain::Explained& explained) override {
    std::string text;
    if (explained.first) text += heading(packet, explained);
    for (results::LadderRow& row : rows_.rows_of(packet, explained)) {
      if (several_) row.name = "#" + std::to_string(explained.connection->number);
      text += text_->row(row);
    }
    sink_(text);
  }

  void close(const explain::Story& story) override {
    rows_.forget(story.number);
    sink_((several_ ? "" : text_->foot()) + "connection " + std::to_string(story.number) + ": " +
          style_.bold(story.ending) + "\n");
  }

  void end(const ExplanationEnd& end) override {
    sink_(std::to_string(end.connections) + (end.connections == 1 ? " connection, " : " connections, ") +
          (end.faults == 0 ? style_.green("nothing wrong")
                           : style_.red(std::to_string(end.faults) + " wrong")) +
          "\n");
  }

 private:
  std::string heading(const capture::Packet& packet, const explain::Explained& explained) {
    std::string text = "connection " + std::to_string(explained.connection->number) + ": " +
                       format_ends(*explained.connection) + ", " + format_day(packet.time) + " " +
                       format_moment(packet.time) + " UTC\n";
    for (const std::string& remark : remarks_on(explained)) text += "  note: " + remark + "\n";
    return text + text_->head(LadderRows::ladder_of(explained));
  }

  Sink sink_;
  Paper paper_;
  Style style_;
  bool several_ = false;
  LadderRows rows_;
  std::unique_ptr<LadderText> text_;
};

}  // namespace

std::unique_ptr<Explanation> explanation_ladder(Sink sink, const Paper& paper, const Style& style) {
  return std::make_unique<LadderForm>(std::move(sink), paper, style);
}

}  // namespace tcpcraft::report
