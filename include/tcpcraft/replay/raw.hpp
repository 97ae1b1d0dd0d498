#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <tcpcraft/capture/record_reader.hpp>
#include <tcpcraft/os/network_interface.hpp>
#include <tcpcraft/replay/framing.hpp>
#include <tcpcraft/replay/pace.hpp>

namespace tcpcraft::replay {

/// Takes frames and sends them in order, many at a time. Throws os::SystemError where the interface is gone
/// or down.
class FrameSender {
 public:
  virtual ~FrameSender() = default;
  /// The frame is copied, and sent at the latest by `flush`.
  virtual void put(std::span<const std::uint8_t> frame) = 0;
  virtual void flush() = 0;

  std::uint64_t frames() const { return frames_; }    ///< sent
  std::uint64_t bytes() const { return bytes_; }      ///< sent
  std::uint64_t refused() const { return refused_; }  ///< handed over, and dropped by the interface's queue

 protected:
  std::uint64_t frames_ = 0, bytes_ = 0, refused_ = 0;
};

/// What suits the interface best. Throws os::SystemError: EPERM without CAP_NET_RAW. Where nothing would
/// notice, frames that need not keep time bypass the interface's queue.
std::unique_ptr<FrameSender> open_sender(const os::NetworkInterface& interface, bool keeps_time);

/// A clock that can be waited by, until a stop is asked for.
class RawClock {
 public:
  virtual ~RawClock() = default;
  virtual wire::Duration now() = 0;
  /// False where a stop was asked for first.
  virtual bool wait_until(wire::Duration moment) = 0;
  virtual bool is_stopped() = 0;
};

struct RawOptions {
  std::optional<double> speed = 1;  ///< nothing: as fast as possible
  std::optional<std::uint64_t> limit = {};
  std::size_t mtu = 1500;
};

/// Packets that were not sent.
struct Omission {
  std::uint64_t packets = 0;
  std::uint64_t first = 0;  ///< its number in the file

  void add(std::uint64_t number) {
    if (packets++ == 0) first = number;
  }
};

struct RawResult {
  std::uint64_t packets = 0, bytes = 0;  ///< sent
  wire::Duration took{};
  wire::Duration latest{};  ///< how late a packet was at most
  Omission too_long, too_short, not_ip;
  std::size_t longest = 0;    ///< of those that were too long, without the link layer's header
  std::uint64_t refused = 0;  ///< dropped by the interface's queue
  std::uint64_t cut = 0;      ///< sent, but only as far as they were captured
  bool stopped = false;

  std::uint64_t omitted() const { return too_long.packets + too_short.packets + not_ip.packets + refused; }
};

/// Sends packets as they are: a file's, several times over where it is asked to.
class RawReplay {
 public:
  RawReplay(const RawOptions& options, Framing framing, FrameSender& sender, RawClock& clock);

  /// All packets of the file that can be sent, to the end, the limit or the stop. False where nothing is to
  /// be sent any more. Throws os::SystemError.
  bool play(capture::RecordReader& file);
  /// Of what has been sent so far, whether or not `play` threw.
  RawResult result() const;

 private:
  bool put(const capture::Record& record);
  bool keep_time(const capture::Record& record);

  RawOptions options_;
  Framing framing_;
  FrameSender& sender_;
  RawClock& clock_;
  std::optional<Pace> pace_;
  std::optional<wire::Duration> start_;
  wire::Duration late_{};  ///< the packet before this one; as fast as possible, all are
  std::uint64_t put_ = 0;
  RawResult result_;
};

}  // namespace tcpcraft::replay
