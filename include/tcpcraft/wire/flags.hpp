#pragma once

#include <cstdint>
#include <initializer_list>

namespace tcpcraft::wire {

/// The control bits of a TCP header (RFC 9293, section 3.1; ECE and CWR from RFC 3168, AE from RFC 9768).
/// The values are the bits' places in the header's 13th and 14th byte.
enum class Flag : std::uint16_t {
  fin = 0x001,
  syn = 0x002,
  rst = 0x004,
  psh = 0x008,
  ack = 0x010,
  urg = 0x020,
  ece = 0x040,
  cwr = 0x080,
  ae = 0x100,
};

/// A set of control bits.
class Flags {
 public:
  constexpr Flags() = default;
  constexpr explicit Flags(std::uint16_t bits) : bits_(bits & 0x1ff) {}
  constexpr Flags(std::initializer_list<Flag> flags) {
    for (Flag flag : flags) bits_ |= static_cast<std::uint16_t>(flag);
  }

  constexpr std::uint16_t bits() const { return bits_; }
  constexpr bool has(Flag flag) const { return (bits_ & static_cast<std::uint16_t>(flag)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr void set(Flag flag) { bits_ |= static_cast<std::uint16_t>(flag); }

  friend constexpr bool operator==(Flags, Flags) = default;

 private:
  std::uint16_t bits_ = 0;
};

}  // namespace tcpcraft::wire
