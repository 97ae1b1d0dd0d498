#include "frame.hpp"

#include <algorithm>

namespace tcpcraft::report {
namespace {

constexpr std::size_t widest = 160;  // columns of a source line that are shown

/// Cuts a long line down to what surrounds column `column`; `shift` is how many columns were cut in front.
std::string cut(std::string line, std::size_t column, std::size_t& shift) {
  shift = 0;
  if (line.size() <= widest) return line;
  const auto is_continuation = [&](std::size_t at) {
    return (static_cast<unsigned char>(line[at]) & 0xc0) == 0x80;
  };
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < line.size(); ++i)
    if (!is_continuation(i)) starts.push_back(i);
  if (starts.size() <= widest) return line;
  if (column > widest / 2) shift = std::min(column - widest / 2, starts.size() - widest);
  const std::size_t end = shift + widest < starts.size() ? starts[shift + widest] : line.size();
  return line.substr(starts[shift], end - starts[shift]);
}

}  // namespace

std::size_t margin(const scenario::Source& source, const std::vector<Mark>& marks) {
  std::size_t last = 1;
  for (const Mark& mark : marks) last = std::max(last, source.position(mark.span.begin).line);
  return std::max<std::size_t>(2, std::to_string(last).size()) + 1;
}

std::string format_frame(const scenario::Source& source, scenario::Span place, const std::vector<Mark>& marks,
                         const Style& style) {
  const std::size_t width = margin(source, marks);
  const std::string indent(width, ' ');
  const scenario::Position at = source.position(place.begin);
  std::string text = std::string(width - 1, ' ') + style.blue("--> ") + printable(source.name) + ":" +
                     std::to_string(at.line) + ":" + std::to_string(at.column) + "\n";
  text += indent + style.blue("|") + "\n";
  for (const Mark& mark : marks) {
    const scenario::Position begin = source.position(mark.span.begin);
    const scenario::Position end = source.position(std::max(mark.span.end, mark.span.begin));
    const std::string number = std::to_string(begin.line);
    const std::string line = printable(source.line(begin.line));
    const std::size_t columns = source.position(source.text.find('\n', mark.span.begin)).column;
    std::size_t length = end.line == begin.line ? end.column - begin.column : columns - begin.column;
    std::size_t shift = 0;
    const std::string shown = cut(line, begin.column, shift);
    length = std::max<std::size_t>(1, std::min(length, widest));
    const std::string under(length, mark.line);
    text += std::string(width - 1 - std::min(number.size(), width - 1), ' ') + style.blue(number + " |") +
            " " + shown + "\n";
    text += indent + style.blue("|") + " " + std::string(begin.column - 1 - shift, ' ') +
            (mark.line == '^' ? style.red(under) : style.blue(under)) +
            (mark.label.empty() ? "" : " " + mark.label) + "\n";
  }
  return text;
}

}  // namespace tcpcraft::report
