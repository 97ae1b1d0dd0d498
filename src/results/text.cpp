#include <array>
#include <cstddef>
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

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = wire::utf8_sequence(text);
    if (length == 0 || !is_character(text.substr(0, length))) {
      std::array<char, 5> escaped;
      std::snprintf(escaped.data(), escaped.size(), "\\x%02x", static_cast<unsigned char>(text[0]));
      result += escaped.data();
      text.remove_prefix(1);
    } else {
      result += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return result;
}

}  // namespace tcpcraft::results
