#include "sites.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <tcpcraft/update/correct.hpp>

namespace tcpcraft::update {
namespace {

using scenario::Span;

constexpr std::string_view digits = "0123456789";

Change whole(Span value, std::string text) {
  return {value, {value, std::move(text)}};
}

std::string format_silence(const scenario::Silence& silence) {
  return silence.duration ? "nothing for " + wire::format_duration(*silence.duration) : "nothing";
}

std::string format_stated(const scenario::AppCall& call) {
  const auto* text = call.result ? std::get_if<wire::Bytes>(&*call.result) : nullptr;
  return text ? wire::format_payload(*text, std::numeric_limits<std::size_t>::max())
              : calls::format_stated(call.result, call.call);
}

/// What is to be edited in a step so that it says what its revised self does.
class StepChanges {
 public:
  StepChanges(const scenario::Step& before, std::string_view text) : before_(before), text_(text) {}

  std::vector<Change> to(const scenario::Step& after) const {
    if (const auto* expect = std::get_if<scenario::Expect>(&after.action))
      return {whole(before_.value, wire::format_spec(expect->segment.spec))};
    return std::visit([&](const auto& now) { return changes(now); }, after.action);
  }

 private:
  template <class T>
  const T& was() const {
    return std::get<T>(before_.action);
  }
  template <class T>
  std::vector<Change> changes(const T&) const {
    return {};
  }
  std::vector<Change> changes(const scenario::State& now) const {
    if (now.name == was<scenario::State>().name) return {};
    return {whole(before_.value, now.name)};
  }
  std::vector<Change> changes(const scenario::Dropped& now) const {
    if (now.reason == was<scenario::Dropped>().reason) return {};
    return {whole(before_.value, now.reason)};
  }
  std::vector<Change> changes(const scenario::Counter& now) const {
    if (now.increase == was<scenario::Counter>().increase) return {};
    return number(before_.value, std::to_string(now.increase));
  }
  /// The last number in a value.
  std::vector<Change> number(Span value, const std::string& with) const {
    const std::string_view raw = text_.substr(0, value.end);
    const std::size_t last = raw.find_last_of(digits);
    if (last == raw.npos || last < value.begin) return {whole(value, with)};
    const std::size_t first = raw.find_last_not_of(digits, last) + 1;
    return {{value, {{first, last + 1}, with}}};
  }
  std::vector<Change> changes(const scenario::Info& now) const {
    std::vector<Change> result;
    for (const scenario::InfoClaim& claim : was<scenario::Info>().claims)
      for (const scenario::InfoClaim& revised : now.claims)
        if (revised.span == claim.span && revised.value != claim.value) {
          const std::size_t at = text_.substr(0, claim.span.end).rfind(claim.value_text);
          result.push_back({claim.span, {{at, at + claim.value_text.size()}, revised.value_text}});
        }
    return result;
  }
  std::vector<Change> changes(const scenario::AppCall& now) const {
    const auto& call = was<scenario::AppCall>();
    if (call.if_script || format_stated(call) == format_stated(now)) return {};
    if (call.result) return {{before_.value, {call.result_span, format_stated(now)}}};
    const char last = text_[before_.value.end - 1];
    const char first = text_[before_.value.begin];
    const std::size_t end = before_.value.end - (first == last && (first == '\'' || first == '"') ? 1 : 0);
    return {{before_.value, {{end, end}, " -> " + format_stated(now)}}};
  }

  const scenario::Step& before_;
  std::string_view text_;
};

class Collector {
 public:
  Collector(Sites& sites, const Rehearsal& rehearsal, std::string_view text)
      : sites_(sites), rehearsal_(rehearsal), text_(text) {
    for (std::size_t line = 0; line < rehearsal.lines().size(); ++line)
      if (const auto origin = rehearsal.lines()[line].origin) line_of_[*origin] = line;
    for (const auto& taken : rehearsal.met().taken) met_[{taken.step, taken.item}] = &taken.observed;
  }

