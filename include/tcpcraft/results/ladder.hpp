#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/results/record.hpp>

namespace tcpcraft::results {

/// One row of a ladder diagram: a side's line on the left, the other's on the right, time running down.
struct LadderRow {
  enum class Shape {
    to_right,  ///< an arrow from left to right
    to_left,   ///< and from right to left
    missing,   ///< one from right to left that was wanted, and is not there
    at_right,  ///< beside the right line: a call, or what is known of that side's state
    note,      ///< between the lines
    pause,     ///< between the lines, which are broken: time passed
  };
  Shape shape = Shape::note;
  wire::Duration at{};              ///< since the start
  std::string text;                 ///< `SYN seq=0`, `silence, 200 ms`
  std::string expected;             ///< instead; where it failed
  std::string result;               ///< of a call, or of a check that failed
  std::string title;                ///< what more there is to say of it
  std::vector<std::string> below;   ///< what an arrow means, and what is wrong with it where it failed
  std::optional<std::size_t> step;  ///< of a scenario
  std::optional<std::size_t> peer;  ///< whose connection it is, an index of Ladder::peers
  std::string name;                 ///< of that peer, or of the connection, where there are several
  std::string state, left_state;    ///< of right and left, from here on; empty where it stays
  bool icmp = false, call = false;
  bool own = true;  ///< it is an event; a pause may be nobody's, or stand for what is left out
  bool failed = false;
};

/// A ladder diagram: what each rendering of it draws.
struct Ladder {
  struct Side {
    std::string name, address;
    std::string state;  ///< before the first row; empty where it is not known
  };
  std::string title;
  Side left, right;
  bool left_has_states = false;    ///< there is a place for them
  std::vector<std::string> peers;  ///< the names of several that are the left side; or of connections
  std::vector<LadderRow> rows;
};

/// A run: the peer is the left side, the kernel the right. Rows past `max_rows` are left out in the middle,
/// which a pause says.
Ladder lay_out(const Record& record, std::size_t max_rows = 400);

/// The diagram as an element `svg`. Colours and fonts are the page's: `html_style`.
std::string ladder_svg(const Ladder& ladder);

/// `0.149`: in milliseconds, never below 0.
std::string format_milliseconds(wire::Duration time);
/// `200 ms`, `1.5 s`, `40 us`: rounded for reading.
std::string format_pause(wire::Duration duration);

}  // namespace tcpcraft::results
