#pragma once

#include <cstdint>
#include <span>

#include <tcpcraft/wire/options.hpp>
#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::transport {

/// One IP datagram as it passed, in either direction.
struct Arrival {
  wire::Bytes packet;
  wire::Time time;          ///< when it passed
  bool kernel_time = true;  ///< `time` is the kernel's own stamp; otherwise it was read a little later
};

/// What became of a barrier.
enum class Barrier {
  proven,  ///< its answer came: every immediate reaction to earlier segments has been received
  lost,    ///< no answer: nothing is known
};

/// The wire between the crafted peer and the kernel. Packets of both directions are received in the order in
/// which the kernel's TCP came to handle them, the peer's own included.
class Link {
 public:
  virtual ~Link() = default;

  /// Puts an IP datagram on the wire. Throws os::SystemError where the system refuses it.
  virtual void send(std::span<const std::uint8_t> packet) = 0;

  /// All packets that have passed since the last call, until the link is used again; does not wait.
  virtual std::span<const Arrival> receive() = 0;

  /// Sends a probe that the kernel must answer and waits for the answer, 1 s at most. What passed meanwhile
  /// is left for `receive`; the probe and its answer are not shown there.
  virtual Barrier barrier() = 0;

  /// Whether what the kernel sends arrives at this kernel once more, as on loopback: each of its segments, a
  /// barrier's answer too, then counts as received.
  virtual bool loops_back() const = 0;

  /// Becomes readable when `receive` has something.
  virtual int fd() const = 0;
};

}  // namespace tcpcraft::transport
