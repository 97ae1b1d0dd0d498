#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include <tcpcraft/wire/seq_num.hpp>

namespace tcpcraft::wire {

using Bytes = std::vector<std::uint8_t>;

/// End of option list, kind 0 (RFC 9293, section 3.2).
struct EndOfOptions {
  friend bool operator==(EndOfOptions, EndOfOptions) = default;
};
/// Padding, kind 1.
struct Nop {
  friend bool operator==(Nop, Nop) = default;
};
/// Maximum segment size in bytes, kind 2 (RFC 9293, section 3.7.1).
struct Mss {
  std::uint16_t value = 0;
  friend bool operator==(Mss, Mss) = default;
};
/// Window scale as a shift count, kind 3 (RFC 7323, section 2).
struct WindowScale {
  std::uint8_t shift = 0;
  friend bool operator==(WindowScale, WindowScale) = default;
};
/// SACK permitted, kind 4 (RFC 2018, section 2).
struct SackPermitted {
  friend bool operator==(SackPermitted, SackPermitted) = default;
};
/// One block of received data: from `left` up to, but without, `right`.
struct SackBlock {
  SeqNum left;
  SeqNum right;
  friend bool operator==(SackBlock, SackBlock) = default;
};
/// Selective acknowledgement, kind 5 (RFC 2018, section 3).
struct Sack {
  std::vector<SackBlock> blocks;
  friend bool operator==(const Sack&, const Sack&) = default;
};
/// Timestamps, kind 8 (RFC 7323, section 3).
struct Timestamps {
  std::uint32_t tsval = 0;
  std::uint32_t tsecr = 0;
  friend bool operator==(Timestamps, Timestamps) = default;
};
/// MD5 signature, kind 19 (RFC 2385); 16 bytes when well formed.
struct Md5 {
  Bytes digest;
  friend bool operator==(const Md5&, const Md5&) = default;
};
/// Fast Open, kind 34 (RFC 7413); an empty cookie asks for one.
struct FastOpen {
  Bytes cookie;
  friend bool operator==(const FastOpen&, const FastOpen&) = default;
};
/// Any other option, and every option whose length is not the one its kind demands.
struct RawOption {
  std::uint8_t kind = 0;
  Bytes data;
  /// The length octet, where it differs from `data.size() + 2`: the option is malformed. 0 also where the
  /// header ends before the octet.
  std::optional<std::uint8_t> length = std::nullopt;
  friend bool operator==(const RawOption&, const RawOption&) = default;
};

using Option = std::variant<EndOfOptions, Nop, Mss, WindowScale, SackPermitted, Sack, Timestamps, Md5,
                            FastOpen, RawOption>;
using Options = std::vector<Option>;

/// The first option of type `T`, or nullptr.
template <class T>
const T* find(const Options& options) {
  for (const Option& option : options)
    if (const T* found = std::get_if<T>(&option)) return found;
  return nullptr;
}

}  // namespace tcpcraft::wire
