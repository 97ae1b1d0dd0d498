#include <algorithm>
#include <charconv>

#include <tcpcraft/capture/flow.hpp>

namespace tcpcraft::capture {
namespace {

std::string end_filter(const Flow& flow, const std::string& direction) {
  std::string text;
  if (flow.address) text += direction + "host " + flow.address->to_string();
  if (flow.port) text += (text.empty() ? "" : " and ") + direction + "port " + std::to_string(*flow.port);
  return "(" + text + ")";
}

}  // namespace

std::optional<Flow> Flow::parse(const std::string& text) {
  if (const auto end = wire::Endpoint::parse(text)) return Flow{end->address, end->port};
  if (const auto address = wire::IpAddress::parse(text)) return Flow{address, {}};
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Flow{{}, port};
}

bool Flow::matches(const wire::Endpoint& end) const {
  return (!address || *address == end.address) && (!port || *port == end.port);
}

bool is_wanted(const std::vector<Flow>& flows, const wire::Segment& segment) {
  return std::all_of(flows.begin(), flows.end(), [&](const Flow& flow) {
    return flow.matches(segment.source) || flow.matches(segment.destination);
  });
}

std::string bpf_filter(const std::vector<Flow>& flows) {
  std::string wanted = "tcp";
  for (const Flow& flow : flows)
    if (flow.address || flow.port)
      wanted += " and (" + end_filter(flow, "src ") + " or " + end_filter(flow, "dst ") + ")";
  return "(" + wanted +
         ") or (ip and ip[6:2] & 0x3fff != 0)"
         " or (ip6 and (ip6[6] == 0 or ip6[6] == 43 or ip6[6] == 44 or ip6[6] == 60))";
}

const char* const bpf_of_messages = "icmp[0] == 3 or (ip6[6] == 58 and ip6[40] >= 1 and ip6[40] <= 4)";

}  // namespace tcpcraft::capture
