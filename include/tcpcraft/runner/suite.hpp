#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/runner/isolate.hpp>
#include <tcpcraft/runner/pool.hpp>
#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::runner {

/// Plays many scenarios side by side, each in a process of its own, and tells of them in their order.
///
/// How busy the machine is decides nothing: what was inconclusive is played again when all others are done,
/// alone, up to nine times more, and told of then. Where one is played at a time that is at once.
struct Suite {
  std::size_t width = 1;  ///< how many at a time; the output of one at a time is not held back
  std::optional<wire::Duration> timeout = {};  ///< of one: it is stopped, and an error
  bool bad_news_first = false;  ///< failures and errors are told of as they are found, not in their order
  bool fail_fast = false;       ///< no more are started after the first that fails or is an error
  std::size_t retries = 0;      ///< how often one that fails is played again, alone, in the same way
  std::vector<std::size_t> order = {};  ///< in which several are started; empty: as they are numbered
  bool in_process = false;  ///< one after another in this process: nothing else must need it any more
  /// Called about ten times a second with what is being played.
  std::function<void(const Busy&)> on_tick = {};

  /// Plays scenarios 0 to `count`-1 with `play`, in the child; `tell` hears of each with what it wrote to
  /// standard output. Those that were not started, because of an interrupt or a failure, are not told of.
  void run(
      std::size_t count, const std::function<Outcome(std::size_t number)>& play,
      const std::function<void(std::size_t number, const Outcome&, const std::string& output)>& tell) const;
};

}  // namespace tcpcraft::runner
