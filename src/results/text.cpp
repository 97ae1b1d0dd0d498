#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include <tcpcraft/results/text.hpp>
#include <tcpcraft/wire/utf8.hpp>

namespace tcpcraft::results {
namespace {

/// The overlong forms and the surrogates, which `utf8_sequence` lets pass, are no characters to parsers.
bool is_character(std::string_view sequence) {
  if (sequence.size() < 3) return true;
  const auto first = static_cast<unsigned char>(sequence[0]),
             second = static_cast<unsigned char>(sequence[1]);
  return !(first == 0xe0 && second < 0xa0) && !(first == 0xed && second >= 0xa0) &&
         !(first == 0xf0 && second < 0x90) && !(first == 0xf4 && second >= 0x90);
}

std::uint32_t code_point(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first;
  std::uint32_t value = first & (0x7fu >> character.size());
  for (const char c : character.substr(1)) value = value << 6 | (static_cast<unsigned char>(c) & 0x3f);
  return value;
}

/// Controls, what changes the direction of a line, and what is no character of XML.
bool is_unseen(std::uint32_t point) {
  const auto within = [&](std::uint32_t first, std::uint32_t last) {
    return first <= point && point <= last;
  };
  return point < 0x20 || within(0x7f, 0x9f) || within(0x200b, 0x200f) || within(0x2028, 0x202e) ||
         within(0x2060, 0x206f) || point == 0xfeff || within(0xfffe, 0xffff);
}

std::string escaped(std::uint32_t point) {
  std::array<char, 8> text;
  std::snprintf(text.data(), text.size(), point < 0x100 ? "\\x%02x" : "\\u%04x",
                static_cast<unsigned>(point));
  return text.data();
}

/// `escape` says of each character what becomes of it; broken bytes are never asked about.
template <class Escape>
std::string each_character(std::string_view text, Escape escape) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = wire::utf8_sequence(text);
    const bool whole = length > 0 && is_character(text.substr(0, length));
    const std::string_view character = text.substr(0, whole ? length : 1);
    if (whole)
      escape(result, character);
    else
      result += escaped(static_cast<unsigned char>(character[0]));
    text.remove_prefix(character.size());
  }
  return result;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  return each_character(text, [](std::string& result, std::string_view character) { result += character; });
}

std::string visible(std::string_view text) {
  return each_character(text, [](std::string& result, std::string_view character) {
    const std::uint32_t point = code_point(character);
    if (is_unseen(point) && point != '\n' && point != '\t')
      result += escaped(point);
    else
      result += character;
  });
}

std::string one_line(std::string_view text) {
  std::string result;
  for (const char c : visible(text)) result += c == '\n' ? "\\n" : std::string(1, c == '\t' ? ' ' : c);
  return result;
}

}  // namespace tcpcraft::results
