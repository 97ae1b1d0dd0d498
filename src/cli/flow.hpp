#pragma once

#include <string>
#include <vector>

#include <tcpcraft/wire/endpoint.hpp>

namespace tcpcraft::cli {

/// An address, or any; a port, or 0 for any.
struct Place {
  std::optional<wire::IpAddress> address;
  std::uint16_t port = 0;

  bool matches(const wire::Endpoint& end) const {
    return (!address || *address == end.address) && (port == 0 || port == end.port);
  }
};

/// Reads an address, a port, or both. Nothing if it is none of these.
std::optional<Place> parse_place(const std::string& text);

/// Whether all of `places` are at an end of the connection.
bool are_at(const std::vector<Place>& places, const wire::Endpoint& one, const wire::Endpoint& other);

}  // namespace tcpcraft::cli
