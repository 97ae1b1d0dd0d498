#pragma once

#include <optional>

#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::replay {

/// When each packet is due, by the capture's stamps and a speed. What is due does not depend on when the
/// packets before were sent, so lateness does not add up.
class Pace {
 public:
  /// 2 is twice as fast as captured.
  explicit Pace(double speed) : speed_(speed) {}

  /// How long after the first packet the next one is due: never before the one in front of it. Stamps may go
  /// back a little, where several queues were captured; where they go back further the clock was set, and the
  /// packet is due at once.
  wire::Duration due(wire::Time stamp);
  /// The packet that comes next has a stamp that has nothing to do with those so far: it is due at once.
  void begin_anew() { origin_.reset(); }

 private:
  double speed_;
  std::optional<wire::Time> origin_;  ///< the stamp that `base_` belongs to
  wire::Time latest_{};
  wire::Duration base_{}, due_{};
};

}  // namespace tcpcraft::replay
