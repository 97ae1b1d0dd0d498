#include "flow.hpp"

#include <algorithm>
#include <charconv>

#include "commands.hpp"

namespace tcpcraft::cli {
namespace {

Flow parse_flow(const std::string& text) {
  if (const auto end = wire::Endpoint::parse(text)) return {end->address, end->port};
  if (const auto address = wire::IpAddress::parse(text)) return {address, {}};
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || text.empty())
    throw UsageError("--flow: '" + text + "' is not an address, a port, or A.B.C.D:PORT");
  return {{}, port};
}

}  // namespace

std::vector<Flow> parse_flows(const std::vector<std::string>& texts) {
  std::vector<Flow> flows;
  for (const std::string& text : texts) flows.push_back(parse_flow(text));
  return flows;
}

bool is_wanted(const std::vector<Flow>& flows, const wire::Segment& segment) {
  return std::all_of(flows.begin(), flows.end(), [&](const Flow& flow) {
    return flow.matches(segment.source) || flow.matches(segment.destination);
  });
}

}  // namespace tcpcraft::cli
