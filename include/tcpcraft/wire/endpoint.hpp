#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tcpcraft::wire {

/// An IPv4 or IPv6 address, in network byte order.
class IpAddress {
 public:
  IpAddress() = default;  ///< 0.0.0.0
  static IpAddress v4(std::array<std::uint8_t, 4> bytes) {
    IpAddress result;
    std::copy(bytes.begin(), bytes.end(), result.bytes_.begin());
    return result;
  }
  static IpAddress v6(std::array<std::uint8_t, 16> bytes) {
    IpAddress result;
    result.bytes_ = bytes;
    result.v6_ = true;
    return result;
  }

  /// Reads `A.B.C.D` or the text form of an IPv6 address without brackets; nothing if it is neither.
  static std::optional<IpAddress> parse(std::string_view text);

  bool is_v6() const { return v6_; }
  /// 4 or 16 bytes.
  const std::uint8_t* data() const { return bytes_.data(); }
  std::size_t size() const { return v6_ ? 16 : 4; }
  /// 127.0.0.0/8 or ::1.
  bool is_loopback() const;
  std::string to_string() const;

  friend bool operator==(const IpAddress& a, const IpAddress& b) {
    using Words = std::array<std::uint64_t, 2>;
    return a.v6_ == b.v6_ && std::bit_cast<Words>(a.bytes_) == std::bit_cast<Words>(b.bytes_);
  }

 private:
  std::array<std::uint8_t, 16> bytes_{};
  bool v6_ = false;
};

/// An address and a TCP port.
struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  /// Reads `A.B.C.D:PORT` or `[V6]:PORT`, port 0 to 65535; nothing if it is neither.
  static std::optional<Endpoint> parse(std::string_view text);
  std::string to_string() const;

  /// Ports first: they differ where addresses do not.
  friend bool operator==(const Endpoint& a, const Endpoint& b) {
    return a.port == b.port && a.address == b.address;
  }
};

}  // namespace tcpcraft::wire
