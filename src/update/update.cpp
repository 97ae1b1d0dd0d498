#include <algorithm>
#include <set>
#include <tuple>

#include <tcpcraft/update/correct.hpp>
#include <tcpcraft/update/update.hpp>

#include "sites.hpp"

namespace tcpcraft::update {
namespace {

using scenario::Span;
using wire::Part;
using Fate = SegmentPlay::Fate;

constexpr const char* unusual = "the step is written in a way that cannot be edited";
constexpr const char* by_hand = "rewrite it by hand";

/// One segment as all its plays may have it: `spec` in these parts, and as written in all others.
struct Candidate {
  wire::SegmentSpec spec;
  std::set<Part> parts;
};

bool fits(const Candidate& candidate, const SegmentPlay& play) {
  if (!play.met) return true;
  const wire::SegmentSpec spec = with_parts(play.written->spec, candidate.spec, candidate.parts);
  return engine::differences(spec, play.met->segment, play.met->expectation).empty();
}

/// The least change first; then with what the arithmetic gives left out, which may hold in more plays.
std::vector<Candidate> candidates(const std::vector<SegmentPlay>& plays) {
  std::vector<Candidate> result;
  for (const Numbers numbers : {Numbers::kept, Numbers::derived})
    for (const SegmentPlay& play : plays) {
      if (play.fate != Fate::rewritten) continue;
      wire::SegmentSpec spec = play.spec;
      if (numbers == Numbers::derived && play.met) {
        spec = corrected(play.written->spec, *play.met, numbers);
        spec.within = play.spec.within;
      }
      result.push_back({spec, changed_parts(play.written->spec, spec)});
    }
  return result;
}

std::string outcome(const SegmentPlay& play) {
  switch (play.fate) {
    case Fate::kept:
      return wire::format_spec(play.written->spec);
    case Fate::rewritten:
      return wire::format_spec(play.spec);
    case Fate::silent:
      return play.silence;
    case Fate::erased:
      break;
  }
  return "no such segment";
}

std::string outcome(const StepPlay& play) {
  if (play.erased) return "to be left out";
  return play.changes.empty() ? "right" : "'" + play.changes.front().edit.text + "'";
}

class Updater {
 public:
  Updater(std::string_view text, const std::vector<Rehearsal>& rehearsals) : text_(text) {
    for (const Rehearsal& rehearsal : rehearsals) {
      add_plays(sites_, rehearsal, text);
      for (const scenario::Diagnostic& diagnostic : rehearsal.unresolved()) complain(diagnostic);
    }
  }

  Updated run() {
    for (const auto& [place, plays] : sites_.segments) update_segment(plays);
    for (const auto& [place, plays] : sites_.steps) update_step(plays);
    for (const Insertion& insertion : sites_.insertions) insert(insertion);
    std::stable_sort(result_.unresolved.begin(), result_.unresolved.end(),
                     [](const auto& a, const auto& b) { return a.span.begin < b.span.begin; });
    result_.text = apply(text_, std::move(edits_));
    return std::move(result_);
  }

 private:
  void complain(scenario::Diagnostic diagnostic) {
    if (complaints_.emplace(diagnostic.span.begin, diagnostic.span.end, diagnostic.message).second)
      result_.unresolved.push_back(std::move(diagnostic));
  }
  void complain(Span span, std::string message, std::string hint) {
    complain({span, std::move(message), std::move(hint)});
  }

  void edit(Span span, const std::optional<Edit>& edit) {
    if (edit)
      edits_.push_back(*edit);
    else
      complain(span, unusual, by_hand);
  }

  void update_segment(const std::vector<SegmentPlay>& plays) {
    const auto all = [&](Fate fate) {
      return std::all_of(plays.begin(), plays.end(), [&](const auto& play) { return play.fate == fate; });
    };
    const scenario::WrittenSegment& written = *plays.front().written;
    if (all(Fate::kept)) return;
    if (written.parts.empty())
      return complain(written.span,
                      "the kernel did something else within this built-in block: " + what_came(plays),
                      "write its steps out");
    if (all(Fate::erased)) return erase(written.span);
    const auto same_silence = [&](const SegmentPlay& play) { return play.silence == plays.front().silence; };
    if (all(Fate::silent) && std::all_of(plays.begin(), plays.end(), same_silence))
      return edit(written.span, edit_value(text_, written.span, {{written.span, plays.front().silence}}));
    const bool segments = std::all_of(plays.begin(), plays.end(), [](const SegmentPlay& play) {
      return play.fate == Fate::kept || play.fate == Fate::rewritten;
    });
    for (const Candidate& candidate : candidates(plays)) {
      const auto holds = [&](const SegmentPlay& play) { return fits(candidate, play); };
      if (segments && std::all_of(plays.begin(), plays.end(), holds)) return rewrite(written, candidate);
    }
    const bool came_sometimes = std::none_of(
        plays.begin(), plays.end(), [](const SegmentPlay& play) { return play.fate == Fate::silent; });
    complain(written.span, "no segment is right for all plays of this step: " + what_came(plays),
             !segments && came_sometimes ? "an 'optional' may be what is meant" : by_hand);
  }

