#pragma once

#include <cstdint>
#include <span>

namespace tcpcraft::wire {

/// The Internet checksum (RFC 1071) as a running sum. One's complement addition does not care about byte
/// order, so words are added as they lie in memory and the result is stored as it comes.
class ChecksumSum {
 public:
  /// Only the last piece added may have an odd length.
  void add(std::span<const std::uint8_t> bytes);
  /// A 16-bit number in host byte order.
  void add_number(std::uint16_t number);
  /// The sum folded to 16 bits, not complemented, in the byte order of the wire.
  std::uint16_t folded() const;

 private:
  std::uint64_t sum_ = 0;
};

}  // namespace tcpcraft::wire
