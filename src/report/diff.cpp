#include <algorithm>
#include <vector>

#include <tcpcraft/report/diff.hpp>

namespace tcpcraft::report {
namespace {

constexpr std::size_t context = 3;
constexpr std::size_t largest_table = 4'000'000;

using Lines = std::vector<std::string_view>;

/// Each with its newline, where it has one.
Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    const std::size_t size = newline == text.npos ? text.size() : newline + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

/// One line of the difference: ' ' both have it, '-' only the old text, '+' only the new one.
struct Line {
  char sign;
  std::string_view text;
};

/// Appends the difference of what lies between the common beginning and the common end: by the longest common
/// subsequence, or where that would take too long, all of it.
void append_middle(std::vector<Line>& result, const Lines& a, const Lines& b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> common;
  if ((a.size() + 1) * width <= largest_table) {
    common.resize((a.size() + 1) * width);
    for (std::size_t i = a.size(); i-- > 0;)
      for (std::size_t j = b.size(); j-- > 0;)
        common[i * width + j] = a[i] == b[j]
                                    ? common[(i + 1) * width + j + 1] + 1
                                    : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
  }
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    const bool both = i < a.size() && j < b.size();
    if (both && !common.empty() && a[i] == b[j]) {
      result.push_back({' ', a[i++]});
      ++j;
    } else if (i < a.size() && (j == b.size() || common.empty() ||
                                common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      result.push_back({'-', a[i++]});
    } else {
      result.push_back({'+', b[j++]});
    }
  }
}

std::vector<Line> compare(const Lines& a, const Lines& b) {
  const std::size_t shorter = std::min(a.size(), b.size());
  std::size_t head = 0, tail = 0;
  while (head < shorter && a[head] == b[head]) ++head;
  while (tail < shorter - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  const auto at = [](const Lines& lines, std::size_t n) {
    return lines.begin() + static_cast<std::ptrdiff_t>(n);
  };
  std::vector<Line> result;
  for (std::size_t i = 0; i < head; ++i) result.push_back({' ', a[i]});
  append_middle(result, Lines(at(a, head), at(a, a.size() - tail)),
                Lines(at(b, head), at(b, b.size() - tail)));
  for (std::size_t i = a.size() - tail; i < a.size(); ++i) result.push_back({' ', a[i]});
  return result;
}

std::string format_line(const Line& line, const Style& style) {
  const bool ends = line.text.ends_with('\n');
  const std::string text = line.sign + printable(line.text.substr(0, line.text.size() - (ends ? 1 : 0)));
  const std::string shown = line.sign == '-' ? style.red(text) : line.sign == '+' ? style.green(text) : text;
  return shown + (ends ? "\n" : "\n\\ No newline at end of file\n");
}

/// `12,3`: from which line on, and how many; the line before where there are none.
std::string range(std::size_t first, std::size_t count) {
  return std::to_string(count == 0 ? first : first + 1) + (count == 1 ? "" : "," + std::to_string(count));
}

/// A stretch of the difference that is shown.
std::string format_hunk(const std::vector<Line>& lines, std::size_t begin, std::size_t end,
                        const Style& style) {
  std::size_t before[2] = {}, inside[2] = {};
  for (std::size_t i = 0; i < end; ++i) {
    std::size_t* count = i < begin ? before : inside;
    count[0] += lines[i].sign != '+';
    count[1] += lines[i].sign != '-';
  }
  std::string text =
      style.cyan("@@ -" + range(before[0], inside[0]) + " +" + range(before[1], inside[1]) + " @@") + "\n";
  for (std::size_t i = begin; i < end; ++i) text += format_line(lines[i], style);
  return text;
}

}  // namespace

std::string format_diff(const std::string& name, std::string_view before, std::string_view after,
                        const Style& style) {
  const std::vector<Line> lines = compare(lines_of(before), lines_of(after));
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].sign == ' ') continue;
    if (text.empty())
      text = style.bold("--- " + printable(name)) + "\n" + style.bold("+++ " + printable(name)) + "\n";
    // Changes whose context would touch are shown together.
    std::size_t last = i;
    for (std::size_t next = i; next < lines.size() && next - last <= 2 * context + 1; ++next)
      if (lines[next].sign != ' ') last = next;
    const std::size_t begin = i < context ? 0 : i - context;
    text += format_hunk(lines, begin, std::min(last + 1 + context, lines.size()), style);
    i = last;
  }
  return text;
}

}  // namespace tcpcraft::report
