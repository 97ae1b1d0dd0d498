#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace tcpcraft::scenario {

/// A stretch of a source text, in bytes: from `begin` up to, but without, `end`.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  friend bool operator==(Span, Span) = default;
};

/// Where a byte stands, counted from 1. Columns count characters, not bytes.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};

/// A text and what it is called in messages.
struct Source {
  std::string name;
  std::string text;

  Position position(std::size_t offset) const;
  /// Line `number`, counted from 1, without its end; empty past the last.
  std::string_view line(std::size_t number) const;
};

/// Reads a file. Throws std::system_error that names it.
Source load(const std::filesystem::path& path);

}  // namespace tcpcraft::scenario
