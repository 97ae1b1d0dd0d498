// A ladder diagram as text. A line is the time, the peer's name where there are several, the left side's
// state where it has any, its line, the space between the lines, the right side's line, and what is to be
// said beside that.

#include <algorithm>
#include <utility>

#include <tcpcraft/report/ladder.hpp>
#include <tcpcraft/results/ladder.hpp>
#include <tcpcraft/wire/utf8.hpp>

namespace tcpcraft::report {
namespace {

using results::Ladder;
using results::LadderRow;
using Shape = LadderRow::Shape;

struct Glyphs {
  const char *line, *broken, *from_left,
      *from_right;                       ///< a side's line: as it is, in a pause, where an arrow begins
  const char *right, *left;              ///< the heads of arrows
  const char *shaft, *dashed, *doubled;  ///< of segments, of one that is missing, of ICMP
  const char *holds, *fails, *gives;
};
constexpr Glyphs boxes{"│", "┊", "├", "┤", "▶", "◀", "─", "╌", "═", "✓", "✗", " → "};
constexpr Glyphs ascii{"|", ":", "|", "|", ">", "<", "-", ".", "=", "ok", "x", " -> "};

constexpr std::size_t narrowest = 60, widest = 200;
constexpr std::size_t longest_name = 12;

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string repeated(std::string_view glyph, std::size_t count) {
  std::string text;
  for (; count > 0; --count) text += glyph;
  return text;
}

/// The first `columns` characters.
std::string_view head_of(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  for (; columns > 0 && end < text.size(); --columns)
    end += std::max<std::size_t>(wire::utf8_sequence(text.substr(end)), 1);
  return text.substr(0, end);
}

std::string padded(std::string_view text, std::size_t columns) {
  const std::string_view shown = head_of(text, columns);
  return std::string(shown) + std::string(columns - width_of(shown), ' ');
}

/// Broken between words where that can be; at most so many lines.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns, std::size_t most = 8) {
  std::vector<std::string> lines;
  while (width_of(text) > columns && lines.size() + 1 < most) {
    const std::string_view first = head_of(text, columns + 1);
    std::size_t end = first.rfind(' ');
    if (end == first.npos || end == 0) end = head_of(text, columns).size();
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(text.find_first_not_of(' ', end), text.size()));
  }
  if (width_of(text) <= columns)
    lines.emplace_back(text);
  else
    lines.push_back(std::string(head_of(text, columns - 3)) + "...");
  return lines;
}

}  // namespace

class LadderText::Drawing {
 public:
  Drawing(Ladder ladder, const Paper& paper, const Style& style)
      : style_(style), ladder_(std::move(ladder)), glyphs_(paper.utf8 ? boxes : ascii), utf8_(paper.utf8) {
    std::size_t longest = 0;
    for (const LadderRow& row : ladder_.rows)
      longest = std::max(longest, results::format_milliseconds(row.at).size());
    time_ = std::clamp<std::size_t>(longest, 7, 18);
    if (ladder_.peers.size() > 1)
      for (const std::string& name : ladder_.peers) name_ = std::max(name_, width_of(printable(name)));
    name_ = std::min(name_, longest_name);
    left_ = ladder_.left_has_states ? longest_name + 1 : 0;
    const std::size_t columns = std::clamp(paper.columns, narrowest, widest);
    beside_ = std::clamp<std::size_t>(columns / 4, 17, 36);
    between_ = columns - margin() - beside_ - 3;
  }

  std::string head(const Ladder& ladder) {
    draw_head(ladder);
    return std::exchange(text_, {});
  }
  std::string row(const LadderRow& row) {
    draw(row);
    return std::exchange(text_, {});
  }
  std::string foot() {
    line("", "", glyphs_.line, std::string(between_, ' '), glyphs_.line, "");
    return std::exchange(text_, {});
  }

 private:
  std::size_t margin() const { return 2 + time_ + 2 + (name_ ? name_ + 1 : 0) + left_; }

