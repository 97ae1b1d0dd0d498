#include <system_error>

#include <tcpcraft/runner/capture.hpp>
#include <tcpcraft/wire/codec.hpp>

namespace tcpcraft::runner {

void Capture::packet(const transport::Arrival& arrival, engine::Party from) {
  if (!error_.empty()) return;
  wire::Bytes packet = arrival.packet;
  if (from == engine::Party::kernel) wire::finish_checksum(packet);
  try {
    writer_.write(packet, arrival.time);
  } catch (const std::system_error& error) {
    error_ = error.what();
  }
}

void Capture::restart() {
  writer_.clear();
  error_.clear();
}

}  // namespace tcpcraft::runner
