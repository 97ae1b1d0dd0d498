#include <utility>

#include <tcpcraft/transport/remote_link.hpp>

namespace tcpcraft::transport {

void RemoteLink::send(std::span<const std::uint8_t> packet) {
  sent_.push_back({{packet.begin(), packet.end()}, wire::Time(std::chrono::system_clock::now()), false});
  link_.send(packet);
}

std::span<const Arrival> RemoteLink::receive() {
  arrivals_ = std::exchange(sent_, {});
  const std::span<const Arrival> received = link_.receive();
  arrivals_.insert(arrivals_.end(), received.begin(), received.end());
  return arrivals_;
}

}  // namespace tcpcraft::transport
