#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include <tcpcraft/capture/reader.hpp>

namespace tcpcraft::capture {

/// A packet as the file has it, whatever it is.
struct Record {
  std::uint64_t number = 0;  ///< in the file, from 1
  wire::Time time;
  std::uint32_t length = 0;             ///< on the wire; beyond `bytes`, the snap length cut the rest
  std::span<const std::uint8_t> bytes;  ///< with the link layer's header; until the next one is read

  bool is_cut() const { return bytes.size() < length; }
};

/// Reads the files that `Reader` reads, down to the packets and no further.
class RecordReader {
 public:
  /// `-` is the standard input. Throws std::system_error where the file cannot be opened.
  explicit RecordReader(const std::filesystem::path& path);
  /// A file in memory.
  explicit RecordReader(wire::Bytes bytes);
  ~RecordReader();
  RecordReader(RecordReader&&) noexcept;
  RecordReader& operator=(RecordReader&&) noexcept;

  /// The link type of all packets, one of libpcap's DLT; nothing where the file is no capture.
  std::optional<int> link() const;
  /// The next packet; nothing at the end, or at the damage.
  std::optional<Record> next();
  /// How many have been read.
  std::uint64_t packets() const;
  /// How many bytes of the file, compressed as they are.
  std::uint64_t position() const;
  const std::optional<Damage>& damage() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tcpcraft::capture
