#pragma once

#include "notation_lexer.hpp"

namespace tcpcraft::wire {

/// The most data that an IPv4 datagram carries: 65,535 bytes without two headers of 20.
inline constexpr std::uint32_t max_payload_bytes = 65495;

// The parts of a notation, one reader each. What is wrong is reported; what could be read is returned, which
// is of no use then but to look for more that is wrong.

/// `SYN-ACK`, `S.`, `none`.
Flags parse_flags(Piece piece, Reporter& report);

/// `<mss 1460, ...>`
OptionsSpec parse_options(const Item& item, Reporter& report);

/// The bytes that `options` take when sent, before padding.
std::size_t options_size(const OptionsSpec& options);

/// The names of the options, for hints.
const std::vector<std::string_view>& option_names();

/// `"text"`
Bytes parse_string(const Item& item, Reporter& report);

/// `40ms..200ms`
std::optional<Interval> parse_interval(Piece piece, Reporter& report);

}  // namespace tcpcraft::wire