  /// The first two outcomes that differ.
  static std::string what_came(const std::vector<SegmentPlay>& plays) {
    const auto changed = std::find_if(plays.begin(), plays.end(),
                                      [](const SegmentPlay& play) { return play.fate != Fate::kept; });
    const auto named = [](const SegmentPlay& play) {
      return outcome(play) + (play.where.empty() ? "" : " in " + play.where);
    };
    const auto other = std::find_if(plays.begin(), plays.end(), [&](const SegmentPlay& play) {
      return outcome(play) != outcome(*changed);
    });
    return named(*changed) + (other == plays.end() ? "" : ", and " + named(*other));
  }

  void rewrite(const scenario::WrittenSegment& written, const Candidate& candidate) {
    std::vector<Edit> edits;
    for (const Part part : candidate.parts) {
      const std::string now = format_part(candidate.spec, part);
      const auto span = written.parts.find(part);
      if (span == written.parts.end()) {
        const std::size_t at = place_for(written, part);
        edits.push_back({{at, at}, " " + now});
      } else if (now.empty()) {
        const std::size_t begin = text_.find_last_not_of(' ', span->second.begin - 1) + 1;
        edits.push_back({{begin, span->second.end}, ""});
      } else {
        edits.push_back({span->second, now});
      }
    }
    edit(written.span, edit_value(text_, written.span, edits));
  }

  /// Behind what stands in front of such a part: fields follow the flags, then options, a payload, a time.
  static std::size_t place_for(const scenario::WrittenSegment& written, Part part) {
    std::size_t place = 0;
    for (const auto& [other, span] : written.parts) {
      const bool goes_before =
          part == Part::within || (part == Part::payload ? other != Part::within : other < Part::options);
      if (goes_before) place = std::max(place, span.end);
    }
    return place;
  }

  void erase(Span value) {
    // The step begins with its verb, an item of an `any-order` may do without.
    constexpr std::string_view verbs[] = {"expect", "optional"};
    std::size_t begin = value.begin;
    const std::size_t colon = text_.find_last_not_of(' ', begin - 1);
    for (const std::string_view verb : verbs)
      if (colon != text_.npos && text_[colon] == ':' && text_.substr(0, colon).ends_with(verb))
        begin = colon - verb.size();
    const auto item = Item::find(text_, begin);
    edit(value, item ? item->remove(value.end) : std::nullopt);
  }

  void update_step(const std::vector<StepPlay>& plays) {
    const scenario::Step& step = *plays.front().step;
    const auto other = std::find_if(plays.begin(), plays.end(),
                                    [&](const StepPlay& play) { return !(play == plays.front()); });
    if (other != plays.end())
      return complain(step.value,
                      "the plays of this step differ: " + outcome(plays.front()) + ", and " + outcome(*other),
                      by_hand);
    if (plays.front().erased) return erase(step.value);
    for (const Change& change : plays.front().changes)
      edit(step.value, edit_value(text_, change.value, {change.edit}));
  }

  void insert(const Insertion& insertion) {
    for (const Insertion::Place& place : insertion.behind) {
      const Behind& behind = sites_.behind[place.at];
      const bool always = std::all_of(behind.inserted.begin(), behind.inserted.end(),
                                      [&](const auto& segments) { return segments == place.segments; });
      if (!always) continue;
      const auto item = behind.verb ? Item::find(text_, *behind.verb) : Item::find_around(text_, place.at);
      if (!item) continue;
      if (inserted_.insert(item->begin()).second) edits_.push_back(item->insert_after(place.segments));
      return;
    }
    const auto item = insertion.before ? Item::find(text_, insertion.before->at) : std::nullopt;
    if (item) {
      if (inserted_.insert(item->begin() + 1).second)
        edits_.push_back(item->insert_before(insertion.before->segments));
      return;
    }
    complain(insertion.near,
             "the kernel sent " + insertion.first + " behind this step, but not each time it is played",
             by_hand);
  }

  std::string_view text_;
  Sites sites_;
  Updated result_;
  std::vector<Edit> edits_;
  std::set<std::tuple<std::size_t, std::size_t, std::string>> complaints_;
  std::set<std::size_t> inserted_;
};

}  // namespace

Updated updated(std::string_view text, const std::vector<Rehearsal>& rehearsals) {
  return Updater(text, rehearsals).run();
}

}  // namespace tcpcraft::update
