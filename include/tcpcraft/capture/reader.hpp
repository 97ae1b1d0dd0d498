#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/wire/segment.hpp>
#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::capture {

/// What a captured checksum says. The kernel leaves it to a device that may not exist, as on loopback: such a
/// checksum is unfinished, not wrong.
enum class Checksum { right, unfinished, wrong, unknown };

/// A TCP segment of a capture.
struct Packet {
  std::uint64_t number = 0;  ///< of the packet in the file, from 1; of a fragmented one, the last fragment's
  wire::Time time;
  wire::Segment segment;        ///< with as much of its data as was captured
  std::uint32_t data_size = 0;  ///< of its data, captured or not
  bool cut = false;             ///< the capture has not all of it
  std::size_t fragments = 1;
  Checksum checksum = Checksum::unknown;
};

/// Where a file ends to make sense. Everything before it has been read.
struct Damage {
  std::uint64_t packet = 0;  ///< the one that could not be read, from 1; 0 for the file's header
  std::uint64_t offset = 0;  ///< in bytes, where it begins; in a compressed file, behind the decompression
  std::string reason;
};

/// A datagram of which fragments are missing.
struct Incomplete {
  std::uint64_t packet = 0;  ///< the first of its fragments
  wire::IpAddress source, destination;
  std::size_t bytes = 0;  ///< of its payload, captured
};

struct Summary {
  std::uint64_t packets = 0;   ///< in the file
  std::uint64_t segments = 0;  ///< of TCP among them, reassembled
  std::uint64_t others = 0;    ///< packets that are not TCP, or make no sense
  std::uint64_t headless = 0;  ///< packets cut before the end of the TCP header
  std::uint64_t fragments = 0;
  std::uint64_t incomplete_datagrams = 0;
  std::vector<Incomplete> incomplete;  ///< the first of these
  std::optional<Damage> damage;
};

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
  /// Of what has been read so far.
  const Summary& summary() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tcpcraft::capture
