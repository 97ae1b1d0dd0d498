#pragma once

#include <cstdint>
#include <span>

#include <tcpcraft/wire/options.hpp>

namespace tcpcraft::wire {

/// The kinds of the options that have a type of their own (IANA, "TCP Option Kind Numbers").
enum class OptionKind : std::uint8_t {
  end_of_options = 0,
  nop = 1,
  mss = 2,
  window_scale = 3,
  sack_permitted = 4,
  sack = 5,
  timestamps = 8,
  md5 = 19,
  fast_open = 34,
};

/// Writes `options` as they stand, without padding, behind what `bytes` holds.
void append_options(Bytes& bytes, const Options& options);

/// Reads the options of a TCP header, up to the end of option list or the first malformed option.
Options read_options(std::span<const std::uint8_t> bytes);

}  // namespace tcpcraft::wire
