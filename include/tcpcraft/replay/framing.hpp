#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <tcpcraft/wire/options.hpp>

namespace tcpcraft::replay {

/// How the packets of a capture become frames of an interface.
class Framing {
 public:
  /// `link` is the capture's DLT, `hardware` the interface's ARPHRD. Nothing where the packets cannot be sent
  /// there as they are: `why_not` says so.
  static std::optional<Framing> between(int link, unsigned hardware);
  static std::string why_not(int link, const std::string& interface);

  /// The frame that a packet makes, until the next one is asked for; nothing for one that is not IP, where
  /// only IP can be sent.
  std::optional<std::span<const std::uint8_t>> frame(std::span<const std::uint8_t> packet);
  /// The size of the header that does not count for the MTU; 0 for interfaces of bare IP.
  std::size_t header_size(std::span<const std::uint8_t> frame) const;

 private:
  enum class Way {
    untouched,        ///< Ethernet to Ethernet, IP to IP
    without_header,   ///< the capture's header was never on a wire
    loopback_header,  ///< the header that all frames on lo have
  };
  Framing(int link, Way way, bool ethernet) : link_(link), way_(way), ethernet_(ethernet) {}
  int link_;
  Way way_;
  bool ethernet_;
  wire::Bytes made_;
};

}  // namespace tcpcraft::replay
