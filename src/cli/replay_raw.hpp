#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tcpcraft::cli {

/// `replay --raw`: packets as they are, through an interface.
struct ReplayRawCommand {
  std::string file;
  std::string interface;
  std::string speed = "1x";
  bool as_fast_as_possible = false;
  std::optional<std::uint64_t> limit = {};  ///< of packets
  std::uint64_t loops = 1;
  std::string allowed_interface;  ///< by name, where it is not one that needs no permission
};
int replay_raw(const ReplayRawCommand& command);

}  // namespace tcpcraft::cli
