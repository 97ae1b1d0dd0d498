#pragma once

#include <optional>
#include <span>

#include <tcpcraft/capture/packet.hpp>

#include "datagrams.hpp"

struct pcap;
struct pcap_pkthdr;

namespace tcpcraft::capture {

/// What a file and a live interface have in common: frames, as libpcap hands them over, to TCP segments.
class Decoder {
 public:
  /// The next frame; its fraction of a second is in nanoseconds. Nothing where it completes no TCP segment.
  std::optional<Packet> take(int link, const pcap_pkthdr& header, const std::uint8_t* data);
  /// No more frames come.
  void end() { datagrams_.end(); }

  Summary summary;
  std::vector<Message> messages;  ///< of ICMP, the latest

 private:
  Datagrams datagrams_{summary};
};

/// When a frame passed.
wire::Time stamp_of(const pcap_pkthdr& header);

/// Why frames of this capture cannot be read; nothing where they can.
std::optional<std::string> link_problem(pcap* handle);

}  // namespace tcpcraft::capture
