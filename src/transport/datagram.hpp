#pragma once

#include <cstdint>
#include <span>

#include <tcpcraft/wire/endpoint.hpp>
#include <tcpcraft/wire/options.hpp>

namespace tcpcraft::transport {

/// A SYN from `peer` to `kernel` as an IP datagram, still without a sequence number and a checksum.
wire::Bytes make_probe(const wire::Endpoint& peer, const wire::Endpoint& kernel);

/// Gives the probe a sequence number, and the checksum that belongs to it.
void number_probe(wire::Bytes& probe, std::uint32_t seq);

/// Where an IP datagram comes from and goes to, and what of its TCP header a barrier needs.
struct Header {
  wire::Endpoint source;
  wire::Endpoint destination;
  std::uint32_t ack = 0;
  std::uint8_t flags = 0;
};
/// What a datagram is too short for is zero, and everything where it does not carry TCP.
Header read_header(std::span<const std::uint8_t> packet);

}  // namespace tcpcraft::transport
