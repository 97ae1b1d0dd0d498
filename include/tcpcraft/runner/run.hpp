#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include <tcpcraft/engine/player.hpp>
#include <tcpcraft/engine/result.hpp>
#include <tcpcraft/kernel/drop_watch.hpp>
#include <tcpcraft/scenario/scenario.hpp>
#include <tcpcraft/transport/link.hpp>

namespace tcpcraft::runner {

/// Where the traffic goes.
enum class Net {
  isolated,  ///< a user and network namespace of its own
  host,      ///< the host's own loopback
  target,    ///< an address elsewhere that the user has named, over the host's network
};

/// Nothing can run here, and what would help.
class CannotRun : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct RunOptions {
  Net net = Net::isolated;
  std::uint64_t seed = 0;  ///< for what a scenario leaves to chance
  engine::Observer* observer = nullptr;
  engine::Tap* tap = nullptr;
  engine::Observations* observations = nullptr;  ///< where given, told what the steps met
  bool note_rules = false;                       ///< `Result::followed` is wanted
  /// Where given, takes over the link of the run, which may wait tens of milliseconds for the kernel when it
  /// is closed: better after the verdict has been told.
  std::unique_ptr<transport::Link>* link = nullptr;
  kernel::DropWatch* drops = nullptr;  ///< needed where a step asks why the kernel dropped a segment
};

/// Makes the network that `net` asks for: in a private one, brings `lo` up with segments as TCP makes them,
/// and has TCP use the congestion control of RFC 5681 (reno) whatever the host uses. Throws CannotRun. A
/// process that calls it again leaves that network for a new one.
void enter_network(Net net);

/// Gives the present network namespace what the scenario asks for: its sysctls, addresses and MTU. A result
/// only where the scenario cannot be played: an unknown sysctl, or one that is not ours to set.
std::optional<engine::Result> furnish(const scenario::Scenario& scenario, Net net);

/// Plays a scenario in the present network namespace: server, guard, raw sockets, and the engine. What is
/// left of its connection is removed. Throws os::SystemError.
engine::Result play(const scenario::Scenario& scenario, const RunOptions& options, engine::Clock& clock);

/// A peer's initial sequence number for a run of this title.
std::uint32_t initial_sequence_number(const scenario::Scenario& scenario, std::size_t peer,
                                      std::uint64_t seed);

}  // namespace tcpcraft::runner
