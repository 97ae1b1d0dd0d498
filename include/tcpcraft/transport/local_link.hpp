#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <tcpcraft/os/rst_guard.hpp>
#include <tcpcraft/transport/link.hpp>
#include <tcpcraft/wire/endpoint.hpp>

namespace tcpcraft::transport {

/// What the links to the kernel of the present network namespace have in common: which packets are shown, and
/// the barrier. Shown are the segments between any of the kernel's ports and any of the peer's. The first of
/// each is the connection's own; others are where a scenario names them (`sport=`, `dport=`).
class LocalLink : public Link {
 public:
  /// Has the peer's side another address too: segments between it and the kernel are shown likewise, from and
  /// to the same ports.
  virtual void add_peer(const wire::IpAddress& address);

  /// Turns to another connection between the same addresses.
  virtual void retarget(std::vector<std::uint16_t> kernel_ports, std::vector<std::uint16_t> peer_ports);

  std::span<const Arrival> receive() override;
  Barrier barrier() override;

  /// Waits until packets carry the kernel's own time, which begins a little after the link is opened: up to
  /// `patience`. Whether they do. Probes as `barrier` does.
  bool await_stamps(wire::Duration patience);

 protected:
  /// The addresses are of one kind, and there is a port of each.
  LocalLink(const wire::IpAddress& kernel, std::vector<std::uint16_t> kernel_ports,
            const wire::IpAddress& peer, std::vector<std::uint16_t> peer_ports);

  const wire::IpAddress& kernel() const { return kernel_; }
  const wire::IpAddress& peer() const { return peers_.front(); }
  const std::vector<std::uint16_t>& peer_ports() const { return peer_ports_; }

  /// Keeps what is there to read and `is_shown`; does not wait.
  virtual void read_all() = 0;

  /// Where the next packet goes: an empty one, whose memory was used before. It counts once it is kept.
  Arrival& next_arrival();
  void keep_arrival() { ++unheard_; }
  Arrival& last_arrival() { return arrivals_[unheard_ - 1]; }
  /// Takes the last one that was kept back.
  void drop_arrival() { --unheard_; }

  /// What each packet that is read tells: whether it carried the kernel's time.
  void note_stamp(bool stamped) { stamped_ = stamped; }

  /// Whether the packet is one of the connection's. Notes the answer to the present barrier.
  bool is_shown(std::span<const std::uint8_t> packet);

 private:
  void aim_probe();

  wire::IpAddress kernel_;
  std::vector<std::uint16_t> kernel_ports_;
  std::vector<wire::IpAddress> peers_;
  std::vector<std::uint16_t> peer_ports_;
  std::vector<Arrival> arrivals_;  ///< their packets' memory is used again
  std::size_t unheard_ = 0;        ///< how many of them `receive` has not shown yet

  std::optional<os::ClosedPort> closed_port_;  ///< opened by the first barrier
  wire::Bytes probe_;
  std::uint32_t probe_seq_ = 0;
  bool probe_answered_ = false;
  bool stamped_ = false;  ///< the last packet carried the kernel's time
};

}  // namespace tcpcraft::transport
