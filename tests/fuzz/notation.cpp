// Any text: the reader of the notation never throws, its ranges lie inside the text, and what it accepts
// prints and reads back as the same specification.

#include <cstddef>
#include <cstdint>

#include <tcpcraft/wire/icmp.hpp>
#include <tcpcraft/wire/notation.hpp>

#include "require.hpp"

namespace {

using namespace tcpcraft::wire;
using tcpcraft::fuzz::require;

void read(std::string_view text, Purpose purpose) {
  const ParsedSegment parsed = parse_segment(text, purpose);
  for (const NotationError& error : parsed.errors) {
    require(error.where.begin <= error.where.end && error.where.end <= text.size());
    require(!error.message.empty());
  }
  for (const auto& [part, range] : parsed.parts)
    require(range.begin <= range.end && range.end <= text.size());
  if (!parsed.errors.empty()) return;
  const ParsedSegment again = parse_segment(format_spec(parsed.spec), purpose);
  require(again.errors.empty() && again.spec == parsed.spec);
}

void read_icmp(std::string_view text) {
  const ParsedIcmp parsed = parse_icmp(text);
  for (const NotationError& error : parsed.errors) {
    require(error.where.begin <= error.where.end && error.where.end <= text.size());
    require(!error.message.empty());
  }
  if (!parsed.errors.empty()) return;
  const ParsedIcmp again = parse_icmp(format_icmp(parsed.spec));
  require(again.errors.empty() && again.spec == parsed.spec);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read(text, Purpose::send);
  read(text, Purpose::expect);
  read_icmp(text);
  if (const auto duration = parse_duration(text))
    require(parse_duration(format_duration(*duration)) == duration);
  if (const auto endpoint = Endpoint::parse(text))
    require(Endpoint::parse(endpoint->to_string()) == endpoint);
  return 0;
}
