// A ladder diagram as SVG: slanted arrows between the peer's line and the kernel's, which is a bar in the
// colours of its states.

#include <algorithm>
#include <array>
#include <cstdio>

#include <tcpcraft/results/ladder.hpp>
#include <tcpcraft/wire/utf8.hpp>

#include "html_parts.hpp"

namespace tcpcraft::results {
namespace {

using Shape = LadderRow::Shape;

constexpr int width = 880, time_end = 64, peer_x = 84, kernel_x = 580, slant = 12, bar = 9;
constexpr std::size_t most_lanes = 6, most_rows = 300;
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
  explicit Drawing(const Record& record) : record_(record), ladder_(lay_out(record, most_rows)) {
    lanes_.resize(std::clamp<std::size_t>(ladder_.peers.size(), 1, most_lanes));
    for (Lane& lane : lanes_) lane.state = record.kernel_state;
    beside_x_ = kernel_x + static_cast<int>(lanes_.size()) * (bar + 2) + 8;
  }

  std::string draw() {
    draw_head();
    const int top = y_;
    y_ += 14;
    for (const LadderRow& row : ladder_.rows) draw(row);
    y_ += 10;
    std::string bars;
    for (std::size_t i = 0; i < lanes_.size(); ++i) close(i, y_);
    const std::string head =
        print("<svg class=\"ladder\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", width, y_ + 4) +
        "Ladder diagram of " + escaped(record_.title.empty() ? record_.name : record_.title, 200) + ": " +
        std::to_string(record_.events.size()) + " events\">";
    return head + print("<path class=\"life\" d=\"M%d %dV%d\"/>", peer_x, top, y_) + bars_ + text_ +
           "</svg>\n";
  }

 private:
  struct Lane {
    std::string state;
    int since = 0;
  };

  void draw_head() {
    const bool one = record_.peers.size() == 1;
    const std::string peer = record_.peers.size() > 1 ? "peers" : "peer";
    caption(peer_x, peer, one ? record_.peers.front().address : "");
    caption(kernel_x, "kernel", record_.kernel_address);
    text_ += print("<text class=\"t\" x=\"%d\" y=\"34\">ms</text>", time_end);
    y_ = 42;
    for (Lane& lane : lanes_) lane.since = y_;
    if (!record_.kernel_state.empty()) label(y_ + 10, record_.kernel_state);
  }

  void caption(int x, const std::string& side, const std::string& address) {
    const bool left = x == peer_x;
    text_ +=
        print("<text class=\"side %s\" x=\"%d\" y=\"16\">", left ? "peer" : "kern", left ? x - 6 : x - 6) +
        side + "</text>";
    text_ += print("<text class=\"addr\" x=\"%d\" y=\"33\">", x - 6) + escaped(address, 48) + "</text>";
  }

  /// A state's name, beside the kernel's bar.
  void label(int y, const std::string& state) {
    text_ += print("<text class=\"state %s\" x=\"%d\" y=\"%d\">", class_of(state), beside_x_, y) +
             escaped(state, beside) + "</text>";
  }

  void close(std::size_t lane, int until) {
    Lane& now = lanes_[lane];
    if (until > now.since)
      bars_ += print("<rect class=\"bar %s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"><title>",
                     class_of(now.state), kernel_x + static_cast<int>(lane) * (bar + 2), now.since, bar,
                     until - now.since) +
               escaped(now.state, 100) + "</title></rect>";
    now.since = until;
  }

  void change(const LadderRow& row, int y) {
    if (row.state.empty()) return;
    const std::size_t lane = std::min(row.peer, lanes_.size() - 1);
    close(lane, y);
    lanes_[lane].state = row.state;
  }

  void begin(const LadderRow& row) {
    text_ += print("<g class=\"row%s\"", row.failed ? " bad" : "");
    if (row.event && row.event->step) text_ += " data-step=\"" + std::to_string(*row.event->step) + "\"";
    text_ += ">";
    if (row.event) text_ += "<title>" + title_of(*row.event) + "</title>";
  }

  static std::string title_of(const Event& event) {
    std::string text = escaped(event.text, 400);
    if (!event.result.empty()) text += " → " + escaped(event.result, 200);
    if (event.rule)
      text += "\n" + escaped(event.rule->name, 100) + ": " + escaped(event.rule->says, 400) + "\n" +
              escaped(event.rule->section, 100);
    return text;
  }

  void time(const LadderRow& row, int y) {
    text_ +=
        print("<text class=\"t\" x=\"%d\" y=\"%d\">", time_end, y) + format_milliseconds(row.at) + "</text>";
  }

