#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/report/explanation.hpp>
#include <tcpcraft/results/ladder.hpp>

namespace tcpcraft::report {

/// The segments of a capture as rows of ladder diagrams, a ladder for each connection.
class LadderRows {
 public:
  /// The ladder of this segment's connection, as far as it is known before: no rows.
  static results::Ladder ladder_of(const explain::Explained& first);
  /// The segment's row, and before it one for the time that passed where that is long.
  std::vector<results::LadderRow> rows_of(const capture::Packet& packet, const explain::Explained& explained);
  void forget(std::size_t connection) { courses_.erase(connection); }

 private:
  struct Course {
    wire::Time begin, last;
    std::array<std::optional<model::State>, 2> states;
  };
  std::map<std::size_t, Course> courses_;  ///< by the connection's number
};

/// What is wrong with a segment, and what it shows to be wrong: each a sentence with the rule behind it.
std::vector<std::string> wrongs_of(const explain::Explained& explained, bool live);

}  // namespace tcpcraft::report
