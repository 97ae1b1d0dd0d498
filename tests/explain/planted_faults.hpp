#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <tcpcraft/capture/packet.hpp>
#include <tcpcraft/explain/explainer.hpp>

namespace tcpcraft::explain {

using Packets = std::vector<capture::Packet>;

/// A fault that is put into a good capture: at the packet of this index, or behind it. It returns the index
/// of the packet that is wrong then; nothing where that packet is not one to do so with.
struct Plant {
  std::string name;
  std::string rule;  ///< that is broken
  std::function<std::optional<std::size_t>(Packets&, std::size_t)> put;
};

const std::vector<Plant>& plants();

/// The rules that are broken, by the packets' numbers.
std::multimap<std::uint64_t, std::string> faults_in(const Packets& packets);

/// How a plant fared.
struct Planted {
  const Plant& plant;
  const Packets& packets;
  std::size_t at = 0;  ///< of these
  bool found = false;
  bool open = false;          ///< not flagged, but named among those that fit only what was not captured
  std::size_t elsewhere = 0;  ///< flags of packets that are right
};
std::string text_of(const Planted& planted);

/// Puts each plant, alone, at every so many places where it can be, and at every FIN.
void plant_everywhere(const Packets& good, std::size_t step, const std::function<void(const Planted&)>& tell);

}  // namespace tcpcraft::explain
