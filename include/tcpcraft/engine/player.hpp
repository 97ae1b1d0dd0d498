#pragma once

#include <optional>
#include <vector>

#include <poll.h>

#include <tcpcraft/engine/machine.hpp>
#include <tcpcraft/engine/result.hpp>
#include <tcpcraft/kernel/side.hpp>
#include <tcpcraft/transport/link.hpp>

namespace tcpcraft::engine {

/// The time, and waiting for it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual wire::Time now() = 0;
  /// How far the ticks by which the kernel's timers go are behind the time, where that is more than when each
  /// tick comes in time: a timer that is set now fires earlier by that. 0 otherwise.
  virtual wire::Duration tick_lag() { return {}; }
  /// Returns when one of `fds` is ready or the time has come, whichever is first; or early, when interrupted.
  virtual void wait(std::vector<pollfd>& fds, wire::Time deadline) = 0;
  /// Whether the run is to be broken off.
  virtual bool interrupted() const { return false; }
};

/// The system's clock, by which the kernel stamps packets, and ppoll.
class SystemClock : public Clock {
 public:
  wire::Time now() override;
  wire::Duration tick_lag() override;
  void wait(std::vector<pollfd>& fds, wire::Time deadline) override;
};

/// Hears of every packet of the connection, for a capture.
class Tap {
 public:
  virtual ~Tap() = default;
  /// What is going to pass, and between whom; before anything does.
  virtual void began(const scenario::Scenario&, const Setup&) {}
  virtual void packet(const transport::Arrival& arrival, Party from) = 0;
};

/// Plays a scenario to its end: the one blocking loop. `tap` and `observer` may be null. Throws
/// os::SystemError where the system refuses, never for what the kernel under test does.
Result play(const scenario::Scenario& scenario, const Setup& setup, transport::Link& link, kernel::Side& side,
            Clock& clock, Observer* observer = nullptr, Tap* tap = nullptr);

}  // namespace tcpcraft::engine
