#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace tcpcraft::explain {

/// What the numbers of the IP packets tell of a packet and the one that its side sent before.
enum class Link {
  unknown,  ///< it has no number, or was overtaken
  follows,  ///< none is missing between them, not even a bare ACK, which nothing else would show
  gap
};

/// Many systems number the IP packets of a connection one by one, also those that a device is yet to cut.
class PacketIds {
 public:
  /// A device makes at least so many packets of it.
  void add(std::uint16_t id, std::size_t pieces) {
    if (id == 0) return;
    const auto next = static_cast<std::uint16_t>(id + pieces);
    if (!next_ || ahead(next) > 0) next_ = next;
  }
  Link link(std::uint16_t id) const {
    if (!next_ || id == 0 || ahead(id) < 0) return Link::unknown;
    return ahead(id) == 0 ? Link::follows : Link::gap;
  }

 private:
  std::int16_t ahead(std::uint16_t id) const { return static_cast<std::int16_t>(id - *next_); }

  std::optional<std::uint16_t> next_;
};

}  // namespace tcpcraft::explain
