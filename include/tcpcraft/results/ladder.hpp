#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/results/record.hpp>

namespace tcpcraft::results {

/// One row of a ladder diagram: the peer's line on the left, the kernel's on the right, time running down.
struct LadderRow {
  enum class Shape {
    to_kernel,  ///< an arrow from left to right
    to_peer,    ///< and from right to left
    missing,    ///< one from right to left that was wanted, and is not there
    at_kernel,  ///< beside the kernel's line: a call, or what is known of its state
    note,       ///< between the lines
    pause,      ///< between the lines, which are broken: time passed
  };
  Shape shape = Shape::note;
  const Event* event = nullptr;  ///< none where a pause is nobody's, or stands for what is left out
  wire::Duration at{};           ///< since the start
  std::string text;              ///< `SYN seq=0`, `silence, 200 ms`
  std::string expected;          ///< instead; where it failed
  std::size_t peer = 0;          ///< whose connection it is
  std::string state;             ///< the kernel's, from here on; empty where it stays
  bool failed = false;
};

/// A ladder diagram of a run: what each rendering of it draws.
struct Ladder {
  std::vector<std::string> peers;  ///< their names; one, perhaps without a name, at least
  std::vector<LadderRow> rows;
};

/// Rows past `max_rows` are left out in the middle, which a pause says. Refers to the record's events.
Ladder lay_out(const Record& record, std::size_t max_rows = 400);

/// `0.149`: in milliseconds, never below 0.
std::string format_milliseconds(wire::Duration time);
/// `200 ms`, `1.5 s`, `40 us`: rounded for reading.
std::string format_pause(wire::Duration duration);

}  // namespace tcpcraft::results
