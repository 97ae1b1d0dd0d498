#pragma once

#include <optional>

#include <tcpcraft/capture/packet.hpp>
#include <tcpcraft/wire/icmp.hpp>

namespace tcpcraft::record {

/// A message of ICMP about a segment of TCP.
struct Report {
  wire::IcmpSpec spec;                 ///< without the number of the segment
  wire::Endpoint source, destination;  ///< of the segment that it quotes
  wire::SeqNum seq;
};

/// Nothing where it is about something else, or no scenario can say it.
std::optional<Report> parse_message(const capture::Message& message);

}  // namespace tcpcraft::record
