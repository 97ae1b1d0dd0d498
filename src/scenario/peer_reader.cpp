#include "peer_reader.hpp"

#include <algorithm>

namespace tcpcraft::scenario {
namespace {

/// Each has a socket of its own, and the server's side another one.
constexpr std::size_t most_peers = 250;

/// An address that no host has: one of RFC 5737, or of RFC 3849.
wire::IpAddress documentation_address(bool v6, std::uint8_t last) {
  if (!v6) return wire::IpAddress::v4({192, 0, 2, last});
  return wire::IpAddress::v6({0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last});
}

}  // namespace

void PeerReader::exclude_other(const yaml::Node& key) {
  if (key_)
    context_.error(key.span, "a scenario has 'peer' or 'peers', not both",
                   "name every peer in 'peers'; steps without a name are about the first");
  key_ = key.span;
}

void PeerReader::read_peer(const yaml::Node& value, const yaml::Node& key) {
  const bool other = key_.has_value();
  exclude_other(key);
  Written written = read_one(value, "peer");
  if (!other) written_ = {std::move(written)};
}

void PeerReader::read_peers(const yaml::Node& value, const yaml::Node& key) {
  exclude_other(key);
  readable_ = value.kind == yaml::Node::Kind::map && !value.entries.empty();
  if (!readable_)
    return context_.error(value.span, "'peers' is a map of names to peers", "peers: {a: {}, b: {}}");
  if (value.entries.size() > most_peers)
    context_.error(value.entries[most_peers].key.span, "these are too many peers",
                   "at most " + std::to_string(most_peers));
  written_.clear();
  for (const auto& [name, peer] : value.entries) {
    const auto same = [&name = name](const Written& other) { return other.peer.name == name.text; };
    if (!is_name(name.text))
      context_.error(name.span, "'" + name.text + "' cannot be a name", "letters, digits, '-' and '_'");
    else if (std::any_of(written_.begin(), written_.end(), same))
      context_.error(name.span, "the key '" + name.text + "' is given twice");
    written_.push_back(read_one(peer, "peers." + name.text));
    written_.back().peer.name = name.text;
  }
}

PeerNames PeerReader::names() const {
  if (!readable_) return {};
  std::vector<std::string> names;
  for (const Written& written : written_)
    if (!written.peer.name.empty()) names.push_back(written.peer.name);
  return names;
}

PeerReader::Written PeerReader::read_one(const yaml::Node& node, const std::string& path) {
  Written written;
  Peer& peer = written.peer;
  context_.read_map(
      node, "'" + path + "'",
      {
          {"address", [&](const auto& v, const auto&) { read_address(v, path + ".address", written); }},
          {"iss",
           [&](const auto& v, const auto&) {
             if (const auto n = context_.integer(v, path + ".iss", 0, 0xffffffff))
               peer.iss = static_cast<std::uint32_t>(*n);
           }},
          {"window",
           [&](const auto& v, const auto&) {
             peer.window =
                 static_cast<std::uint16_t>(context_.integer(v, path + ".window", 0, 65535).value_or(65535));
           }},
          {"options", [&](const auto& v, const auto&) { peer.options = read_options(v, path + ".options"); }},
      });
  return written;
}

void PeerReader::read_address(const yaml::Node& node, const std::string& path, Written& written) {
  const auto text = context_.text(node, path);
  if (!text) return;
  if (const auto address = wire::IpAddress::parse(*text)) {
    written.peer.address = *address;
  } else if (const auto endpoint = wire::Endpoint::parse(*text); endpoint && endpoint->port != 0) {
    written.peer.address = endpoint->address;
    written.peer.port = endpoint->port;
  } else {
    return context_.error(node.span, "not an address",
                          "an IP address, with or without a port: 127.0.0.1:40000");
  }
  written.address = node.span;
}

PeerOptions PeerReader::read_options(const yaml::Node& node, const std::string& path) {
  PeerOptions options;
  context_.read_map(
      node, "'" + path + "'",
      {
          {"mss",
           [&](const auto& v, const auto&) {
             if (const auto n = context_.integer(v, "mss", 0, 65535))
               options.mss = static_cast<std::uint16_t>(*n);
           }},
          {"wscale",
           [&](const auto& v, const auto&) {
             if (const auto n = context_.integer(v, "wscale", 0, 255))
               options.wscale = static_cast<std::uint8_t>(*n);
           }},
          {"sack",
           [&](const auto& v, const auto&) { options.sack = context_.boolean(v, "sack").value_or(false); }},
          {"timestamps",
           [&](const auto& v, const auto&) {
             options.timestamps = context_.boolean(v, "timestamps").value_or(false);
           }},
      });
  return options;
}

/// Where the scenario does not say otherwise, on loopback both sides have one address, on a device each has
/// one of its own.
std::vector<Peer> PeerReader::settle(Kernel& kernel, std::optional<Span> kernel_span) {
  if (kernel.link == Wire::tun) settle_device(kernel.address.address, kernel_span);
  std::vector<Peer> peers;
  for (std::size_t i = 0; i < written_.size(); ++i) {
    Peer& peer = written_[i].peer;
    if (kernel.link != Wire::tun && !written_[i].address) peer.address = kernel.address.address;
    if (written_[i].address) check(kernel, i);
    peers.push_back(peer);
  }
  return peers;
}

void PeerReader::settle_device(wire::IpAddress& kernel, std::optional<Span> kernel_span) {
  const auto is_given = [](const Written& written) { return written.address.has_value(); };
  const auto given = std::find_if(written_.begin(), written_.end(), is_given);
  const bool v6 = kernel_span ? kernel.is_v6() : given != written_.end() && given->peer.address.is_v6();
  const auto is_peer = [&](const wire::IpAddress& address) {
    const auto has_it = [&](const Written& written) {
      return is_given(written) && written.peer.address == address;
    };
    return std::any_of(written_.begin(), written_.end(), has_it);
  };
  const wire::IpAddress first = documentation_address(v6, 1), second = documentation_address(v6, 2);
  if (!kernel_span) {
    kernel = second;
    if (is_peer(kernel)) kernel = first;
    for (std::uint8_t last = 3; is_peer(kernel); ++last) kernel = documentation_address(v6, last);
  }
  refuse_loopback(kernel, kernel_span, kernel.is_v6() ? "[2001:db8::2]:9877" : "192.0.2.2:9877");
  for (Written& written : written_) {
    wire::IpAddress& peer = written.peer.address;
    if (!written.address) peer = kernel == first ? second : first;
    refuse_loopback(peer, written.address, peer.is_v6() ? "2001:db8::1" : "192.0.2.1");
    if (peer == kernel && written.address)
      context_.error(*written.address, "the two ends of a device have two addresses",
                     "the kernel is at " + kernel.to_string());
  }
}

void PeerReader::refuse_loopback(const wire::IpAddress& address, std::optional<Span> span,
                                 const std::string& other) {
  if (span && address.is_loopback())
    context_.error(*span, "a loopback address cannot be reached over a device", "one such as " + other);
}

/// The address of the peer `index`, which is written, against those of the kernel and of the peers before.
void PeerReader::check(const Kernel& kernel, std::size_t index) {
  const Peer& peer = written_[index].peer;
  const Span span = *written_[index].address;
  if (peer.address.is_v6() != kernel.address.address.is_v6())
    context_.error(span, "the peer and the kernel are of different IP versions",
                   "the kernel is at " + kernel.address.to_string());
  else if (peer.address == kernel.address.address && peer.port == kernel.address.port)
    context_.error(span, "this is the kernel's own address and port");
  for (std::size_t i = 0; i < index; ++i)
    if (const Peer& other = written_[i].peer;
        peer.port && peer.port == other.port && peer.address == other.address)
      context_.error(span, "this is the address and port of '" + other.name + "' already");
}

}  // namespace tcpcraft::scenario
