#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::wire {

/// Writes IP datagrams to a capture file (pcapng, nanoseconds, LINKTYPE_RAW) that tcpdump and Wireshark read.
/// What is to be said of them goes with them, as comments. Every packet is in the file when `write` returns,
/// so that the file is whole wherever a run ends.
class PcapWriter {
 public:
  using Comments = std::vector<std::string>;

  /// Creates or replaces the file. Throws std::system_error that names the path where it cannot.
  explicit PcapWriter(const std::filesystem::path& path);
  ~PcapWriter();
  PcapWriter(PcapWriter&&) noexcept;
  PcapWriter& operator=(PcapWriter&&) noexcept;

  /// Begins anew, with no packets and what is to be said of them all. Throws std::system_error.
  void begin(std::string_view comment = {});
  /// Throws std::system_error where the disk refuses; what has been written before stays whole.
  void write(std::span<const std::uint8_t> packet, Time time, const Comments& comments = {});
  /// What is to be said behind the last packet. Throws as `write` does.
  void end(Time time, const Comments& comments);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tcpcraft::wire
