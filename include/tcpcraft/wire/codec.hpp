#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <tcpcraft/wire/options.hpp>
#include <tcpcraft/wire/segment.hpp>

namespace tcpcraft::wire {

/// What is wrong on purpose in a crafted segment; written over the finished bytes.
struct Deformity {
  /// The checksum field is this number.
  std::optional<std::uint16_t> checksum = std::nullopt;
  /// The checksum field is anything but right (ignored where `checksum` is set).
  bool bad_checksum = false;
  /// The data offset field, in 32-bit words, 0 to 15.
  std::optional<std::uint8_t> data_offset = std::nullopt;

  bool any() const { return checksum || bad_checksum || data_offset; }
};

/// The IP datagram that carries `segment`: header lengths, checksums and the padding of the options to a
/// 32-bit boundary are made right, `deformity` aside; the checksum covers a wrong data offset as it stands,
/// so that the offset is all that is wrong. `id` 0 is kept. Options beyond 40 bytes, and a datagram beyond
/// 65,535, throw std::length_error: callers check `options_size` first.
Bytes encode(const Segment& segment, const Deformity& deformity = {});

/// The bytes that `options` occupy, before padding.
std::size_t options_size(const Options& options);

/// Reads an IP datagram that carries TCP. Nothing if it does not, or if it ends before the 20 bytes of the
/// TCP header. Never throws: a data offset out of range yields no options and no payload; a malformed option
/// becomes a RawOption and ends the list.
std::optional<Segment> decode(std::span<const std::uint8_t> packet);

/// Whether the TCP checksum in an IP datagram is right.
bool checksum_ok(std::span<const std::uint8_t> packet);

/// Completes a TCP checksum that the kernel left to a device: where the field holds the sum of the
/// pseudo-header alone, as it does in the kernel's own segments on loopback. Other packets are left as they
/// are.
void finish_checksum(std::span<std::uint8_t> packet);

}  // namespace tcpcraft::wire
