#include "comments.hpp"

#include <algorithm>

namespace tcpcraft::scenario {
namespace {

void collect(const yaml::Node& node, std::vector<const yaml::Node*>& result) {
  if (node.kind == yaml::Node::Kind::scalar && node.written != Span{}) result.push_back(&node);
  for (const yaml::Node& item : node.items) collect(item, result);
  for (const auto& [key, value] : node.entries) {
    collect(key, result);
    collect(value, result);
  }
}

/// The column at which the line of `offset` begins to say something.
std::size_t column_of_line(std::string_view text, std::size_t offset) {
  const std::size_t line = offset - column_of(text, offset);
  return text.find_first_not_of(' ', line) - line;
}

}  // namespace

std::vector<const yaml::Node*> leaves(const yaml::Node& node) {
  std::vector<const yaml::Node*> result;
  collect(node, result);
  return result;
}

std::size_t end_of(std::string_view text, const yaml::Node& leaf) {
  const std::string_view written = text.substr(leaf.written.begin, leaf.written.end - leaf.written.begin);
  const std::size_t last = written.find_last_not_of(" \n");
  // Of an empty block, the end of the line with its '|'.
  if (last == written.npos) return text.find_last_not_of(" \n", leaf.written.begin) + 1;
  return leaf.written.begin + last + 1;
}

bool has_blank_line(std::string_view gap) {
  std::size_t at = gap.find('\n');
  while (at != gap.npos) {
    const std::size_t next = gap.find_first_not_of(" \t", at + 1);
    if (next == gap.npos) return false;
    if (gap[next] == '\n') return true;
    at = gap.find('\n', next);
  }
  return false;
}

std::size_t column_of(std::string_view text, std::size_t offset) {
  const std::size_t line = text.rfind('\n', offset == 0 ? text.npos : offset - 1);
  return offset == 0 ? 0 : offset - (line == text.npos ? 0 : line + 1);
}

std::vector<Comment> find_comments(std::string_view text, const yaml::Node& root) {
  std::vector<Comment> result;
  const std::vector<const yaml::Node*> scalars = leaves(root);
  std::size_t depth = 0, from = 0;
  for (std::size_t leaf = 0; leaf <= scalars.size(); ++leaf) {
    const std::size_t gap_end = leaf < scalars.size() ? scalars[leaf]->written.begin : text.size();
    std::size_t last = leaf == 0 ? 0 : end_of(text, *scalars[leaf - 1]);
    const std::size_t scalar_end = last;
    for (std::size_t at = from; at < gap_end; ++at) {
      if (text[at] == '[' || text[at] == '{') ++depth;
      if ((text[at] == ']' || text[at] == '}') && depth > 0) --depth;
      if (text[at] != '#') continue;
      const std::size_t end = std::min(text.find('\n', at), text.size());
      const std::string_view line = text.substr(at, end - at);
      const std::string_view before = text.substr(scalar_end, at - std::min(at, scalar_end));
      result.push_back({std::string(line.substr(0, line.find_last_not_of(" \t") + 1)), leaf,
                        column_of_line(text, at), depth, leaf > 0 && before.find('\n') == before.npos,
                        has_blank_line(text.substr(last, at - std::min(at, last)))});
      last = at = end;
    }
    if (leaf < scalars.size()) from = std::max(from, scalars[leaf]->written.end);
  }
  return result;
}

}  // namespace tcpcraft::scenario
