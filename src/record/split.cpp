#include <algorithm>

#include <tcpcraft/record/split.hpp>

namespace tcpcraft::record {
namespace {

using wire::Flag;

/// Who opened it; where no SYN tells, the one with the higher port.
wire::Endpoint client_of(const std::vector<capture::Packet>& packets) {
  for (const capture::Packet& packet : packets) {
    const wire::Segment& segment = packet.segment;
    if (segment.has(Flag::syn)) return segment.has(Flag::ack) ? segment.destination : segment.source;
  }
  const wire::Segment& segment = packets.front().segment;
  return segment.source.port > segment.destination.port ? segment.source : segment.destination;
}

Passed passed(capture::Packet&& packet, const wire::Endpoint& kernel) {
  Passed result;
  result.to_kernel = packet.segment.destination == kernel;
  const auto captured = static_cast<std::uint32_t>(packet.segment.payload.size());
  result.missing = packet.cut && packet.data_size > captured ? packet.data_size - captured : 0;
  result.bad_checksum = packet.checksum == capture::Checksum::wrong;
  result.packet = packet.number;
  result.segment = std::move(packet.segment);
  return result;
}

}  // namespace

void Splitter::add(const capture::Packet& packet) {
  const std::string a = packet.segment.source.to_string(), b = packet.segment.destination.to_string();
  const auto [found, is_new] = index_.try_emplace(a < b ? a + " " + b : b + " " + a, flows_.size());
  if (is_new) flows_.emplace_back();
  flows_[found->second].packets.push_back(packet);
}

Conversation Splitter::conversation(Flow& flow) const {
  const wire::Segment& segment = flow.packets.front().segment;
  const wire::Endpoint client = client_of(flow.packets);
  const wire::Endpoint server = segment.source == client ? segment.destination : segment.source;
  Conversation result;
  result.kernel = peer_ == Side::client ? server : client;
  result.peers = {peer_ == Side::client ? client : server};
  for (capture::Packet& packet : flow.packets) {
    const wire::Time time = packet.time;
    result.events.push_back({time, 0, passed(std::move(packet), result.kernel)});
  }
  return result;
}

std::vector<Conversation> Splitter::take() {
  std::vector<Conversation> result;
  for (Flow& flow : flows_) result.push_back(conversation(flow));
  flows_.clear();
  index_.clear();
  return result;
}

}  // namespace tcpcraft::record
