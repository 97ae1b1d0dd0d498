#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::wire {

/// Writes IP datagrams to a capture file (pcap, nanoseconds, LINKTYPE_RAW) that tcpdump and Wireshark read.
/// Every packet is in the file when `write` returns, so that the file is whole wherever a run ends.
class PcapWriter {
 public:
  /// Creates or replaces the file. Throws std::system_error that names the path where it cannot.
  explicit PcapWriter(const std::filesystem::path& path);
  ~PcapWriter();
  PcapWriter(PcapWriter&&) noexcept;
  PcapWriter& operator=(PcapWriter&&) noexcept;

  /// Throws std::system_error where the disk refuses; what has been written before stays whole.
  void write(std::span<const std::uint8_t> packet, Time time);
  /// Takes all packets out again. Throws std::system_error.
  void clear();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tcpcraft::wire
