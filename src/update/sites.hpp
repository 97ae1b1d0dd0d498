#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tcpcraft/update/rehearsal.hpp>
#include <tcpcraft/update/text_edit.hpp>

namespace tcpcraft::update {

/// One play of a segment that is expected, and what became of it.
struct SegmentPlay {
  enum class Fate { kept, rewritten, silent, erased };
  const scenario::WrittenSegment* written = nullptr;
  Fate fate = Fate::kept;
  wire::SegmentSpec spec;                 ///< where it is rewritten
  std::string silence;                    ///< where it is silent: `nothing for 20ms`
  const engine::Observed* met = nullptr;  ///< null where nothing is known
  std::string where;                      ///< "[ip=6], round 2 of 3"; may be empty
};

/// A value that is to be edited, and how.
struct Change {
  scenario::Span value;
  Edit edit;
  friend bool operator==(const Change&, const Change&) = default;
};

/// One play of a step of another kind.
struct StepPlay {
  const scenario::Step* step = nullptr;
  std::vector<Change> changes;
  bool erased = false;
  friend bool operator==(const StepPlay& a, const StepPlay& b) {
    return a.changes == b.changes && a.erased == b.erased;
  }
};

/// What stands in a list and was played: a step, or the `use` or `repeat` that others were played from.
struct Behind {
  std::optional<std::size_t> verb;  ///< where the step begins; absent of a `use` or `repeat`
  /// What was inserted behind it, each time that the play came there.
  std::vector<std::vector<Inserted>> inserted;
};

struct Insertion {
  /// Where it may stand, and what is written there.
  struct Place {
    std::size_t at = 0;
    std::vector<Inserted> segments;
  };
  std::vector<Place> behind;    ///< of these, the innermost first
  std::optional<Place> before;  ///< where it comes first of all: the verb of the step behind it
  std::string first;            ///< of the segments
  scenario::Span near;          ///< to point at
};

/// All plays of what stands in the text, by the place where its value begins.
struct Sites {
  std::map<std::size_t, std::vector<SegmentPlay>> segments;
  std::map<std::size_t, std::vector<StepPlay>> steps;
  std::map<std::size_t, Behind> behind;
  std::vector<Insertion> insertions;
};

/// Adds what became of one variant's steps. The rehearsal must outlive the sites.
void add_plays(Sites& sites, const Rehearsal& rehearsal, std::string_view text);

}  // namespace tcpcraft::update
