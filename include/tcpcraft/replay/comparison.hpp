#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/wire/options.hpp>

namespace tcpcraft::replay {

/// A place in one side's stream. The SYN is 0, the first byte 1, whatever the number on the wire; it never
/// wraps.
using Offset = std::int64_t;

/// What is left out of a comparison: POSIX extended regular expressions over bytes, each applied to every
/// line.
class Masks {
 public:
  /// Throws std::invalid_argument, which says what is wrong with which of them.
  explicit Masks(const std::vector<std::string>& patterns);
  ~Masks();
  Masks(const Masks&) = delete;
  Masks& operator=(const Masks&) = delete;

  bool empty() const { return patterns_.empty(); }
  /// The line without what matches. A line of which nothing but its end would be left is nothing.
  wire::Bytes apply(wire::Bytes line) const;

 private:
  struct Pattern;
  std::vector<std::unique_ptr<Pattern>> patterns_;
};

/// The first place where two streams differ.
struct Difference {
  Offset offset = 0;       ///< in bytes from 0, in the capture
  Offset live_offset = 0;  ///< in the live stream, which masks can make another
  wire::Bytes before;      ///< the last bytes that were the same
  wire::Bytes captured;    ///< from there on, as far as it is known; empty: it ended
  wire::Bytes live;        ///< the same
};

/// Compares what the other side said in the capture with what it says now, in order, as both come in. What
/// was compared is forgotten. With masks it goes line by line, of at most `longest_line` bytes.
class Comparison {
 public:
  static constexpr std::size_t longest_line = 65536;

  /// `masks` must outlive it.
  explicit Comparison(const Masks& masks) : masks_(masks) {}

  void captured(const wire::Bytes& bytes);
  void live(const wire::Bytes& bytes);
  /// No more will come: what is left is compared, an unfinished line too.
  void captured_ended();
  void live_ended();

  const std::optional<Difference>& difference() const { return difference_; }
  /// How much of the captured stream has been said again.
  Offset matched() const { return captured_.taken; }
  /// Whether that much of it has been, unfinished lines included.
  bool has_reached(Offset offset) const;
  std::size_t captured_pending() const { return captured_.size(); }
  std::size_t live_pending() const { return live_.size(); }
  /// What would come next in the capture.
  wire::Bytes captured_next() const { return captured_.first(context); }
  Difference here() const;

 private:
  static constexpr std::size_t context = 32;

  struct Stream {
    wire::Bytes bytes;
    std::size_t begin = 0;     ///< of what has not been compared
    std::size_t searched = 0;  ///< behind `begin`, where no line ends
    Offset taken = 0;
    bool ended = false;

    std::size_t size() const { return bytes.size() - begin; }
    const std::uint8_t* data() const { return bytes.data() + begin; }
    wire::Bytes first(std::size_t count) const;
    void take(std::size_t count);
    std::size_t line();  ///< the length of its first line; 0 where that is not finished
  };
  void compare();
  void compare_bytes();
  void compare_lines();
  /// The next line that masks leave something of. False where it is not finished.
  bool next_line(Stream& stream, wire::Bytes& line, std::size_t& size);
  void note_lines(const wire::Bytes& captured, std::size_t captured_size, const wire::Bytes& live,
                  std::size_t live_size);
  void remember(const wire::Bytes& bytes);

  const Masks& masks_;
  Stream captured_, live_;
  wire::Bytes before_;
  std::optional<Difference> difference_;
};

}  // namespace tcpcraft::replay
