#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/capture/packet.hpp>

namespace tcpcraft::capture {

struct LiveOptions {
  std::string interface;            ///< `lo`; `any` for all
  std::string filter;               ///< of pcap-filter(7): `bpf_filter` makes one; empty: everything
  int snap_length = 262144;         ///< in bytes; no more of a packet is captured
  std::size_t buffer = 16u << 20u;  ///< in bytes: what the kernel holds until it is read
  int stop = -1;  ///< a descriptor; readable when no more is wanted, such as `runner::interrupt_fd()`
};

/// Segments of an interface, as they pass, by the time stamps of the kernel. One that the host sends to
/// itself over loopback passes twice and comes once.
class Live {
 public:
  /// Throws std::runtime_error that says what to do, where there is no such interface, no right to capture,
  /// or an invalid filter.
  explicit Live(const LiveOptions& options);
  ~Live();
  Live(Live&&) noexcept;
  Live& operator=(Live&&) noexcept;

  /// The next segment; nothing where none came within `timeout`, or a signal came, or it is over. What
  /// passed before `stop` became readable is still returned.
  std::optional<Packet> next(wire::Duration timeout);
  /// The messages of ICMP that the filter let pass since they were last taken; each once.
  std::vector<Message> take_messages();
  /// Nothing more will come: because of `stop`, or because the interface is gone, which `summary` says as
  /// damage.
  bool is_over() const;
  /// Readable where `next` may have something. A packet takes up to 10 ms to be seen there.
  int fd() const;

  /// Of what has been read so far.
  const Summary& summary() const;
  /// Packets that passed the filter and were lost since they came faster than they were read.
  std::uint64_t dropped() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tcpcraft::capture