  void run() {
    for (std::size_t origin = 0; origin < rehearsal_.original().steps.size(); ++origin) add_step(origin);
    add_insertions();
  }

 private:
  const scenario::Step& original(std::size_t origin) const { return rehearsal_.original().steps[origin]; }
  const scenario::Step* revised(std::size_t origin) const {
    const auto line = line_of_.find(origin);
    return line == line_of_.end() ? nullptr : &rehearsal_.scenario().steps[line->second];
  }

  void add_step(std::size_t origin) {
    const scenario::Step& step = original(origin);
    if (const auto* expect = std::get_if<scenario::Expect>(&step.action))
      return add_expect(origin, expect->segment);
    if (std::holds_alternative<scenario::AnyOrder>(step.action)) return add_any_order(origin);
    const scenario::Step* now = revised(origin);
    if (!now && rehearsal_.is_unresolved(origin)) return;
    StepPlay play{&step, {}, !now};
    if (now) play.changes = StepChanges(step, text_).to(*now);
    sites_.steps[step.value.begin].push_back(std::move(play));
  }

  void add_expect(std::size_t origin, const scenario::WrittenSegment& written) {
    SegmentPlay play = play_of(origin, written);
    const scenario::Step* now = revised(origin);
    if (!now) {
      if (rehearsal_.is_unresolved(origin)) return;
      play.fate = SegmentPlay::Fate::erased;
    } else if (const auto* silence = std::get_if<scenario::Silence>(&now->action)) {
      play.fate = SegmentPlay::Fate::silent;
      play.silence = format_silence(*silence);
    } else {
      set_spec(play, std::get<scenario::Expect>(now->action).segment.spec);
      play.met = met(line_of_.at(origin), 0);
    }
    add(std::move(play));
  }

  void add_any_order(std::size_t origin) {
    const auto& before = std::get<scenario::AnyOrder>(original(origin).action).segments;
    const scenario::Step* now = revised(origin);
    if (!now) return;  // nothing can be said of it
    const std::size_t line = line_of_.at(origin);
    const auto& left = rehearsal_.lines()[line].items;
    const auto& after = std::get<scenario::AnyOrder>(now->action).segments;
    for (std::size_t item = 0; item < before.size(); ++item) {
      SegmentPlay play = play_of(origin, before[item].segment);
      const auto found = std::find(left.begin(), left.end(), item);
      const auto index = static_cast<std::size_t>(found - left.begin());
      if (found == left.end()) {
        play.fate = SegmentPlay::Fate::erased;
      } else {
        set_spec(play, after[index].segment.spec);
        play.met = met(line, index);
      }
      add(std::move(play));
    }
  }

  SegmentPlay play_of(std::size_t origin, const scenario::WrittenSegment& written) const {
    SegmentPlay play;
    play.written = &written;
    play.where = scenario::variant_name(rehearsal_.original().variant);
    for (const scenario::Inside& inside : original(origin).inside)
      if (inside.what.starts_with("round")) play.where += (play.where.empty() ? "" : ", ") + inside.what;
    return play;
  }
  static void set_spec(SegmentPlay& play, const wire::SegmentSpec& spec) {
    play.spec = spec;
    if (!(spec == play.written->spec)) play.fate = SegmentPlay::Fate::rewritten;
  }
  void add(SegmentPlay play) {
    const std::size_t place = play.written->span.begin;
    sites_.segments[place].push_back(std::move(play));
  }
  const engine::Observed* met(std::size_t line, std::size_t item) const {
    const auto found = met_.find({line, item});
    return found == met_.end() ? nullptr : found->second;
  }

  using Expected = std::vector<const scenario::Step*>;

  void add_insertions() {
    std::optional<std::size_t> previous;
    Expected inserted;
    for (std::size_t line = 0; line < rehearsal_.lines().size(); ++line) {
      const auto origin = rehearsal_.lines()[line].origin;
      if (!origin) {
        const scenario::Step& step = rehearsal_.scenario().steps[line];
        if (std::holds_alternative<scenario::Expect>(step.action)) inserted.push_back(&step);
        continue;
      }
      pass(previous, origin, std::exchange(inserted, {}));
      previous = origin;
    }
    pass(previous, {}, inserted);
  }

