#include "scalar_layout.hpp"

#include <algorithm>

namespace tcpcraft::scenario {
namespace {

std::string_view written(std::string_view source, const yaml::Node& scalar) {
  return source.substr(scalar.written.begin, scalar.written.end - scalar.written.begin);
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

bool ends_in_escape(std::string_view line) {
  const std::size_t other = line.find_last_not_of('\\');
  return (line.size() - (other == line.npos ? 0 : other + 1)) % 2 == 1;
}

/// Without the blanks around it, none of which count where a plain or quoted scalar goes over several lines.
std::string trim_line(std::string_view line, bool first, bool last, char style) {
  if (!first) line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  if (last) return std::string(line);
  const std::size_t end = line.find_last_not_of(" \t") + 1;
  const bool escaped = style == '"' && end < line.size() && ends_in_escape(line.substr(0, end));
  return std::string(line.substr(0, escaped ? end + 1 : end));
}

std::size_t leading_spaces(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

/// The lines of a folded block as the author broke them.
std::vector<std::string> folded_lines(std::string_view raw, std::string_view text) {
  std::vector<std::string> lines = split_lines(raw);
  const auto filled = [](const std::string& line) { return line.find_first_not_of(' ') != line.npos; };
  const auto first = std::find_if(lines.begin(), lines.end(), filled);
  if (first == lines.end()) return {};
  const std::size_t begin = text.find_first_not_of('\n');
  const std::size_t kept = leading_spaces(text.substr(std::min(begin, text.size())));
  const std::size_t indentation = leading_spaces(*first) - std::min(kept, leading_spaces(*first));
  for (std::string& line : lines) line.erase(0, std::min(indentation, leading_spaces(line)));
  return lines;
}

/// A block: its lines from `text`, which a literal one has as they are.
std::vector<std::string> block_lines(std::string_view raw, const yaml::Node& scalar) {
  const std::string_view text = scalar.text;
  const std::size_t last = text.find_last_not_of('\n');
  if (text.find_first_not_of(" \n") == text.npos) return {};  // in quotes rather than as blank lines
  const std::size_t ends = text.size() - last - 1;
  std::vector<std::string> body =
      scalar.style == '>' ? folded_lines(raw, text) : split_lines(text.substr(0, last + 1));
  while (!body.empty() && body.back().empty()) body.pop_back();
  const auto first = std::find_if(body.begin(), body.end(), [](const std::string& l) { return !l.empty(); });
  std::string header(1, scalar.style);
  if (first != body.end() && first->starts_with(' ')) header += '2';
  if (ends != 1) header += ends == 0 ? '-' : '+';
  if (ends > 1) body.resize(body.size() + ends - 1);
  body.insert(body.begin(), header);
  return body;
}

}  // namespace

std::string collapse_blanks(std::string_view notation) {
  std::string result;
  bool quoted = false;
  std::size_t parentheses = 0;
  for (std::size_t at = 0; at < notation.size(); ++at) {
    const char c = notation[at];
    if (quoted && c == '\\' && at + 1 < notation.size())
      result += notation[at++];
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && c == '(')
      ++parentheses;
    else if (!quoted && c == ')' && parentheses > 0)
      --parentheses;
    const bool within = quoted || parentheses > 0;
    if (!within && c == ' ' && result.ends_with(' ')) continue;
    result += notation[at];
  }
  return result;
}

std::string one_line(std::string_view source, const yaml::Node& scalar) {
  const std::string_view text = written(source, scalar);
  const bool block = scalar.style == '|' || scalar.style == '>';
  if (!block && text.find('\n') == text.npos) return std::string(text);
  std::string result = "\"";
  for (const char c : scalar.text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c == '\n' ? "\\n" : std::string(1, c);
  }
  return result + '"';
}

std::vector<std::string> scalar_lines(std::string_view source, const yaml::Node& scalar) {
  const std::string_view raw = written(source, scalar);
  if (scalar.style == '|' || scalar.style == '>') return block_lines(raw, scalar);
  if (raw.find('\n') == raw.npos) return {};
  std::vector<std::string> lines = split_lines(raw);
  for (std::string& line : lines)
    line = trim_line(line, &line == &lines.front(), &line == &lines.back(), scalar.style);
  return lines;
}

}  // namespace tcpcraft::scenario
