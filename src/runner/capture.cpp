#include <tcpcraft/runner/capture.hpp>
#include <tcpcraft/wire/codec.hpp>

namespace tcpcraft::runner {

void Capture::packet(const transport::Arrival& arrival, engine::Party from) {
  if (from == engine::Party::peer) return writer_.write(arrival.packet, arrival.time);
  wire::Bytes packet = arrival.packet;
  wire::finish_checksum(packet);
  writer_.write(packet, arrival.time);
}

}  // namespace tcpcraft::runner
