#include <tcpcraft/wire/utf8.hpp>

namespace tcpcraft::wire {
namespace {

/// By the first byte of a sequence.
std::size_t announced_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

}  // namespace

std::size_t utf8_sequence(std::string_view text) {
  const std::size_t length = announced_length(static_cast<unsigned char>(text.front()));
  if (length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  return length;
}

}  // namespace tcpcraft::wire
