#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <tcpcraft/os/rst_guard.hpp>
#include <tcpcraft/wire/endpoint.hpp>
#include <tcpcraft/wire/seq_num.hpp>

namespace tcpcraft::replay {

/// Two ends, in either order.
struct Pair {
  Pair(const wire::Endpoint& one, const wire::Endpoint& other);
  friend bool operator==(const Pair&, const Pair&) = default;
  wire::Endpoint a, b;

  struct Hash {
    std::size_t operator()(const Pair& pair) const;
  };
};

/// A port that the kernel leaves to us, and where the next connection from it begins.
struct Port {
  wire::Endpoint end;
  os::RstGuard guard;
  wire::SeqNum iss;
};

/// The ports that connections begin at. A guard takes longer than a short connection, so they are used again,
/// the one that has rested longest first: the other side may have the last connection in TIME-WAIT, which a
/// SYN with a higher number ends.
class Ports {
 public:
  explicit Ports(std::uint32_t seed) : random_(seed) {}

  /// A port of that address. Throws os::SystemError where there is none left.
  std::unique_ptr<Port> take(const wire::IpAddress& address);
  /// It was used up to this number.
  void give_back(std::unique_ptr<Port> port, wire::SeqNum last);
  bool owns(const wire::Endpoint& end) const { return owned_.contains(end.port); }

 private:
  std::uint32_t next_random();

  std::uint32_t random_;
  std::list<std::pair<wire::IpAddress, std::deque<std::unique_ptr<Port>>>> free_;
  std::unordered_set<std::uint16_t> owned_;
};

/// As many descriptors as the system lets this process have.
void raise_descriptor_limit();

}  // namespace tcpcraft::replay