  /// Text of another's, fit for the paper.
  std::string clean(const std::string& text) const {
    std::string shown = printable(text);
    if (!utf8_)
      std::erase_if(shown, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }),
          std::replace_if(
              shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7f; }, '?');
    return shown;
  }

  void line(const std::string& time, const std::string& name, const std::string& left,
            const std::string& between, const std::string& right, const std::string& beside) {
    std::string text =
        "  " + style_.dim(std::string(time_ - std::min(time_, time.size()), ' ') + time) + "  ";
    if (name_) text += style_.bold(padded(name, name_)) + " ";
    if (left_) {
      const std::string state = std::exchange(left_state_, {});
      text += std::string(left_ - 1 - std::min(left_ - 1, width_of(state)), ' ') +
              (state.empty() ? "" : style_.bold(state)) + " ";
    }
    text += left + between + right + (beside.empty() ? "" : " " + beside);
    text_ += text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
  }

  static std::string titled(const Ladder::Side& side, const std::string& address) {
    return side.name + (address.empty() ? "" : " " + address);
  }

  void draw_head(const Ladder& ladder) {
    const std::string left_title = titled(ladder.left, clean(ladder.left.address));
    const std::string right_title = titled(ladder.right, clean(ladder.right.address));
    const std::size_t room = between_ + 1 + beside_;
    const std::string left = std::string(head_of(left_title, between_ / 2));
    // At the right side's line, or as far before it as it takes.
    const std::size_t begin =
        std::max(std::min(between_ + 1, room - std::min(room, width_of(right_title))), width_of(left) + 2);
    const std::string right = std::string(head_of(right_title, room - begin));
    text_ += std::string(margin() - left_ - 4, ' ') + style_.dim("ms") + std::string(2 + left_, ' ') +
             style_.cyan(left) + std::string(begin - width_of(left), ' ') + style_.green(right) + "\n";
    const std::string state = std::string(head_of(clean(ladder.left.state), longest_name));
    left_state_ = state;
    line("", "", glyphs_.line, std::string(between_, ' '), glyphs_.line,
         style_.bold(std::string(head_of(clean(ladder.right.state), beside_))));
  }

  std::string name_of(const LadderRow& row) const { return clean(row.name); }

  void draw(const LadderRow& row) {
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
        return draw_pause(row);
    }
  }

  std::string colored(const LadderRow& row, const std::string& text) const {
    if (row.failed) return style_.red(text);
    return row.shape == Shape::to_right ? style_.cyan(text) : style_.green(text);
  }

  /// The notation is on its arrow where there is room, and above it where not.
  void draw_arrow(const LadderRow& row) {
    const std::string time = results::format_milliseconds(row.at), name = name_of(row);
    const bool to_right = row.shape == Shape::to_right;
    const std::string text = clean(row.text);
    constexpr std::size_t shaft = 7;  // of the arrow and the blanks around the text
    const bool above = width_of(text) + shaft > between_;
    const std::string left_state(head_of(clean(row.left_state), longest_name));
    if (!above) left_state_ = left_state;
    if (above) {
      const std::vector<std::string> lines = wrapped(text, between_ - 4);
      for (std::size_t i = 0; i < lines.size(); ++i)
        line(i == 0 ? time : "", i == 0 ? name : "", glyphs_.line,
             "  " + colored(row, padded(lines[i], between_ - 2)), glyphs_.line, "");
    }
    left_state_ = left_state;
    const std::string right = to_right                      ? glyphs_.line
                              : row.shape == Shape::missing ? glyphs_.line
                                                            : glyphs_.from_right;
    line(above ? "" : time, above ? "" : name, to_right ? glyphs_.from_left : glyphs_.line,
         colored(row, arrow(row, above ? "" : text)), right, beside_arrow(row));
    for (const std::string& what : row.below)
      for (const std::string& one : wrapped(clean(what), between_ - 4)) {
        const std::string shown = "  " + padded(one, between_ - 2);
        line("", "", glyphs_.line, row.failed ? style_.red(shown) : style_.dim(shown), glyphs_.line, "");
      }
    if (!row.expected.empty())
      for (const std::string& expected : wrapped("expected " + clean(row.expected), between_ - 6))
        line("", "", glyphs_.line, style_.red("   " + padded(expected, between_ - 3)), glyphs_.line, "");
  }

  std::string arrow(const LadderRow& row, const std::string& text) const {
    const char* const shaft = row.shape == Shape::missing ? glyphs_.dashed
                              : row.icmp                  ? glyphs_.doubled
                                                          : glyphs_.shaft;
    const std::string middle = text.empty() ? "" : " " + text + " ";
    const std::string rest = repeated(shaft, between_ - 3 - width_of(middle));
    const std::string end = repeated(shaft, 2);
    return row.shape == Shape::to_right ? end + middle + rest + glyphs_.right
                                        : glyphs_.left + rest + middle + end;
  }

  std::string beside_arrow(const LadderRow& row) const {
    const std::string mark = row.failed ? style_.red(std::string(glyphs_.fails) + " ") : "";
    return mark + state_of(row, beside_ - (row.failed ? 2 : 0));
  }

  std::string state_of(const LadderRow& row, std::size_t room) const {
    if (row.state.empty()) return "";
    return style_.bold(std::string(head_of(clean(row.state), room)));
  }

  /// A call, or a check that holds or does not.
  void draw_beside(const LadderRow& row) {
    std::string text = clean(row.text) + (row.result.empty() ? "" : glyphs_.gives + clean(row.result));
    text = (row.call ? "app " : std::string(row.failed ? glyphs_.fails : glyphs_.holds) + " ") + text;
    const std::string name = name_of(row);
    std::string time = results::format_milliseconds(row.at);
    for (const std::string& one : wrapped(text, beside_)) {
      const std::string shown = row.failed ? style_.red(one)
                                : row.call ? style_.blue(one)
                                           : style_.green(one);
      line(time, time.empty() ? "" : name, glyphs_.line, std::string(between_, ' '), glyphs_.line, shown);
      time.clear();
    }
    if (row.call && !row.state.empty())
      line("", "", glyphs_.line, std::string(between_, ' '), glyphs_.line, state_of(row, beside_));
  }

  void draw_note(const LadderRow& row) {
    std::string time = results::format_milliseconds(row.at);
    for (const std::string& one : wrapped(clean(row.text), between_ - 4)) {
      line(time, "", glyphs_.line, "  " + style_.yellow(padded(one, between_ - 2)), glyphs_.line, "");
      time.clear();
    }
  }

  void draw_pause(const LadderRow& row) {
    const std::string text(head_of(row.text, between_ - 2));
    const std::size_t left = (between_ - width_of(text)) / 2;
    line(row.own ? results::format_milliseconds(row.at) : "", name_of(row), glyphs_.broken,
         std::string(left, ' ') + style_.dim(text) + std::string(between_ - left - width_of(text), ' '),
         glyphs_.broken, "");
  }

  Style style_;
  Ladder ladder_;
  const Glyphs& glyphs_;
  bool utf8_;
  std::size_t time_ = 0, name_ = 0, left_ = 0, between_ = 0, beside_ = 0;  // columns
  std::string left_state_;                                                 // for the next line
  std::string text_;
};

LadderText::LadderText(Ladder ladder, const Paper& paper, const Style& style)
    : drawing_(std::make_unique<Drawing>(std::move(ladder), paper, style)) {}
LadderText::~LadderText() = default;
LadderText::LadderText(LadderText&&) noexcept = default;

std::string LadderText::head(const Ladder& ladder) {
  return drawing_->head(ladder);
}
std::string LadderText::row(const LadderRow& row) {
  return drawing_->row(row);
}
std::string LadderText::foot() {
  return drawing_->foot();
}

std::string format_ladder(const results::Record& record, const Paper& paper, const Style& style) {
  const Ladder ladder = results::lay_out(record);
  LadderText drawing(ladder, paper, style);
  std::string text = drawing.head(ladder);
  for (const LadderRow& row : ladder.rows) text += drawing.row(row);
  return text + drawing.foot();
}

}  // namespace tcpcraft::report
