// Any bytes as a message of ICMP in a foreign capture: nothing throws, and what is recorded of the connection
// that it is about is a scenario or a reason.

#include <cstddef>
#include <cstdint>

#include <tcpcraft/record/recorder.hpp>
#include <tcpcraft/record/split.hpp>
#include <tcpcraft/wire/segment_spec.hpp>

#include "require.hpp"

namespace {

using namespace tcpcraft;

capture::Packet packet(bool v6, bool by_client, std::uint64_t number) {
  const auto client = *wire::Endpoint::parse(v6 ? "[2001:db8::1]:40000" : "192.0.2.1:40000");
  const auto server = *wire::Endpoint::parse(v6 ? "[2001:db8::2]:9877" : "192.0.2.2:9877");
  capture::Packet packet;
  packet.number = number;
  packet.segment.source = by_client ? client : server;
  packet.segment.destination = by_client ? server : client;
  packet.segment.flags =
      by_client ? wire::Flags{wire::Flag::syn} : wire::Flags{wire::Flag::syn, wire::Flag::ack};
  packet.segment.ack = wire::SeqNum(by_client ? 0 : 1);
  return packet;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  capture::Message message;
  message.number = 3;
  message.datagram.assign(data, data + size);
  for (const record::Side side : {record::Side::client, record::Side::server}) {
    record::Splitter splitter(side);
    for (const bool v6 : {false, true}) {
      splitter.add(packet(v6, true, 1));
      splitter.add(packet(v6, false, 2));
    }
    splitter.add(message);
    for (const record::Conversation& conversation : splitter.take()) {
      if (conversation.events.size() == 2) continue;  // the message is not about what its kernel sent
      const record::Recorded recorded = record::record(conversation);
      fuzz::require(recorded.text.empty() != recorded.refused.empty());
    }
  }
  return 0;
}
