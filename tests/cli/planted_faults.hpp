#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <tcpcraft/capture/packet.hpp>
#include <tcpcraft/explain/explainer.hpp>

namespace tcpcraft::cli_test {

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
struct Yield {
  std::size_t planted = 0, found = 0;
  std::size_t open = 0;  ///< not flagged, but named among those that fit only what was not captured
  std::vector<std::string> missed;  ///< the first of them
};

/// Puts each plant at each place where it can be, alone.
void plant_everywhere(const Packets& good, const std::string& name, std::map<std::string, Yield>& yields);

}  // namespace tcpcraft::cli_test
