#pragma once

#include <vector>

#include <tcpcraft/engine/player.hpp>

namespace tcpcraft::runner {

/// Turns SIGINT and SIGTERM into a request to stop, which wakes every wait of `InterruptibleClock`; the same
/// signal once more ends the process at once. To be called once, before any fork.
void catch_interrupts();

/// The signal that asked to stop, or 0.
int interrupt_signal();

/// The descriptor that becomes readable, and stays so, when asked to stop. Children share it.
int interrupt_fd();

/// The system's clock, whose waits end when a stop is asked for: of this process, or of the one that forked
/// it.
class InterruptibleClock : public engine::SystemClock {
 public:
  void wait(std::vector<pollfd>& fds, wire::Time deadline) override {
    fds.push_back({interrupt_fd(), POLLIN, 0});
    engine::SystemClock::wait(fds, deadline);
    if (fds.back().revents != 0) asked_ = true;
  }
  bool interrupted() const override { return asked_ || interrupt_signal() != 0; }

 private:
  bool asked_ = false;
};

}  // namespace tcpcraft::runner
