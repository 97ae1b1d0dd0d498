#pragma once

#include <cstddef>
#include <cstdint>
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
  std::uint64_t number =
      0;  ///< of the packet in the capture, from 1; of a fragmented one, the last fragment's
  wire::Time time;
  wire::Segment segment;        ///< with as much of its data as was captured
  std::uint32_t data_size = 0;  ///< of its data, captured or not
  bool cut = false;             ///< the capture has not all of it
  std::size_t fragments = 1;
  Checksum checksum = Checksum::unknown;
};

/// Where a capture ends to make sense. Everything before it has been read.
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
  std::uint64_t packets = 0;   ///< in the capture
  std::uint64_t segments = 0;  ///< of TCP among them, reassembled
  std::uint64_t others = 0;    ///< packets that are not TCP, or make no sense
  std::uint64_t headless = 0;  ///< packets cut before the end of the TCP header
  std::uint64_t fragments = 0;
  std::uint64_t incomplete_datagrams = 0;
  std::vector<Incomplete> incomplete;  ///< the first of these
  std::optional<Damage> damage;
};

}  // namespace tcpcraft::capture
