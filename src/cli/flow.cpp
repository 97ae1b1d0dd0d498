#include "flow.hpp"

#include <algorithm>
#include <charconv>

namespace tcpcraft::cli {

std::optional<Place> parse_place(const std::string& text) {
  if (const auto end = wire::Endpoint::parse(text)) return Place{end->address, end->port};
  if (const auto address = wire::IpAddress::parse(text)) return Place{address, 0};
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return Place{std::nullopt, port};
}

bool are_at(const std::vector<Place>& places, const wire::Endpoint& one, const wire::Endpoint& other) {
  return std::all_of(places.begin(), places.end(),
                     [&](const Place& place) { return place.matches(one) || place.matches(other); });
}

}  // namespace tcpcraft::cli
