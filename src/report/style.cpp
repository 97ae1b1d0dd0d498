#include <tcpcraft/report/style.hpp>
#include <tcpcraft/wire/utf8.hpp>

namespace tcpcraft::report {
namespace {

bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  const bool c1 = first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
  // U+2028..U+202E, U+2066..U+2069 and the zero-width characters change how a line is shown.
  const bool format =
      character.starts_with("\xe2\x80") || character.starts_with("\xe2\x81") || character == "\xef\xbb\xbf";
  return c1 || format;
}

}  // namespace

std::string Style::paint(std::string_view code, std::string_view text) const {
  if (!color_) return std::string(text);
  return "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m";
}

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = wire::utf8_sequence(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    if (character == "\t")
      result += ' ';
    else if (length == 0 || is_control(character))
      result += '?';
    else
      result += character;
    text.remove_prefix(character.size());
  }
  return result;
}

}  // namespace tcpcraft::report
