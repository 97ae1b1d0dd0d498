// Any bytes as a capture file: the reader never throws, and what it says of the packets agrees with itself.

#include <cstddef>
#include <cstdint>

#include <tcpcraft/capture/reader.hpp>

#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tcpcraft;
  using fuzz::require;
  capture::Reader reader(wire::Bytes(data, data + size));
  std::uint64_t last = 0, segments = 0;
  while (const auto packet = reader.next()) {
    require(packet->number > last && packet->number <= reader.summary().packets);
    require(packet->segment.payload.size() <= packet->data_size);
    require(packet->cut || packet->segment.payload.size() == packet->data_size);
    last = packet->number;
    ++segments;
    if (reader.summary().packets > 10'000) break;  // a small file that is compressed well
  }
  require(reader.summary().segments == segments);
  require(!reader.next() || reader.summary().packets > 10'000);
  return 0;
}
