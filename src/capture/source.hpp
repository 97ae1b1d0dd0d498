#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include <tcpcraft/wire/options.hpp>

namespace tcpcraft::capture {

/// Bytes, one after the other.
class Source {
 public:
  virtual ~Source() = default;
  /// Some bytes, at most `into.size()`; none at the end, or where what follows cannot be read.
  virtual std::size_t read(std::span<std::uint8_t> into) = 0;
  /// How much of the file has been read, as it lies there.
  virtual std::uint64_t position() const = 0;
  /// Why what follows cannot be read; empty where all was.
  const std::string& error() const { return error_; }

 protected:
  std::string error_;
};

/// `-` is the standard input. Throws std::system_error.
std::unique_ptr<Source> open_file(const std::filesystem::path& path);
std::unique_ptr<Source> in_memory(wire::Bytes bytes);
/// What `source` holds, decompressed where it begins as gzip or zstd do.
std::unique_ptr<Source> decompressed(std::unique_ptr<Source> source);

/// A source as the standard library's stream, which libpcap reads from.
class Stream {
 public:
  explicit Stream(std::unique_ptr<Source> source) : source_(std::move(source)) {}
  /// To be closed by the caller, before this ends. Its position can be told, but not changed.
  std::FILE* open();
  std::uint64_t position() const { return source_->position(); }
  const std::string& error() const { return source_->error(); }

 private:
  static ssize_t read(void* self, char* into, std::size_t size);
  static int seek(void* self, off64_t* position, int whence);
  std::unique_ptr<Source> source_;
  off64_t position_ = 0;
};

}  // namespace tcpcraft::capture
