#include <iterator>
#include <utility>

#include <tcpcraft/transport/remote_link.hpp>

namespace tcpcraft::transport {

void RemoteLink::send(std::span<const std::uint8_t> packet) {
  sent_.push_back({{packet.begin(), packet.end()}, wire::Time(std::chrono::system_clock::now()), false});
  link_.send(packet);
}

void RemoteLink::receive(std::vector<Arrival>& arrivals) {
  std::move(sent_.begin(), sent_.end(), std::back_inserter(arrivals));
  sent_.clear();
  link_.receive(arrivals);
}

}  // namespace tcpcraft::transport
