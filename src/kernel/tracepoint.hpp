#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tcpcraft::kernel {

/// What a tracepoint's format file says of its records.
struct TraceFormat {
  std::optional<std::uint64_t> id;
  std::map<std::string, std::size_t, std::less<>> offsets;        ///< of each field in a record
  std::map<std::uint32_t, std::string, std::less<>> print_names;  ///< of the values that have one
};
TraceFormat parse_trace_format(std::string_view text);

}  // namespace tcpcraft::kernel
