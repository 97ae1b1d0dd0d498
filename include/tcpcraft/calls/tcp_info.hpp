#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcpcraft::calls {

/// A field of the kernel's `struct tcp_info`, under its name there without `tcpi_`.
struct InfoField {
  std::string_view name;
  std::uint16_t offset;
  std::uint8_t size;           ///< in bytes; 0 where kernels disagree on what lies where
  std::uint8_t first_bit = 0;  ///< of a bit field: how many bits are declared before it in its byte
  std::uint8_t bits = 0;       ///< of a bit field; 0 for all others
};

/// Null where there is no such field.
const InfoField* find_info_field(std::string_view name);
std::vector<std::string_view> info_field_names();

/// The field's value in a `tcp_info` as the kernel gave it; nothing where that is too short to have it.
std::optional<std::uint64_t> value_of(const InfoField& field, std::span<const std::uint8_t> tcp_info);

/// The kernel's number for a state, under its name in RFC 9293.
std::optional<std::uint64_t> state_number(std::string_view name);
std::vector<std::string_view> numbered_states();

/// A value as a reader wants it: a `state` with its name behind the number.
std::string format_info(const InfoField& field, std::uint64_t value);

}  // namespace tcpcraft::calls
