#include "notation_parts.hpp"

namespace tcpcraft::wire {
namespace {

/// `hex(00 ff)`
Bytes parse_hex_call(const Item& item, Reporter& report) {
  constexpr std::size_t open = std::string_view("hex(").size();
  const Piece inside = item.piece.part(open);
  if (!item.closed || inside.text.back() != ')') {
    report.error(item.piece.range(), "not a payload", "write hex(00 ff)");
    return {};
  }
  return parse_hex(inside.part(0, inside.text.size() - 1), report).value_or(Bytes{});
}

Bytes parse_item(const Item& item, std::uint32_t max_bytes, Reporter& report) {
  const Piece piece = item.piece;
  if (item.kind == Item::Kind::string) return parse_string(item, report);
  if (piece.text.starts_with("hex(")) return parse_hex_call(item, report);
  if (piece.text.starts_with("len=")) {
    const auto length = parse_bounded(piece.part(4), "len", max_bytes, report);
    return pattern(length.value_or(0));
  }
  report.error(piece.range(), quoted(piece.text) + " is not a payload",
               "write \"text\", hex(00 ff) or len=1000");
  return {};
}

}  // namespace

std::vector<TextRange> split_words(std::string_view text) {
  std::vector<TextRange> words;
  for (const Item& item : split_items(text)) words.push_back(item.piece.range());
  return words;
}

ParsedPayload parse_payload(std::string_view text, std::uint32_t max_bytes) {
  ParsedPayload result;
  Reporter report(Purpose::expect, result.errors);
  const std::vector<Item> items = split_items(text);
  if (items.empty()) {
    report.error({0, text.size()}, "the payload is missing", "write \"text\", hex(00 ff) or len=1000");
    return result;
  }
  result.bytes = parse_item(items.front(), max_bytes, report);
  result.length_only = items.front().piece.text.starts_with("len=");
  if (result.bytes.size() > max_bytes)
    report.error(items.front().piece.range(),
                 "the payload has " + std::to_string(result.bytes.size()) + " bytes",
                 "at most " + std::to_string(max_bytes));
  for (std::size_t i = 1; i < items.size(); ++i)
    report.error(items[i].piece.range(), "unexpected " + quoted(items[i].piece.text));
  return result;
}

}  // namespace tcpcraft::wire
