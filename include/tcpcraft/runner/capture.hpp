#pragma once

#include <filesystem>
#include <string>

#include <tcpcraft/engine/player.hpp>
#include <tcpcraft/engine/result.hpp>
#include <tcpcraft/wire/pcap.hpp>

namespace tcpcraft::runner {

/// Writes every packet to a capture file, with the checksums completed that the kernel leaves out on
/// loopback. What no packet shows is in comments: the network and the application of the side under test in
/// that of the file, each socket call in that of the next packet.
class Capture : public engine::Tap {
 public:
  /// Throws std::system_error where the file cannot be made.
  explicit Capture(const std::filesystem::path& path) : writer_(path) {}
  void began(const scenario::Scenario& scenario, const engine::Setup& setup) override;
  void packet(const transport::Arrival& arrival, engine::Party from) override;
  /// The application made a call.
  void call(const scenario::Scenario& scenario, const engine::PassedCall& call);
  /// Nothing more comes. What was waited for is noted here.
  void end(const scenario::Scenario& scenario, const engine::Result& result);

  /// Forgets all packets, for another run.
  void restart();
  /// Why packets are missing at its end; empty where none are. A full disk is no reason to stop the run.
  const std::string& error() const { return error_; }

 private:
  struct Said {
    std::string text;
    wire::Time time;
  };
  wire::PcapWriter::Comments take_said(wire::Time time);
  template <class Write>
  void attempt(Write write);

  std::string error_;
  std::vector<Said> said_;  ///< since the last packet
  wire::Time last_;
  wire::PcapWriter writer_;
};

}  // namespace tcpcraft::runner
