// A page of ladder diagrams, one for each connection. Each is written when its connection is let go of.

#include <utility>

#include <tcpcraft/results/html_parts.hpp>

#include "explanation_rows.hpp"

namespace tcpcraft::report {
namespace {

using results::escaped;
using results::Ladder;
using results::LadderRow;

constexpr std::size_t most_diagrams = 100;
constexpr std::size_t most_rows = 300;  ///< of one diagram

/// A diagram that grows; of one that is too long the middle is left out.
class Growing {
 public:
  explicit Growing(Ladder ladder) : ladder_(std::move(ladder)) {}

  void add(LadderRow row) {
    if (ladder_.rows.size() < most_rows / 2) {
      ladder_.rows.push_back(std::move(row));
      return;
    }
    if (tail_.size() < most_rows / 2) {
      tail_.push_back(std::move(row));
      return;
    }
    LadderRow& oldest = tail_[next_++ % tail_.size()];
    note_states(oldest);
    oldest = std::move(row);
    ++left_out_;
  }

  Ladder finish() {
    if (left_out_ > 0) {
      LadderRow gap;
      gap.shape = LadderRow::Shape::pause;
      gap.own = false;
      gap.text = std::to_string(left_out_) + " more are left out here";
      ladder_.rows.push_back(std::move(gap));
    }
    for (std::size_t i = 0; i < tail_.size(); ++i)
      ladder_.rows.push_back(std::move(tail_[(next_ + i) % tail_.size()]));
    // A change of state among what is left out is seen at the first that is not.
    if (left_out_ > 0 && tail_.size() > 1) {
      LadderRow& after = ladder_.rows[ladder_.rows.size() - tail_.size()];
      if (after.state.empty()) after.state = state_;
      if (after.left_state.empty()) after.left_state = left_state_;
    }
    return std::move(ladder_);
  }

 private:
  void note_states(const LadderRow& row) {
    if (!row.state.empty()) state_ = row.state;
    if (!row.left_state.empty()) left_state_ = row.left_state;
  }

  Ladder ladder_;
  std::vector<LadderRow> tail_;
  std::size_t next_ = 0, left_out_ = 0;
  std::string state_, left_state_;
};

class HtmlForm : public Explanation {
 public:
  explicit HtmlForm(Sink sink) : sink_(std::move(sink)) {}

  void begin(const ExplanationInfo& info) override {
    info_ = info;
    sink_(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'; "
        "base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
        escaped(info.source, 200) + ", explained</title>\n<style>" + results::html_style +
        "</style>\n</head>\n<body>\n" + results::html_hatch + "<header><h1>" + escaped(info.source, 200) +
        ", explained</h1><p class=\"facts\">tcpcraft " + escaped(info.version) +
        (info.live ? " · live" : "") + "</p></header>\n<main>\n");
  }

  void add(const capture::Packet& packet, const explain::Explained& explained) override {
    const explain::Identity& connection = *explained.connection;
    if (explained.first && drawn_ < most_diagrams) {
      ++drawn_;
      Drawn drawn{Growing(LadderRows::ladder_of(explained)), {}, ""};
      for (const std::string& remark : remarks_on(explained))
        drawn.remarks += "<p class=\"reason\">" + escaped(remark) + "</p>\n";
      drawn.since = format_day(packet.time) + " " + format_moment(packet.time) + " UTC";
      open_.emplace(connection.number, std::move(drawn));
    }
    const auto at = open_.find(connection.number);
    if (at == open_.end()) return;
    for (LadderRow& row : rows_.rows_of(packet, explained)) at->second.growing.add(std::move(row));
  }

  void close(const explain::Story& story) override {
    const auto at = open_.find(story.number);
    if (at == open_.end()) return;
    rows_.forget(story.number);
    const Ladder ladder = at->second.growing.finish();
    const bool wrong = story.faults > 0;
    std::string text = std::string("<article class=\"") + (wrong ? "fail" : "pass") +
                       "\">\n<details open><summary><span class=\"badge\">" +
                       (wrong ? std::to_string(story.faults) + " wrong" : "nothing wrong") +
                       "</span> <span class=\"title\">" + escaped(format_ends(story), 200) +
                       "</span> <span class=\"took\">" + at->second.since +
                       "</span></summary>\n<div class=\"body\">\n<p class=\"ending\">" +
                       escaped(story.ending) + "</p>\n<p class=\"about\">" + escaped(story.names[0]) +
                       " sent " + std::to_string(story.sent[0]) + " bytes, " + escaped(story.names[1]) + " " +
                       std::to_string(story.sent[1]) + ", in " + std::to_string(story.segments) +
                       " segments. Left in " + escaped(format_states(story, story.states)) + ".</p>\n" +
                       at->second.remarks + "<figure>" + results::ladder_svg(ladder) +
                       "</figure>\n</div></details></article>\n";
    open_.erase(at);
    sink_(text);
  }

  void end(const ExplanationEnd& end) override {
    std::string text = "</main>\n<section id=\"summary\" aria-label=\"Summary\"><p>" +
                       std::to_string(end.connections) +
                       (end.connections == 1 ? " connection, " : " connections, ") +
                       (end.faults == 0 ? "nothing wrong" : std::to_string(end.faults) + " wrong");
    if (end.connections > drawn_)
      text += "; the first " + std::to_string(drawn_) + " are drawn here, --flow chooses others";
    if (end.dropped > 0)
      text += "; " + std::to_string(end.dropped) + " packets came too fast, and are missing";
    sink_(text + "</p></section>\n</body>\n</html>\n");
  }

 private:
  struct Drawn {
    Growing growing;
    std::string remarks, since;
  };

  Sink sink_;
  ExplanationInfo info_;
  LadderRows rows_;
  std::size_t drawn_ = 0;
  std::map<std::size_t, Drawn> open_;  ///< by the connection's number
};

}  // namespace

std::unique_ptr<Explanation> explanation_html(Sink sink) {
  return std::make_unique<HtmlForm>(std::move(sink));
}

}  // namespace tcpcraft::report
