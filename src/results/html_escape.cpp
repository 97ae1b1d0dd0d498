#include <algorithm>
#include <cstdint>

#include <tcpcraft/wire/utf8.hpp>

#include "html_parts.hpp"

namespace tcpcraft::results {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

/// Controls, characters without width, and those that turn the direction of reading.
bool is_unseen(std::string_view character) {
  const auto byte = [&](std::size_t i) {
    return i < character.size() ? static_cast<unsigned char>(character[i]) : 0;
  };
  const auto in = [](int value, int from, int to) { return value >= from && value <= to; };
  switch (byte(0)) {
    case 0xc2:
      return byte(1) < 0xa0 || byte(1) == 0xad;  // C1, the soft hyphen
    case 0xd8:
      return byte(1) == 0x9c;  // the Arabic letter mark
    case 0xe2:                 // U+2000 to U+200F, U+2028 to U+202F, U+2060 to U+206F
      return (byte(1) == 0x80 && (byte(2) < 0x90 || in(byte(2), 0xa8, 0xaf))) ||
             (byte(1) == 0x81 && in(byte(2), 0xa0, 0xaf));
    case 0xed:
      return byte(1) >= 0xa0;  // surrogates
    case 0xef:                 // U+FEFF, U+FFFE, U+FFFF
      return (byte(1) == 0xbb && byte(2) == 0xbf) || (byte(1) == 0xbf && byte(2) >= 0xbe);
    case 0xf3:
      return byte(1) == 0xa0;  // tags
    default:
      return (byte(0) < 0x20 && byte(0) != '\n') || byte(0) == 0x7f;
  }
}

std::string_view escape_of(std::string_view character) {
  if (character == "&") return "&amp;";
  if (character == "<") return "&lt;";
  if (character == ">") return "&gt;";
  if (character == "\"") return "&quot;";
  if (character == "'") return "&#39;";
  if (character == "\t") return " ";
  return is_unseen(character) ? replacement : character;
}

}  // namespace

std::string escaped(std::string_view text) {
  return escaped(text, text.size());
}

std::string escaped(std::string_view text, std::size_t most) {
  std::string result;
  for (; !text.empty(); --most) {
    if (most == 0) return result + "…";
    const std::size_t length = wire::utf8_sequence(text);
    result += length == 0 ? replacement : escape_of(text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0);
    for (std::size_t k = 0; k < 4; ++k)
      text += i + k <= bytes.size() ? digits[group >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

}  // namespace tcpcraft::results
