#include <algorithm>
#include <array>
#include <limits>

#include "notation_fields.hpp"
#include "notation_text.hpp"

namespace tcpcraft::wire {
namespace {

constexpr std::uint32_t largest = std::numeric_limits<std::uint32_t>::max();

std::optional<Number> parse_absolute(Piece piece, Reporter& report) {
  const std::string_view inside = piece.text.substr(4);
  if (inside.empty() || inside.back() != ')') {
    report.error(piece.range(), "the ')' of 'abs(' is missing");
    return std::nullopt;
  }
  const auto number = parse_bounded(piece.part(4, inside.size() - 1), "abs()", largest, report);
  return number ? std::optional(Number{Number::Base::absolute, *number}) : std::nullopt;
}

/// An integer with a sign or without; what is added to a name has one.
std::optional<std::int64_t> parse_offset(Piece piece, Reporter& report) {
  const bool negative = piece.text.substr(0, 1) == "-";
  const bool is_signed = negative || piece.text.substr(0, 1) == "+";
  const auto magnitude = parse_unsigned(piece.text.substr(is_signed ? 1 : 0));
  if (!magnitude) {
    report.error(piece.range(), quoted(piece.text) + " is not a number");
    return std::nullopt;
  }
  if (*magnitude > largest) {
    report.error(piece.range(), quoted(piece.text) + " is out of range", "sequence numbers have 32 bits");
    return std::nullopt;
  }
  const auto value = static_cast<std::int64_t>(*magnitude);
  return negative ? -value : value;
}

std::optional<Number> parse_named(Piece piece, Reporter& report) {
  const std::size_t name_end = piece.text.find_first_of("+-");
  const std::string_view name = piece.text.substr(0, name_end);
  for (const NamedNumber& named : named_numbers) {
    if (named.name != name) continue;
    if (name_end == piece.text.npos) return Number{named.base, 0};
    const auto offset = parse_offset(piece.part(name_end), report);
    return offset ? std::optional(Number{named.base, *offset}) : std::nullopt;
  }
  std::vector<std::string_view> names;
  for (const NamedNumber& named : named_numbers) names.push_back(named.name);
  report.error(piece.part(0, name_end).range(), "unknown number " + quoted(name), did_you_mean(name, names));
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> parse_from(Piece piece, std::string_view name, Reporter& report) {
  const std::size_t name_end = std::min(piece.text.find_first_of("+-"), piece.text.size());
  if (piece.text.substr(0, name_end) != name) return std::nullopt;
  if (!report.sending()) {
    report.error(piece.range(), quoted(name) + " only makes sense in a send", "write the value, or *");
    return 0;
  }
  return name_end == piece.text.size() ? 0 : parse_offset(piece.part(name_end), report).value_or(0);
}

std::optional<Number> parse_number(Piece piece, Reporter& report) {
  if (piece.text == "*") {
    if (!report.any_allowed(piece.range())) return std::nullopt;
    return Number{Number::Base::any, 0};
  }
  if (piece.text.substr(0, 4) == "abs(") return parse_absolute(piece, report);
  const char first = piece.text.empty() ? '\0' : piece.text.front();
  if (first >= 'a' && first <= 'z') return parse_named(piece, report);
  const auto offset = parse_offset(piece, report);
  return offset ? std::optional(Number{Number::Base::relative, *offset}) : std::nullopt;
}

std::optional<Number> parse_field_number(Piece piece, Part field, Reporter& report) {
  using Base = Number::Base;
  const auto number = parse_number(piece, report);
  if (!number) return number;
  const bool is_own =
      number->base == Base::snd_una || number->base == Base::snd_nxt || number->base == Base::iss;
  const bool is_other = number->base == Base::rcv_nxt || number->base == Base::irs;
  const Piece name = piece.part(0, piece.text.find_first_of("+-"));
  if (field == Part::ack && is_own)
    report.error(name.range(), quoted(name.text) + " counts what the segment's own sender sends",
                 "'ack' is of what it has received: rcv.nxt, irs, or a number");
  if (field == Part::seq && is_other)
    report.error(name.range(), quoted(name.text) + " counts what the segment's sender has received",
                 "'seq' is of what it sends: snd.nxt, snd.una, iss, or a number");
  return number;
}

}  // namespace tcpcraft::wire
