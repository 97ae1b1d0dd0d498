#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tcpcraft/wire/endpoint.hpp>
#include <tcpcraft/wire/notation.hpp>
#include <tcpcraft/wire/options.hpp>
#include <tcpcraft/wire/segment_spec.hpp>

namespace tcpcraft::wire {

/// A message of ICMP about a segment that was not delivered, as a scenario writes it, for either IP version:
/// `ICMP NAME [code=N] [mtu=N] [seq=N]`.
struct IcmpSpec {
  std::string_view name;             ///< one of `icmp_names`
  std::optional<std::uint8_t> code;  ///< of `unreachable`, which has no other
  std::optional<std::uint32_t> mtu;  ///< of `frag-needed`: what the next link carries
  std::optional<Number> seq;         ///< of the segment quoted, in the numbers of its sender; absent: its own

  friend bool operator==(const IcmpSpec&, const IcmpSpec&) = default;
};

const std::vector<std::string_view>& icmp_names();

struct ParsedIcmp {
  IcmpSpec spec;
  TextRange name;                     ///< where it stands
  TextRange mtu;                      ///< where it is written
  std::vector<NotationError> errors;  ///< all of them; when there are any, `spec` is not to be used
};

/// Whether the text is to be read by `parse_icmp`: its first word is ICMP.
bool is_icmp(std::string_view text);
ParsedIcmp parse_icmp(std::string_view text);
/// The exact text that `parse_icmp` reads back.
std::string format_icmp(const IcmpSpec& spec);

/// The first fields of a message (RFC 792, RFC 4443).
struct IcmpHeader {
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  std::uint32_t rest = 0;  ///< the second word, in which the MTU stands
  friend bool operator==(IcmpHeader, IcmpHeader) = default;
};
/// What the message is in this version of IP; nothing where that has none of this name.
std::optional<IcmpHeader> icmp_header(const IcmpSpec& spec, bool v6);

/// The IP datagram that carries the message and quotes the beginning of another datagram: as much as RFC 1812
/// and RFC 4443 allow, and `max_size` in all.
Bytes encode_icmp(const IcmpHeader& header, const IpAddress& from, const IpAddress& to,
                  std::span<const std::uint8_t> quoted, std::size_t max_size);

}  // namespace tcpcraft::wire
