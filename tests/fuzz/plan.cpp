// Any bytes as a capture to replay: what either side of its first connection did makes a plan, or a reason,
// and the bytes of it are all accounted for.

#include <cstddef>
#include <cstdint>

#include <tcpcraft/capture/reader.hpp>
#include <tcpcraft/replay/plan.hpp>

#include "require.hpp"

namespace {

using namespace tcpcraft;
using fuzz::require;

std::vector<capture::Packet> packets_of(const wire::Bytes& bytes) {
  std::vector<capture::Packet> packets;
  capture::Reader reader{wire::Bytes(bytes)};
  while (auto packet = reader.next()) {
    packets.push_back(std::move(*packet));
    if (reader.summary().packets > 1000) break;  // a small file that is compressed well
  }
  return packets;
}

void plan(const std::vector<capture::Packet>& packets, const wire::Endpoint& us, replay::Role role,
          bool clean) {
  replay::Plan plan(role, clean);
  std::size_t said = 0, says = 0;
  for (const capture::Packet& packet : packets) {
    plan.add(packet, packet.segment.source == us);
    said += packet.segment.payload.size();
  }
  plan.end();
  if (!plan.refusal().empty()) return;
  replay::Offset needs = 0;
  for (const replay::Act& act : plan.acts()) {
    require(act.needs >= needs);  // what it has heard it does not forget
    needs = act.needs;
    says += act.segment.payload.size();
    plan.took(act);
  }
  says += plan.take_their_text().size();
  require(plan.buffered() == 0 && says <= said);
  const auto& acts = plan.acts();
  if (acts.empty()) return;
  require(acts.front().kind == replay::Act::Kind::open);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<capture::Packet> packets = packets_of(wire::Bytes(data, data + size));
  if (packets.empty()) return 0;
  const wire::Endpoint one = packets.front().segment.source, other = packets.front().segment.destination;
  std::erase_if(packets, [&](const capture::Packet& packet) {
    const wire::Segment& s = packet.segment;
    return (s.source != one || s.destination != other) && (s.source != other || s.destination != one);
  });
  for (const bool clean : {false, true}) {
    plan(packets, one, replay::Role::client, clean);
    plan(packets, other, replay::Role::server, clean);
  }
  return 0;
}
