#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tcpcraft/wire/segment.hpp>
#include <tcpcraft/wire/segment_spec.hpp>

namespace tcpcraft::wire {

/// The one-line notation of a segment: `FLAGS [field=value ...] [<options>] [payload] [in TIME..TIME]`.

/// A stretch of a text, in bytes: from `begin` up to, but without, `end`.
struct TextRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  friend bool operator==(TextRange, TextRange) = default;
};

/// One thing that is wrong with a text, and where.
struct NotationError {
  TextRange where;
  std::string message;  ///< what is wrong: "unknown flag 'SYM'"
  std::string hint;     ///< what would be right: "did you mean 'SYN'?"; may be empty
};

/// The parts of a notation whose places are remembered, so that a mismatch can point at them.
enum class Part {
  flags,
  seq,
  ack,
  window,
  urgent_pointer,
  ttl,
  tos,
  id,
  df,
  ecn,
  checksum,
  data_offset,
  reserved,
  source_port,
  destination_port,
  options,
  payload,
  within,
};

/// What the notation is for: some fields make sense in one direction only.
enum class Purpose { send, expect };

struct ParsedSegment {
  SegmentSpec spec;
  std::map<Part, TextRange> parts;    ///< the parts that are written
  std::vector<NotationError> errors;  ///< all of them; when there are any, `spec` is not to be used
};

ParsedSegment parse_segment(std::string_view text, Purpose purpose);

/// A payload outside of a segment.
struct ParsedPayload {
  Bytes bytes;
  bool length_only = false;           ///< `len=N`, which says nothing about the bytes themselves
  std::vector<NotationError> errors;  ///< all of them; when there are any, `bytes` is not to be used
};

/// Reads `"text"`, `hex(00 ff)` or `len=N`, of at most `max_bytes`.
ParsedPayload parse_payload(std::string_view text, std::uint32_t max_bytes);

/// The words of a notation: what lies between the blanks outside of quotes and brackets.
std::vector<TextRange> split_words(std::string_view text);

/// Reads `10ms`, `1.5s`, `200us`, `7ns`, or a bare `0`; nothing if `text` is none of these.
std::optional<Duration> parse_duration(std::string_view text);
/// The exact text that `parse_duration` reads back, in the largest unit that leaves a whole part: `10ms`,
/// `1.5s`.
std::string format_duration(Duration duration);

/// `SYN-ACK`, `PSH-ACK`, `none`.
std::string format_flags(Flags flags);

/// The initial sequence numbers that relative numbers count from. A direction that has no SYN yet counts from
/// 0, so that its numbers are those on the wire.
struct Origins {
  std::optional<SeqNum> sender;    ///< of the side that sends the segment
  std::optional<SeqNum> receiver;  ///< of the other
};

/// `SYN-ACK seq=0 ack=1 win=65495 <mss 65495>`: flags, numbers, window, options, then the payload, escaped,
/// cut to about `max_payload` characters with its length behind it. `ack` is shown where ACK is set or the
/// field is not 0; `urg`, `reserved` where they are not 0. Never prints a control character.
std::string format_segment(const Segment& segment, const Origins& origins, std::size_t max_payload = 40);

/// `"a\n"`: quoted, with the escapes of C and JSON; every byte outside printable ASCII is escaped.
std::string format_payload(const Bytes& payload, std::size_t max_payload = 40);

/// `<mss 1460, sackok, ts 100:0>`; SACK edges relative to `receiver`'s SYN.
std::string format_options(const Options& options, const Origins& origins);

/// A number as it would be written: `3`, `snd.nxt+1`, `abs(7)`, `*`.
std::string format_number(const Number& number);

/// The notation of a specification, with nothing added: parsing it again gives the same specification.
std::string format_spec(const SegmentSpec& spec);

/// The word of `candidates` nearest to `word` by edit distance, or else one that is the beginning of the
/// other
/// (`win` of `window`); "" where none is near enough to be meant.
std::string nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace tcpcraft::wire
