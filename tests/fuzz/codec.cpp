// Any bytes as a packet: the reader never throws, what it reads prints in printable characters, and encoding
// it and reading it again gives the same segment.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <tcpcraft/wire/codec.hpp>
#include <tcpcraft/wire/notation.hpp>

#include "require.hpp"

namespace {

using namespace tcpcraft::wire;
using tcpcraft::fuzz::require;

/// A malformed option ends the list, and where its length octet is missing the padding becomes its data.
Options well_formed(Options options) {
  const auto stands_alone = [](const Option& option) {
    const auto* raw = std::get_if<RawOption>(&option);
    return std::holds_alternative<EndOfOptions>(option) || (raw != nullptr && raw->length);
  };
  options.erase(std::remove_if(options.begin(), options.end(), stands_alone), options.end());
  return options;
}

void check_round_trip(const Segment& segment) {
  const std::size_t options = options_size(segment.options);
  if (options > 40 || segment.payload.size() + options > 65000) return;
  const Bytes packet = encode(segment);
  require(checksum_ok(packet));
  const auto again = decode(packet);
  require(again.has_value());
  require(again->source == segment.source && again->destination == segment.destination);
  require(again->seq == segment.seq && again->ack == segment.ack && again->window == segment.window);
  require(again->flags == segment.flags && again->reserved == segment.reserved);
  require(again->urgent_pointer == segment.urgent_pointer);
  require(again->ttl == segment.ttl && again->tos == segment.tos);
  require(again->id == segment.id && again->df == segment.df);
  require(well_formed(again->options) == well_formed(segment.options));
  require(again->payload == segment.payload);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes packet(data, data + size);
  checksum_ok(packet);
  const auto segment = decode(packet);
  finish_checksum(packet);
  if (!segment) return 0;
  const std::string text = format_segment(*segment, {segment->seq, std::nullopt});
  require(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }));
  check_round_trip(*segment);
  return 0;
}