  void draw(const LadderRow& row) {
    begin(row);
    const int height = [&] {
      switch (row.shape) {
        case Shape::to_kernel:
        case Shape::to_peer:
        case Shape::missing:
          return draw_arrow(row);
        case Shape::at_kernel:
          return draw_beside(row);
        case Shape::note:
          return draw_note(row);
        case Shape::pause:
          break;
      }
      return draw_pause(row);
    }();
    text_ += print("<rect class=\"hit\" x=\"0\" y=\"%d\" width=\"%d\" height=\"%d\"/>", y_, width, height);
    text_ += "</g>\n";
    y_ += height;
  }

  std::string name_of(const LadderRow& row) const {
    return row.event && !row.event->peer.empty() ? row.event->peer + ": " : "";
  }

  int draw_arrow(const LadderRow& row) {
    const bool to_kernel = row.shape == Shape::to_kernel;
    const int y0 = y_ + 17, y1 = y0 + slant;
    const int from = to_kernel ? peer_x : kernel_x, to = to_kernel ? kernel_x : peer_x;
    const bool icmp = row.event->kind == Event::Kind::icmp;
    const char* kind = row.shape == Shape::missing ? "gone" : icmp ? "icmp" : to_kernel ? "peer" : "kern";
    time(row, y0 + 4);
    text_ += print("<path class=\"arrow %s\" d=\"M%d %dL%d %d\"/>", kind, from, y0, to, y1);
    text_ += print("<path class=\"tip %s\" d=\"M%d %dl%d -5v10z\"/>", kind, to, y1, to_kernel ? -11 : 11);
    const std::string text = name_of(row) + row.text;
    const double angle = (to_kernel ? 1 : -1) * 1.386;
    const int x = (peer_x + kernel_x) / 2, y = (y0 + y1) / 2 - 6;
    text_ += print("<text class=\"seg %s%s\" transform=\"translate(%d %d) rotate(%.2f)\">", kind,
                   characters(text) > 54 ? " tight" : "", x, y, angle) +
             escaped(text, along) + "</text>";
    if (row.failed) text_ += print("<text class=\"cross\" x=\"%d\" y=\"%d\">✗</text>", peer_x - 10, y0 + 6);
    const int at = to_kernel ? y1 : y0;
    if (!row.state.empty())
      label(at + 4, (row.event->peer.empty() ? "" : row.event->peer + ": ") + row.state);
    change(row, at);
    if (row.expected.empty()) return 36;
    text_ += print("<text class=\"want\" x=\"%d\" y=\"%d\">expected ", x, y1 + 17) +
             escaped(row.expected, along) + "</text>";
    return 56;
  }

  int draw_beside(const LadderRow& row) {
    const bool call = row.event->kind == Event::Kind::call;
    std::string text = name_of(row) + row.text;
    const std::string result = row.event->result.empty() ? "" : " → " + row.event->result;
    const std::size_t room = beside - std::min(characters(result), beside / 2);
    if (characters(text) > room) text = cut(text, room - 1) + "…";
    text += result;
    const int y = y_ + 5;
    time(row, y + 14);
    if (call) {
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
    if (!call || row.state.empty()) return 29;
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
      text_ += print("<text class=\"note\" x=\"%d\" y=\"%d\">", (peer_x + kernel_x) / 2, y) +
               escaped(rest.substr(0, end), columns + 10) + "</text>";
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return y - y_ - 5;
  }

  /// A step's own is a hatched band; where time just passed, both lines are broken.
  int draw_pause(const LadderRow& row) {
    const int x = (peer_x + kernel_x) / 2;
    if (row.event) {
      time(row, y_ + 20);
      text_ += print("<rect class=\"band\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"22\"/>", peer_x + 2,
                     y_ + 5, kernel_x - peer_x - 4);
    } else {
      for (const int at : {peer_x, kernel_x + bar / 2})
        text_ +=
            print("<path class=\"cut\" d=\"M%d %dl16 -8M%d %dl16 -8\"/>", at - 8, y_ + 17, at - 8, y_ + 23);
    }
    text_ += print("<text class=\"pause\" x=\"%d\" y=\"%d\">", x, y_ + 20) + (row.event ? "" : "⋮ ") +
             escaped(row.event ? name_of(row) + row.text : row.text, along) + "</text>";
    return 32;
  }

  const Record& record_;
  Ladder ladder_;
  std::vector<Lane> lanes_;  // the kernel's bars, one for each connection as far as there is room
  int beside_x_ = 0;
  int y_ = 0;
  std::string bars_, text_;
};

}  // namespace

std::string ladder_svg(const Record& record) {
  return Drawing(record).draw();
}

}  // namespace tcpcraft::results
