#pragma once

#include <filesystem>
#include <string>

#include <tcpcraft/engine/player.hpp>
#include <tcpcraft/wire/pcap.hpp>

namespace tcpcraft::runner {

/// Writes every packet to a capture file, with the checksums completed that the kernel leaves out on
/// loopback.
class Capture : public engine::Tap {
 public:
  /// Throws std::system_error where the file cannot be made.
  explicit Capture(const std::filesystem::path& path) : writer_(path) {}
  void packet(const transport::Arrival& arrival, engine::Party from) override;

  /// Forgets all packets, for another run.
  void restart();
  /// Why packets are missing at its end; empty where none are. A full disk is no reason to stop the run.
  const std::string& error() const { return error_; }

 private:
  std::string error_;
  wire::PcapWriter writer_;
};

}  // namespace tcpcraft::runner
