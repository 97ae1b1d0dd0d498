#pragma once

#include <cstdint>

#include <tcpcraft/wire/endpoint.hpp>
#include <tcpcraft/wire/flags.hpp>
#include <tcpcraft/wire/options.hpp>
#include <tcpcraft/wire/seq_num.hpp>

namespace tcpcraft::wire {

/// A TCP segment: header and data (RFC 9293, section 3.1), with the fields of the IP header that matter to
/// it.
struct Segment {
  Endpoint source;
  Endpoint destination;
  std::uint8_t ttl = 64;  ///< IPv4 time to live, IPv6 hop limit.
  std::uint8_t tos = 0;   ///< IPv4 type of service, IPv6 traffic class; ECN in the two low bits.
  std::uint16_t id = 0;   ///< IPv4 identification; 0 in IPv6.
  bool df = true;         ///< IPv4 don't fragment; true in IPv6.

  SeqNum seq;
  SeqNum ack;
  std::uint8_t data_offset = 5;  ///< Header length in 32-bit words, as read; `encode` computes its own.
  std::uint8_t reserved = 0;     ///< The three reserved bits, 0 to 7.
  Flags flags;
  std::uint16_t window = 0;    ///< The raw header field, unscaled.
  std::uint16_t checksum = 0;  ///< As read; `encode` computes its own.
  std::uint16_t urgent_pointer = 0;
  Options options;
  Bytes payload;

  bool has(Flag flag) const { return flags.has(flag); }
  /// SEG.LEN: the sequence numbers it occupies, SYN and FIN counted (RFC 9293, section 3.4).
  std::uint32_t seg_len() const {
    return static_cast<std::uint32_t>(payload.size()) + has(Flag::syn) + has(Flag::fin);
  }
  /// One past the last sequence number it occupies.
  SeqNum end() const { return seq + seg_len(); }
};

}  // namespace tcpcraft::wire
