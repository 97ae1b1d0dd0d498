#include "notation_lexer.hpp"

namespace tcpcraft::wire {
namespace {

/// One past the closing quote, or npos.
std::size_t string_end(std::string_view text, std::size_t open) {
  for (std::size_t i = open + 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') ++i;
  }
  return text.npos;
}

std::size_t bracket_end(std::string_view text, std::size_t open, char closing) {
  const std::size_t at = text.find(closing, open);
  return at == text.npos ? at : at + 1;
}

Item read_word(std::string_view text, std::size_t begin) {
  bool closed = true;
  std::size_t end = begin;
  while (end < text.size() && !is_blank(text[end]) && text[end] != '<' && text[end] != '"') {
    const std::size_t bracket = text[end] == '(' && closed ? bracket_end(text, end, ')') : end + 1;
    closed = closed && bracket != text.npos;
    end = bracket == text.npos ? end + 1 : bracket;
  }
  return {Item::Kind::word, {text.substr(begin, end - begin), begin}, closed};
}

Item read_item(std::string_view text, std::size_t begin) {
  if (text[begin] != '<' && text[begin] != '"') return read_word(text, begin);
  const bool options = text[begin] == '<';
  const std::size_t end = options ? bracket_end(text, begin, '>') : string_end(text, begin);
  const std::size_t length = end == text.npos ? end : end - begin;
  const auto kind = options ? Item::Kind::options : Item::Kind::string;
  return {kind, {text.substr(begin, length), begin}, end != text.npos};
}

}  // namespace

std::vector<Item> split_items(std::string_view text) {
  std::vector<Item> items;
  for (std::size_t at = 0; at < text.size();) {
    if (is_blank(text[at])) {
      ++at;
      continue;
    }
    items.push_back(read_item(text, at));
    at = items.back().piece.range().end;
  }
  return items;
}

}  // namespace tcpcraft::wire
