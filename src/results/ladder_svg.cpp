// A ladder diagram as SVG: slanted arrows between the two sides' lines. Where a side's states are known, its
// line is a bar in their colours.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>

#include <tcpcraft/results/html_parts.hpp>
#include <tcpcraft/results/ladder.hpp>
#include <tcpcraft/wire/utf8.hpp>

namespace tcpcraft::results {
namespace {

using Shape = LadderRow::Shape;

constexpr int time_end = 64, between = 496, slant = 12, bar = 9;
constexpr int for_states = 114;  // on the left
constexpr std::size_t most_lanes = 6;
constexpr std::size_t along = 66;   // characters that an arrow carries
constexpr std::size_t beside = 33;  // and that there is room for beside the kernel's line

template <class... Args>
std::string print(const char* format, Args... args) {
  char text[300];
  std::snprintf(text, sizeof text, format, args...);
  return text;
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string cut(const std::string& text, std::size_t most) {
  std::size_t end = 0;
  for (; most > 0 && end < text.size(); --most)
    end += std::max<std::size_t>(wire::utf8_sequence(std::string_view(text).substr(end)), 1);
  return text.substr(0, end);
}

/// Of the colours: what is opening, open, closing by either side, or shut.
const char* class_of(const std::string& state) {
  constexpr std::array<std::pair<const char*, const char*>, 11> classes{{{"CLOSED", "shut"},
                                                                         {"LISTEN", "shut"},
                                                                         {"SYN-SENT", "opening"},
                                                                         {"SYN-RECEIVED", "opening"},
                                                                         {"ESTABLISHED", "open"},
                                                                         {"FIN-WAIT-1", "fin1"},
                                                                         {"FIN-WAIT-2", "fin2"},
                                                                         {"CLOSING", "fin1"},
                                                                         {"TIME-WAIT", "timewait"},
                                                                         {"CLOSE-WAIT", "closewait"},
                                                                         {"LAST-ACK", "lastack"}}};
  for (const auto& [name, color] : classes)
    if (state == name) return color;
  return "shut";
}

class Drawing {
 public:
  explicit Drawing(const Ladder& ladder) : ladder_(ladder), two_sided_(ladder.left_has_states) {
    left_x_ = 84 + (two_sided_ ? for_states : 0);
    right_x_ = left_x_ + between;
    width_ = right_x_ + (two_sided_ ? 140 : 300);
    left_.state = ladder.left.state;
    lanes_.resize(std::clamp<std::size_t>(ladder.peers.size(), 1, most_lanes));
    for (Lane& lane : lanes_) lane.state = ladder.right.state;
    beside_x_ = right_x_ + static_cast<int>(lanes_.size()) * (bar + 2) + 8;
  }

  std::string draw() {
    draw_head();
    const int top = y_;
    y_ += 14;
    for (const LadderRow& row : ladder_.rows) draw(row);
    y_ += 10;
    for (std::size_t i = 0; i < lanes_.size(); ++i) close(lanes_[i], right_bar(i), y_);
    if (two_sided_)
      close(left_, left_x_ - bar, y_);
    else
      bars_ = print("<path class=\"life\" d=\"M%d %dV%d\"/>", left_x_, top, y_) + bars_;
    const std::string head =
        print("<svg class=\"ladder\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", width_, y_ + 4) +
        "Ladder diagram of " + escaped(ladder_.title, 200) + "\">";
    return head + bars_ + text_ + "</svg>\n";
  }

 private:
  struct Lane {
    std::string state;
    int since = 0;
  };

  void draw_head() {
    caption(left_x_, "peer", ladder_.left);
    caption(right_x_, "kern", ladder_.right);
    text_ += print("<text class=\"t\" x=\"%d\" y=\"34\">ms</text>", time_end);
    y_ = 42;
    left_.since = y_;
    for (Lane& lane : lanes_) lane.since = y_;
    label(y_ + 10, ladder_.right.state);
    left_label(y_ + 10, ladder_.left.state);
  }

  void caption(int x, const char* kind, const Ladder::Side& side) {
    text_ +=
        print("<text class=\"side %s\" x=\"%d\" y=\"16\">", kind, x - 6) + escaped(side.name, 60) + "</text>";
    text_ += print("<text class=\"addr\" x=\"%d\" y=\"33\">", x - 6) + escaped(side.address, 48) + "</text>";
  }

  /// A state's name, beside the right side's bar.
  void label(int y, const std::string& state) {
    if (state.empty()) return;
    text_ += print("<text class=\"state %s\" x=\"%d\" y=\"%d\">", class_of(state), beside_x_, y) +
             escaped(state, beside) + "</text>";
  }
  void left_label(int y, const std::string& state) {
    if (state.empty() || !two_sided_) return;
    text_ +=
        print("<text class=\"state left %s\" x=\"%d\" y=\"%d\">", class_of(state), left_x_ - bar - 8, y) +
        escaped(state, beside) + "</text>";
  }

  int right_bar(std::size_t lane) const { return right_x_ + static_cast<int>(lane) * (bar + 2); }

  void close(Lane& lane, int x, int until) {
    if (until > lane.since)
      bars_ += print("<rect class=\"bar %s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"><title>",
                     class_of(lane.state), x, lane.since, bar, until - lane.since) +
               escaped(lane.state, 100) + "</title></rect>";
    lane.since = until;
  }

  void change(const LadderRow& row, int y) {
    if (row.state.empty()) return;
    const std::size_t lane = std::min(row.peer.value_or(0), lanes_.size() - 1);
    close(lanes_[lane], right_bar(lane), y);
    lanes_[lane].state = row.state;
  }

  void change_left(const LadderRow& row, int y) {
    if (row.left_state.empty() || !two_sided_) return;
    left_label(y + 4, row.left_state);
    close(left_, left_x_ - bar, y);
    left_.state = row.left_state;
  }

  void begin(const LadderRow& row) {
    text_ += print("<g class=\"row%s\"", row.failed ? " bad" : "");
    if (row.step) text_ += " data-step=\"" + std::to_string(*row.step) + "\"";
    text_ += ">";
    if (!row.title.empty()) text_ += "<title>" + escaped(row.title, 1000) + "</title>";
  }

  void time(const LadderRow& row, int y) {
    text_ +=
        print("<text class=\"t\" x=\"%d\" y=\"%d\">", time_end, y) + format_milliseconds(row.at) + "</text>";
  }

  void draw(const LadderRow& row) {
    begin(row);
    const int height = [&] {
      switch (row.shape) {
        case Shape::to_right:
        case Shape::to_left:
        case Shape::missing:
          return draw_arrow(row);
        case Shape::at_right:
          return draw_beside(row);
        case Shape::note:
          return draw_note(row);
        case Shape::pause:
          break;
      }
      return draw_pause(row);
    }();
    text_ += print("<rect class=\"hit\" x=\"0\" y=\"%d\" width=\"%d\" height=\"%d\"/>", y_, width_, height);
    text_ += "</g>\n";
    y_ += height;
  }

  static std::string name_of(const LadderRow& row) { return row.name.empty() ? "" : row.name + ": "; }

  int draw_arrow(const LadderRow& row) {
    const bool to_right = row.shape == Shape::to_right;
    const int y0 = y_ + 17, y1 = y0 + slant;
    const int from = to_right ? left_x_ : right_x_, to = to_right ? right_x_ : left_x_;
    const char* kind = row.shape == Shape::missing ? "gone" : row.icmp ? "icmp" : to_right ? "peer" : "kern";
    time(row, y0 + 4);
    text_ += print("<path class=\"arrow %s\" d=\"M%d %dL%d %d\"/>", kind, from, y0, to, y1);
    text_ += print("<path class=\"tip %s\" d=\"M%d %dl%d -5v10z\"/>", kind, to, y1, to_right ? -11 : 11);
    const std::string text = name_of(row) + row.text;
    const double angle = (to_right ? 1 : -1) * std::atan2(slant, between) * 180 / std::numbers::pi;
    const int x = (left_x_ + right_x_) / 2, y = (y0 + y1) / 2 - 6;
    text_ += print("<text class=\"seg %s%s\" transform=\"translate(%d %d) rotate(%.2f)\">", kind,
                   characters(text) > 54 ? " tight" : "", x, y, angle) +
             escaped(text, along) + "</text>";
    if (row.failed) text_ += print("<text class=\"cross\" x=\"%d\" y=\"%d\">✗</text>", left_x_ - 10, y0 + 6);
    const int at = to_right ? y1 : y0;
    if (!row.state.empty()) label(at + 4, name_of(row) + row.state);
    change(row, at);
    change_left(row, to_right ? y0 : y1);
    int height = 36;
    if (!row.expected.empty()) {
      text_ += print("<text class=\"want\" x=\"%d\" y=\"%d\">expected ", x, y1 + 17) +
               escaped(row.expected, along) + "</text>";
      height += 20;
    }
    for (const std::string& one : row.below) height += draw_below(one, y_ + height + 8);
    return height + (row.below.empty() ? 0 : 6);
  }

  /// Broken between words; returns how high it is.
  int draw_below(std::string_view rest, int y) {
    constexpr std::size_t columns = 72, most = 5;
    constexpr int line = 17;
    int lines = 0;
    for (std::size_t i = 0; i < most && !rest.empty(); ++i, ++lines) {
      std::size_t end = rest.size() <= columns ? rest.size() : rest.rfind(' ', columns);
      if (end == rest.npos || end == 0 || i + 1 == most) end = rest.size();
      text_ += print("<text class=\"said\" x=\"%d\" y=\"%d\">", (left_x_ + right_x_) / 2, y + lines * line) +
               escaped(rest.substr(0, end), columns + 10) + "</text>";
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return lines * line;
  }

  int draw_beside(const LadderRow& row) {
    std::string text = name_of(row) + row.text;
    const std::string result = row.result.empty() ? "" : " → " + row.result;
    const std::size_t room = beside - std::min(characters(result), beside / 2);
    if (characters(text) > room) text = cut(text, room - 1) + "…";
    text += result;
    const int y = y_ + 5;
    time(row, y + 14);
    if (row.call) {
      const int chars = static_cast<int>(std::min(characters(text), beside + 1));
      text_ += print("<rect class=\"call\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"20\" rx=\"4\"/>",
                     beside_x_ - 2, y, chars * 79 / 10 + 12);
      text_ += print("<path class=\"tie\" d=\"M%d %dH%d\"/>", beside_x_ - 8, y + 10, beside_x_ - 2);
      text_ += print("<text class=\"app\" x=\"%d\" y=\"%d\">", beside_x_ + 5, y + 14) +
               escaped(text, beside) + "</text>";
    } else {
      text_ +=
          print("<text class=\"check\" x=\"%d\" y=\"%d\">%s ", beside_x_, y + 14, row.failed ? "✗" : "✓") +
          escaped(text, beside) + "</text>";
    }
    change(row, y + 10);
    if (!row.call || row.state.empty()) return 29;
    label(y + 36, name_of(row) + row.state);
    return 46;
  }

  /// Broken between words.
  int draw_note(const LadderRow& row) {
    constexpr std::size_t columns = 66, most = 6;
    std::string_view rest = row.text;
    int y = y_ + 18;
    time(row, y);
    for (std::size_t i = 0; i < most && !rest.empty(); ++i, y += 17) {
      std::size_t end = rest.size() <= columns ? rest.size() : rest.rfind(' ', columns);
      if (end == rest.npos || end == 0 || i + 1 == most) end = rest.size();
      text_ += print("<text class=\"note\" x=\"%d\" y=\"%d\">", (left_x_ + right_x_) / 2, y) +
               escaped(rest.substr(0, end), columns + 10) + "</text>";
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return y - y_ - 5;
  }

  /// A step's own is a hatched band; where time just passed, both lines are broken.
  int draw_pause(const LadderRow& row) {
    const int x = (left_x_ + right_x_) / 2;
    if (row.own) {
      time(row, y_ + 20);
      text_ += print("<rect class=\"band\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"22\"/>", left_x_ + 2,
                     y_ + 5, right_x_ - left_x_ - 4);
    } else {
      for (const int at : {left_x_, right_x_ + bar / 2})
        text_ +=
            print("<path class=\"cut\" d=\"M%d %dl16 -8M%d %dl16 -8\"/>", at - 8, y_ + 17, at - 8, y_ + 23);
    }
    text_ += print("<text class=\"pause\" x=\"%d\" y=\"%d\">", x, y_ + 20) + (row.own ? "" : "⋮ ") +
             escaped(row.own ? name_of(row) + row.text : row.text, along) + "</text>";
    return 32;
  }

  const Ladder& ladder_;
  bool two_sided_;
  Lane left_;
  std::vector<Lane> lanes_;  // the right side's bars, one for each connection as far as there is room
  int left_x_ = 0, right_x_ = 0, beside_x_ = 0, width_ = 0;
  int y_ = 0;
  std::string bars_, text_;
};

}  // namespace

std::string ladder_svg(const Ladder& ladder) {
  return Drawing(ladder).draw();
}

}  // namespace tcpcraft::results
