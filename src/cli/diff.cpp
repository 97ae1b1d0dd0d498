#include "diff.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tcpcraft::cli {
namespace {

constexpr std::size_t context = 3;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

/// A line of the diff: ' ', '-' or '+', and what it says.
struct Change {
  char sign;
  std::string_view line;
};

/// The shortest way from `a` to `b`, by the lengths of the longest common ends. Scenarios are short.
std::vector<Change> changes(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::uint32_t> common((a.size() + 1) * width);
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;)
      common[i * width + j] = a[i] == b[j] ? common[(i + 1) * width + j + 1] + 1
                                           : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
  std::vector<Change> result;
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      result.push_back({' ', a[i]});
      ++i, ++j;
    } else if (i < a.size() && (j == b.size() || common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      result.push_back({'-', a[i++]});
    } else {
      result.push_back({'+', b[j++]});
    }
  }
  return result;
}

std::size_t count(const std::vector<Change>& all, std::size_t begin, std::size_t end, char other) {
  return static_cast<std::size_t>(std::count_if(all.begin() + begin, all.begin() + end, [&](const Change& c) {
    return c.sign == ' ' || c.sign == other;
  }));
}

std::string range(std::size_t before, std::size_t length) {
  return std::to_string(length == 0 ? before : before + 1) +
         (length == 1 ? "" : "," + std::to_string(length));
}

std::string print(const Change& change, const report::Style& style) {
  const std::string line = change.sign + std::string(change.line.substr(0, change.line.find('\n')));
  const std::string end = change.line.ends_with('\n') ? "\n" : "\n\\ No newline at end of file\n";
  return (change.sign == '-' ? style.red(line) : change.sign == '+' ? style.green(line) : line) + end;
}

}  // namespace

std::string unified_diff(const std::string& name, const std::string& before, const std::string& after,
                         const report::Style& style) {
  const std::vector<std::string_view> a = lines_of(before), b = lines_of(after);
  const std::vector<Change> all = changes(a, b);
  const auto changed = [&](std::size_t i) { return all[i].sign != ' '; };
  std::string text = "--- " + name + "\n+++ " + name + " (formatted)\n";
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (!changed(at)) continue;
    const std::size_t begin = at - std::min(at, context);
    std::size_t last = at;
    for (std::size_t i = at; i < all.size() && i <= last + 2 * context; ++i)
      if (changed(i)) last = i;
    const std::size_t end = std::min(last + 1 + context, all.size());
    text += "@@ -" + range(count(all, 0, begin, '-'), count(all, begin, end, '-')) + " +" +
            range(count(all, 0, begin, '+'), count(all, begin, end, '+')) + " @@\n";
    for (std::size_t i = begin; i < end; ++i) text += print(all[i], style);
    at = end - 1;
  }
  return text;
}

}  // namespace tcpcraft::cli
