#pragma once

#include <optional>
#include <string>
#include <vector>

#include "context.hpp"

namespace tcpcraft::scenario {

/// Reads the crafted sides of a scenario: `peer`, or `peers` with their names.
class PeerReader {
 public:
  explicit PeerReader(Context& context) : context_(context) {}

  void read_peer(const yaml::Node& value, const yaml::Node& key);
  void read_peers(const yaml::Node& value, const yaml::Node& key);

  PeerNames names() const;

  /// Gives both sides the addresses that were not written, and returns the peers.
  std::vector<Peer> settle(Kernel& kernel, std::optional<Span> kernel_address);

 private:
  /// A peer, and where its address is written.
  struct Written {
    Peer peer;
    std::optional<Span> address = {};
  };

  void exclude_other(const yaml::Node& key);
  Written read_one(const yaml::Node& node, const std::string& path);
  void read_address(const yaml::Node& node, const std::string& path, Written& written);
  PeerOptions read_options(const yaml::Node& node, const std::string& path);
  void settle_device(wire::IpAddress& kernel, std::optional<Span> kernel_span);
  void refuse_loopback(const wire::IpAddress& address, std::optional<Span> span, const std::string& other);
  void check(const Kernel& kernel, std::size_t index);

  Context& context_;
  std::vector<Written> written_ = std::vector<Written>(1);
  std::optional<Span> key_;  ///< `peer` or `peers`
  bool readable_ = true;
};

}  // namespace tcpcraft::scenario
