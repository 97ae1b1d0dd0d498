#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include <tcpcraft/capture/packet.hpp>

namespace tcpcraft::capture {

/// Reads pcap and pcapng files, also compressed by gzip or zstd, packet by packet: the memory it takes does
/// not depend on the size of the file. Bytes never make it throw.
class Reader {
 public:
  /// `-` is the standard input. Throws std::system_error where the file cannot be opened.
  explicit Reader(const std::filesystem::path& path);
  /// A file in memory.
  explicit Reader(wire::Bytes bytes);
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  /// The next segment; nothing at the end, or at the damage.
  std::optional<Packet> next();
  /// The messages of ICMP that passed in front of the segment that was read last; each once.
  std::vector<Message> take_messages();
  /// Of what has been read so far.
  const Summary& summary() const;
  /// How many bytes of the file have been read, compressed as they are.
  std::uint64_t position() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tcpcraft::capture
