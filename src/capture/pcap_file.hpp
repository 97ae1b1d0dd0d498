#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include <tcpcraft/capture/packet.hpp>

#include "source.hpp"

struct pcap;
struct pcap_pkthdr;

namespace tcpcraft::capture {

/// A file as libpcap reads it, frame by frame, to its end or to where it makes no sense any more.
class PcapFile {
 public:
  explicit PcapFile(std::unique_ptr<Source> source);
  PcapFile(const PcapFile&) = delete;
  PcapFile& operator=(const PcapFile&) = delete;

  struct Frame {
    const pcap_pkthdr* header;  ///< the fraction of its second is in nanoseconds
    const std::uint8_t* data;
  };
  /// Until the next one is read.
  std::optional<Frame> next();
  /// Nothing more is read, because of this.
  void refuse(const std::string& reason) { end(0, reason); }

  /// Nothing where the file is no capture.
  pcap* handle() const { return handle_.get(); }
  std::uint64_t position() const { return stream_.position(); }
  std::uint64_t frames() const { return frames_; }
  const std::optional<Damage>& damage() const { return damage_; }

 private:
  struct Closer {
    void operator()(pcap* handle) const;
  };
  void end(std::uint64_t packet, const std::string& reason);

  Stream stream_;  // outlives the handle, which closes the file
  std::unique_ptr<pcap, Closer> handle_;
  std::FILE* file_ = nullptr;
  std::int64_t offset_ = 0;
  bool is_over_ = false;
  std::uint64_t frames_ = 0;
  std::optional<Damage> damage_;
};

}  // namespace tcpcraft::capture