  /// The play goes on from one step of the text to the next, or to the end: what ends between the two is what
  /// something may be inserted behind.
  void pass(std::optional<std::size_t> from, std::optional<std::size_t> to, const Expected& inserted) {
    if (!from && inserted.empty()) return;
    Insertion insertion;
    if (!inserted.empty()) insertion.first = segment_of(*inserted.front());
    if (!from) {
      if (to) insertion.before = {original(*to).verb.begin, beside(original(*to), inserted)};
      insertion.near = to ? original(*to).verb : Span{};
      sites_.insertions.push_back(std::move(insertion));
      return;
    }
    const scenario::Step& step = original(*from);
    insertion.near = step.value;
    if (!to || original(*to).value != step.value || is_last_round(*from, *to)) {
      sites_.behind[step.value.begin].verb = step.verb.begin;
      insertion.behind.push_back({step.value.begin, beside(step, inserted)});
    }
    for (std::size_t depth = step.inside.size(); depth-- > first_left(step, to);)
      insertion.behind.push_back({step.inside[depth].place.begin, around(depth, inserted)});
    for (const Insertion::Place& place : insertion.behind)
      sites_.behind[place.at].inserted.push_back(place.segments);
    if (!inserted.empty()) sites_.insertions.push_back(std::move(insertion));
  }

  static std::string segment_of(const scenario::Step& inserted) {
    return wire::format_spec(std::get<scenario::Expect>(inserted.action).segment.spec);
  }
  const std::string& name_of(std::size_t peer) const { return rehearsal_.original().peers[peer].name; }

  /// As they are written in the list of a step: a step without a name there says whose the list is, and in
  /// the outermost it is the first peer's.
  std::vector<Inserted> beside(const scenario::Step& step, const Expected& inserted) const {
    const bool is_named = step.verb.begin > 0 && text_[step.verb.begin - 1] == '@';
    std::vector<Inserted> result;
    for (const scenario::Step* one : inserted) {
      const bool same = (!is_named && one->peer == step.peer) || (step.inside.empty() && one->peer == 0);
      result.push_back({segment_of(*one), same ? "" : name_of(one->peer)});
    }
    return result;
  }
  /// In the list of a `use` or `repeat`.
  std::vector<Inserted> around(std::size_t depth, const Expected& inserted) const {
    std::vector<Inserted> result;
    for (const scenario::Step* one : inserted)
      result.push_back({segment_of(*one), depth == 0 && one->peer == 0 ? "" : name_of(one->peer)});
    return result;
  }

  /// Whether two steps of one place are two rounds of it, and not two steps of a built-in block.
  bool is_last_round(std::size_t from, std::size_t to) const {
    const auto& a = original(from).inside;
    const auto& b = original(to).inside;
    return !std::equal(a.begin(), a.end(), b.begin(), b.end(),
                       [](const auto& x, const auto& y) { return x.place == y.place && x.what == y.what; });
  }

  /// The outermost of the `use` and `repeat` around a step that the play leaves for the next.
  std::size_t first_left(const scenario::Step& step, std::optional<std::size_t> to) const {
    static const std::vector<scenario::Inside> none;
    const auto& next = to ? original(*to).inside : none;
    for (std::size_t depth = 0; depth < step.inside.size(); ++depth) {
      if (depth >= next.size() || next[depth].place != step.inside[depth].place) return depth;
      if (next[depth].what != step.inside[depth].what) return depth + 1;
    }
    return step.inside.size();
  }

  Sites& sites_;
  const Rehearsal& rehearsal_;
  std::string_view text_;
  std::map<std::size_t, std::size_t> line_of_;  // by origin
  std::map<std::pair<std::size_t, std::size_t>, const engine::Observed*> met_;
};

}  // namespace

void add_plays(Sites& sites, const Rehearsal& rehearsal, std::string_view text) {
  Collector(sites, rehearsal, text).run();
}

}  // namespace tcpcraft::update
