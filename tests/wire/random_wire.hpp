#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include <tcpcraft/wire/segment.hpp>

namespace tcpcraft::wire::test {

/// The source of a random test. Its seed is printed, and TCPCRAFT_SEED sets it.
class Random {
 public:
  Random() : Random(seed()) {}
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// From `min` to `max`, both included.
  std::uint32_t between(std::uint32_t min, std::uint32_t max) {
    return std::uniform_int_distribution<std::uint32_t>(min, max)(engine_);
  }
  std::uint32_t number() { return static_cast<std::uint32_t>(engine_()); }
  std::uint16_t number16() { return static_cast<std::uint16_t>(engine_()); }
  std::uint8_t byte() { return static_cast<std::uint8_t>(engine_()); }
  bool chance(std::uint32_t one_in) { return between(1, one_in) == 1; }
  Bytes bytes(std::size_t size) {
    Bytes result(size);
    for (std::uint8_t& each : result) each = byte();
    return result;
  }

 private:
  static std::uint64_t seed() {
    const char* given = std::getenv("TCPCRAFT_SEED");
    const std::uint64_t seed = given ? std::stoull(given) : std::random_device{}();
    std::cout << "TCPCRAFT_SEED=" << seed << '\n';
    return seed;
  }

  std::mt19937_64 engine_;
};

inline IpAddress random_address(Random& random, bool v6) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::uint8_t& each : bytes) each = random.byte();
  return v6 ? IpAddress::v6(bytes) : IpAddress::v4({bytes[0], bytes[1], bytes[2], bytes[3]});
}

inline Option random_option(Random& random) {
  switch (random.between(0, 8)) {
    case 0:
      return Nop{};
    case 1:
      return Mss{random.number16()};
    case 2:
      return WindowScale{random.byte()};
    case 3:
      return SackPermitted{};
    case 4:
      return Sack{
          std::vector<SackBlock>(random.between(1, 4), {SeqNum(random.number()), SeqNum(random.number())})};
    case 5:
      return Timestamps{random.number(), random.number()};
    case 6:
      return Md5{random.bytes(16)};
    case 7:
      return FastOpen{random.bytes(random.between(0, 16))};
    default:
      return RawOption{static_cast<std::uint8_t>(random.between(64, 255)),
                       random.bytes(random.between(0, 8))};
  }
}

}  // namespace tcpcraft::wire::test
