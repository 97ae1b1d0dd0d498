#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::wire {

/// A piece of the text that is being read, which knows where in it it lies.
struct Piece {
  std::string_view text;
  std::size_t begin = 0;

  TextRange range() const { return {begin, begin + text.size()}; }
  Piece part(std::size_t at, std::size_t length = std::string_view::npos) const {
    return {text.substr(at, length), begin + at};
  }
};

/// Collects what is wrong, and knows what the notation is for.
class Reporter {
 public:
  Reporter(Purpose purpose, std::vector<NotationError>& errors) : purpose_(purpose), errors_(errors) {}

  bool sending() const { return purpose_ == Purpose::send; }
  void error(TextRange where, std::string message, std::string hint = {}) {
    errors_.push_back({where, std::move(message), std::move(hint)});
  }
  /// Whether `*` may stand at `where`; reports it if not.
  bool any_allowed(TextRange where);

 private:
  Purpose purpose_;
  std::vector<NotationError>& errors_;
};

bool is_blank(char c);
Piece trimmed(Piece piece);
/// The pieces between blanks.
std::vector<Piece> split_blanks(Piece piece);
/// The pieces between `separator`s, empty ones included.
std::vector<Piece> split(Piece piece, char separator);

/// `'SYM'`: in quotes, printable, and cut if it is long.
std::string quoted(std::string_view text);
/// "did you mean 'SYN'?", or nothing where no candidate is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates);

/// Reads a decimal or 0x number without a sign; one beyond 64 bits becomes the largest, so that every check
/// of a range refuses it.
std::optional<std::uint64_t> parse_unsigned(std::string_view text);
std::optional<std::uint8_t> hex_digit(char c);
/// Two digits, without a prefix.
std::string hex_byte(std::uint8_t byte);
std::string hex_bytes(const Bytes& bytes);

// The readers below report what is wrong and then return nothing.

/// `3`, `-10`, `snd.nxt+1`, `abs(7)`, `*`.
std::optional<Number> parse_number(Piece piece, Reporter& report);
/// The same of a field: SEQ wants a name of the stream that the segment is of, ACK one of the other's.
std::optional<Number> parse_field_number(Piece piece, Part field, Reporter& report);
/// A number from 0 to `max`; `what` names it in a message.
std::optional<std::uint32_t> parse_bounded(Piece piece, std::string_view what, std::uint32_t max,
                                           Reporter& report);
/// The same, or `*`.
std::optional<Value> parse_value(Piece piece, std::string_view what, std::uint32_t max, Reporter& report);
/// `now`, `now-1000`: what is added to the number that `name` stands for; nothing, and no error, where the
/// piece does not begin with the name.
std::optional<std::int64_t> parse_from(Piece piece, std::string_view name, Reporter& report);
/// Pairs of hexadecimal digits, with or without blanks.
std::optional<Bytes> parse_hex(Piece piece, Reporter& report);

}  // namespace tcpcraft::wire
