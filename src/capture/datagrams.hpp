#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <span>

#include <tcpcraft/capture/packet.hpp>

namespace tcpcraft::capture {

/// An IP datagram that carries TCP, put together.
struct Datagram {
  wire::Bytes bytes;       ///< as much of it as was captured
  std::size_t length = 0;  ///< by its header
  std::size_t tcp = 0;     ///< where the TCP header begins
  std::size_t fragments = 1;
  bool detours = false;  ///< a routing header leads elsewhere: the destination is not the checksum's
};

/// Puts fragments together (RFC 791, section 3.2; RFC 8200, section 4.5). Fragments that overlap otherwise
/// than as copies are dropped with their datagram (RFC 5722); so is what is not complete within a minute of
/// the capture's time, and the oldest where too many are incomplete.
class Datagrams {
 public:
  explicit Datagrams(Summary& summary) : summary_(summary) {}

  /// The datagram that this packet is or completes. `length` is that of the packet on the wire.
  std::optional<Datagram> take(std::span<const std::uint8_t> packet, std::size_t length, std::uint64_t number,
                               wire::Time time);
  /// No more packets come.
  void end();

 private:
  struct Key {
    wire::IpAddress source, destination;
    std::uint32_t id = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Fragment {
    Key key;
    std::span<const std::uint8_t> header;  ///< that of the datagram
    std::span<const std::uint8_t> data;    ///< as much as was captured
    std::size_t offset = 0, length = 0;
    bool more = false;
  };
  struct Pending {
    Key key;
    std::uint64_t packet = 0;
    wire::Time time;
    wire::Bytes header, data;
    std::map<std::size_t, std::size_t> ranges;  ///< begin to end
    std::size_t covered = 0;
    std::optional<std::size_t> total;
    std::size_t cut_at = SIZE_MAX;
  };

  std::optional<Datagram> take_v4(std::span<const std::uint8_t> packet, std::size_t length);
  std::optional<Datagram> take_v6(std::span<const std::uint8_t> packet, std::size_t length);
  std::optional<Datagram> add(const Fragment& fragment);
  bool fits(const Pending& pending, const Fragment& fragment) const;
  std::optional<Datagram> finish(std::list<Pending>::iterator pending);
  std::list<Pending>::iterator pending_of(const Key& key);
  void give_up(std::list<Pending>::iterator pending);
  std::nullopt_t other() {
    ++summary_.others;
    return std::nullopt;
  }
  std::nullopt_t headless() {
    ++summary_.headless;
    return std::nullopt;
  }

  Summary& summary_;
  std::list<Pending> pending_;  ///< the oldest first
  std::uint64_t number_ = 0;
  wire::Time time_;
};

}  // namespace tcpcraft::capture
