#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include <tcpcraft/runner/pool.hpp>

namespace tcpcraft::cli {

/// One line at the bottom of a terminal that tells how far a run is. It is taken away before anything else is
/// printed, and nowhere to be seen where the output is no terminal.
class Progress {
 public:
  Progress(std::size_t total, bool wanted);
  ~Progress() { erase(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Prints in the line's place, which comes back with the next update.
  void print(const std::string& text);
  void add_failure() { ++failed_; }
  /// `oldest` is the name of what has been running longest.
  void update(const runner::Busy& busy, const std::string& oldest);
  /// Any other line.
  void show(const std::string& line);
  bool is_shown() const { return shown_; }
  /// Whether it is shown, and was not within the last tenth of a second.
  bool is_due();

 private:
  void erase();
  bool shown_;
  bool drawn_ = false;
  std::size_t total_, failed_ = 0;
  std::chrono::steady_clock::time_point last_{};
};

/// How far a file has been read.
class FileShare {
 public:
  explicit FileShare(const std::filesystem::path& path);
  /// `43%; `, or nothing where the size of the file is not known.
  std::string at(std::uint64_t position) const;

 private:
  std::uintmax_t size_ = 0;
};

}  // namespace tcpcraft::cli
