#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/engine/result.hpp>
#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::testing {

/// Where scenarios are, and how they are played.
struct Options {
  /// Where a relative path is looked for, in this order; the folders that the environment variable
  /// TCPCRAFT_SCENARIOS names (separated by colons) come before all of them.
  std::vector<std::string> folders = {"."};
  std::string captures = {};               ///< the folder for captures; empty: none are written
  std::optional<std::uint64_t> seed = {};  ///< for what a scenario leaves to chance; none: another each time
};

/// What became of one variant of a scenario.
struct Played {
  std::string name;  ///< `close/half_close.scn[ip=6]`
  std::string file;  ///< the path that was found; of a text, what it is called
  engine::Verdict verdict = engine::Verdict::error;
  std::size_t line = 0;  ///< in the file, from 1, where it failed or is invalid; 0 where it is about no line
  std::string text;  ///< of a failure all that `tcpcraft run` prints of it; else the reason, if there is one
  wire::Duration took{};
};

/// Plays a scenario file, each of its variants in a process and a network of its own, and waits for their
/// end. Behind the path, `[ip=6]` chooses variants. What was inconclusive because the machine was busy is
/// played again, a few times. A file that cannot be found or read is one result with the verdict error; where
/// the system forbids private networks, all are skips and say so. Never throws for any of that.
///
/// It forks. In a program with several threads, the child has this one only, and uses nothing of the
/// program's but memory; the C library keeps that usable.
std::vector<Played> play(const std::string& path, const Options& options = {});

/// The same for a scenario that is given as text; `name` is what failures call it. Files that it names are
/// looked for beside `name`.
std::vector<Played> play_text(const std::string& text, const std::string& name = "scenario",
                              const Options& options = {});

/// The `.scn` files of a folder and its folders, in the order of their names, as `play` finds them: the
/// values of a parameterized test. None where there is no such folder.
std::vector<std::string> scenarios_in(const std::string& folder, const Options& options = {});

}  // namespace tcpcraft::testing
