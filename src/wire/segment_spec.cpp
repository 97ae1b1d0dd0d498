#include <tcpcraft/wire/segment_spec.hpp>

namespace tcpcraft::wire {

Bytes pattern(std::uint32_t length) {
  Bytes bytes(length);
  for (std::uint32_t i = 0; i < length; ++i) bytes[i] = static_cast<std::uint8_t>('a' + i % 26);
  return bytes;
}

}  // namespace tcpcraft::wire
