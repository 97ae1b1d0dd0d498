#include "notation_text.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace tcpcraft::wire {

bool Reporter::any_allowed(TextRange where) {
  if (!sending()) return true;
  error(where, "'*' only makes sense in an expect", "write the value to send");
  return false;
}

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

Piece trimmed(Piece piece) {
  while (!piece.text.empty() && is_blank(piece.text.front())) piece = piece.part(1);
  while (!piece.text.empty() && is_blank(piece.text.back())) piece.text.remove_suffix(1);
  return piece;
}

std::vector<Piece> split_blanks(Piece piece) {
  std::vector<Piece> pieces;
  for (piece = trimmed(piece); !piece.text.empty(); piece = trimmed(piece)) {
    std::size_t end = 0;
    while (end < piece.text.size() && !is_blank(piece.text[end])) ++end;
    pieces.push_back(piece.part(0, end));
    piece = piece.part(end);
  }
  return pieces;
}

std::vector<Piece> split(Piece piece, char separator) {
  std::vector<Piece> pieces;
  for (;;) {
    const std::size_t at = piece.text.find(separator);
    pieces.push_back(piece.part(0, at));
    if (at == piece.text.npos) return pieces;
    piece = piece.part(at + 1);
  }
}

std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 40;
  std::string result = "'";
  for (char c : text.substr(0, longest)) {
    const bool printable = c >= ' ' && c <= '~';
    result += printable ? std::string(1, c) : "\\x" + hex_byte(static_cast<std::uint8_t>(c));
  }
  return result + (text.size() > longest ? "...'" : "'");
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string near = nearest(word, candidates);
  return near.empty() ? near : "did you mean '" + near + "'?";
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text) {
  const bool hex = text.substr(0, 2) == "0x";
  if (hex) text.remove_prefix(2);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, hex ? 16 : 10);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return std::numeric_limits<std::uint64_t>::max();
  return number;
}

std::optional<std::uint8_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

std::string hex_byte(std::uint8_t byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  return {digits[byte >> 4], digits[byte & 0xf]};
}

std::string hex_bytes(const Bytes& bytes) {
  std::string text;
  for (std::uint8_t byte : bytes) text += hex_byte(byte);
  return text;
}

std::optional<std::uint32_t> parse_bounded(Piece piece, std::string_view what, std::uint32_t max,
                                           Reporter& report) {
  const bool negative = piece.text.substr(0, 1) == "-";
  const auto number = parse_unsigned(negative ? piece.text.substr(1) : piece.text);
  const std::string range = std::string(what) + " is a number from 0 to " + std::to_string(max);
  if (!number) {
    report.error(piece.range(), quoted(piece.text) + " is not a number", range);
  } else if (negative || *number > max) {
    report.error(piece.range(), quoted(piece.text) + " is out of range", range);
  } else {
    return static_cast<std::uint32_t>(*number);
  }
  return std::nullopt;
}

std::optional<Value> parse_value(Piece piece, std::string_view what, std::uint32_t max, Reporter& report) {
  if (piece.text == "*") return report.any_allowed(piece.range()) ? std::optional(Value{}) : std::nullopt;
  const auto number = parse_bounded(piece, what, max, report);
  return number ? std::optional(Value{*number}) : std::nullopt;
}

std::optional<Bytes> parse_hex(Piece piece, Reporter& report) {
  Bytes bytes;
  std::optional<std::uint8_t> high;
  for (std::size_t i = 0; i < piece.text.size(); ++i) {
    if (is_blank(piece.text[i])) continue;
    const auto digit = hex_digit(piece.text[i]);
    if (!digit) {
      report.error(piece.part(i, 1).range(), quoted(piece.text.substr(i, 1)) + " is not a hexadecimal digit");
      return std::nullopt;
    }
    if (high) bytes.push_back(static_cast<std::uint8_t>(*high << 4 | *digit));
    high = high ? std::nullopt : digit;
  }
  if (!high) return bytes;
  report.error(piece.range(), "an odd number of hexadecimal digits", "a byte has two");
  return std::nullopt;
}

}  // namespace tcpcraft::wire
