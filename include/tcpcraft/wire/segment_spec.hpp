#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <tcpcraft/wire/flags.hpp>
#include <tcpcraft/wire/options.hpp>
#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::wire {

/// A sequence or acknowledgement number as a scenario writes it.
struct Number {
  enum class Base {
    relative,  ///< to the initial sequence number of its direction: the SYN is 0, the first byte of data 1
    absolute,  ///< as on the wire
    any,       ///< `*`
    snd_una,   ///< the named variables belong to the side that sends the segment
    snd_nxt,
    rcv_nxt,
    iss,
    irs,
  };
  Base base = Base::relative;
  std::int64_t offset = 0;  ///< the integer itself, or what is added to the name
  friend bool operator==(const Number&, const Number&) = default;
};

/// A plain header value; without a number it is `*`, which accepts any.
struct Value {
  std::optional<std::uint32_t> number;
  friend bool operator==(const Value&, const Value&) = default;
};

struct MssSpec {
  Value value;
  friend bool operator==(const MssSpec&, const MssSpec&) = default;
};
struct WindowScaleSpec {
  Value shift;
  friend bool operator==(const WindowScaleSpec&, const WindowScaleSpec&) = default;
};
struct TimestampsSpec {
  Value tsval;
  Value tsecr;
  // When sending, instead of the value: what is added to the number that is kept up automatically.
  std::optional<std::int64_t> tsval_from_now = std::nullopt;   ///< `now-1000`, the peer's own clock
  std::optional<std::int64_t> tsecr_from_echo = std::nullopt;  ///< `echo+1`, of the last TSval that came
  friend bool operator==(const TimestampsSpec&, const TimestampsSpec&) = default;
};
struct SackSpec {
  /// Edges count in the stream that the blocks report on: relative to the other side's SYN. No blocks: `sack
  /// *`.
  std::vector<std::pair<Number, Number>> blocks;
  friend bool operator==(const SackSpec&, const SackSpec&) = default;
};
struct FastOpenSpec {
  std::optional<Bytes> cookie;  ///< absent: `fastopen *`
  friend bool operator==(const FastOpenSpec&, const FastOpenSpec&) = default;
};
struct Md5Spec {
  std::optional<Bytes> digest;  ///< absent: `md5 *`
  friend bool operator==(const Md5Spec&, const Md5Spec&) = default;
};
struct RawOptionSpec {
  std::uint8_t kind = 0;
  std::optional<Bytes> data;  ///< absent: `0xfd:*`
  /// The length octet where it is wrong on purpose: `0xfd/9:0102` claims nine bytes and has four.
  std::optional<std::uint8_t> length = std::nullopt;
  friend bool operator==(const RawOptionSpec&, const RawOptionSpec&) = default;
};
using OptionSpec = std::variant<EndOfOptions, Nop, MssSpec, WindowScaleSpec, SackPermitted, SackSpec,
                                TimestampsSpec, Md5Spec, FastOpenSpec, RawOptionSpec>;

/// A written option list; `<>` is the empty one.
struct OptionsSpec {
  std::vector<OptionSpec> list;
  bool more = false;  ///< a trailing `...`: further options may follow
  friend bool operator==(const OptionsSpec&, const OptionsSpec&) = default;
};

/// `len=N`: sent as a repeating pattern; expected, only the length counts.
struct PayloadLength {
  std::uint32_t bytes = 0;
  friend bool operator==(PayloadLength, PayloadLength) = default;
};
/// `file(path)`, not read yet.
struct PayloadFile {
  std::string path;
  friend bool operator==(const PayloadFile&, const PayloadFile&) = default;
};
/// `checksum=bad`.
struct BadChecksum {
  friend bool operator==(BadChecksum, BadChecksum) = default;
};

/// `in A..B`: bounds on when a segment comes, both inclusive.
struct Interval {
  Duration min{};
  Duration max{};
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// A segment as a scenario writes it, every field optional: what is absent is filled in when crafting and
/// derived by the model when matching.
struct SegmentSpec {
  Flags flags;
  std::optional<Number> seq;
  std::optional<Number> ack;
  std::optional<Value> window;
  std::optional<Value> urgent_pointer;
  std::optional<Value> ttl;
  std::optional<Value> tos;
  std::optional<Value> id;
  std::optional<Value> df;
  std::optional<Value> ecn;
  // Malformed on purpose; only when sending.
  std::optional<std::variant<BadChecksum, std::uint16_t>> checksum;
  std::optional<std::uint8_t> data_offset;
  std::optional<std::uint8_t> reserved;
  std::optional<std::uint16_t> source_port;
  std::optional<std::uint16_t> destination_port;

  std::optional<OptionsSpec> options;                       ///< absent: what was negotiated
  std::variant<Bytes, PayloadLength, PayloadFile> payload;  ///< empty bytes: none
  std::optional<Interval> within;                           ///< only when expecting

  friend bool operator==(const SegmentSpec&, const SegmentSpec&) = default;
};

/// The bytes that `len=N` stands for when it is sent: `abc...xyz` over and over.
Bytes pattern(std::uint32_t length);

}  // namespace tcpcraft::wire
