#include <algorithm>
#include <cerrno>
#include <charconv>
#include <numeric>

#include <tcpcraft/update/correct.hpp>
#include <tcpcraft/update/rehearsal.hpp>

#include "align.hpp"

namespace tcpcraft::update {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_aligned = 32;

template <class T>
const T* action(const scenario::Step& step) {
  return std::get_if<T>(&step.action);
}

bool waits_for_segments(const scenario::Step& step) {
  return action<scenario::Expect>(step) || action<scenario::AnyOrder>(step) ||
         action<scenario::Silence>(step);
}

/// It is about no connection of its own.
bool is_of_all(const scenario::Step& step) {
  return action<scenario::Wait>(step) || action<scenario::Counter>(step) || action<scenario::Note>(step);
}

bool only_looks(const scenario::Step& step) {
  return action<scenario::Note>(step) || action<scenario::State>(step) || action<scenario::Counter>(step) ||
         action<scenario::Info>(step) || action<scenario::Dropped>(step);
}

/// An interval's beginning that a segment which came so early is not too early for: it may vary a little.
wire::Duration before(wire::Duration elapsed) {
  return elapsed < 10ms ? wire::Duration{}
                        : wire::Duration(std::chrono::floor<std::chrono::milliseconds>(elapsed * 9 / 10));
}

}  // namespace

Rehearsal::Rehearsal(const scenario::Scenario& original) : original_(original), scenario_(original) {
  for (std::size_t i = 0; i < original_.steps.size(); ++i) {
    Line line{i, {}, false};
    if (const auto* order = action<scenario::AnyOrder>(original_.steps[i])) {
      line.items.resize(order->segments.size());
      std::iota(line.items.begin(), line.items.end(), std::size_t{0});
    }
    lines_.push_back(std::move(line));
  }
}

/// The same step may be played again: what it says now is tried there too.
void Rehearsal::replace(std::size_t line, decltype(scenario::Step::action) action) {
  const scenario::Span span = step(line).value;
  const std::size_t kind = step(line).action.index();
  const auto* expect = std::get_if<scenario::Expect>(&step(line).action);
  const bool made_up = expect && expect->segment.parts.empty();  // by a `use`
  scenario_.steps[line].action = action;
  lines_[line].revised = true;
  for (std::size_t later = line + 1; later < lines_.size() && !made_up; ++later) {
    if (!lines_[later].origin || lines_[later].revised) continue;
    if (step(later).value == span && step(later).action.index() == kind)
      scenario_.steps[later].action = action;
  }
}

void Rehearsal::erase(std::size_t line) {
  scenario_.steps.erase(scenario_.steps.begin() + static_cast<std::ptrdiff_t>(line));
  lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(line));
}

void Rehearsal::insert(std::size_t line, const engine::Observed& observed) {
  scenario::Expect expect;
  expect.segment.spec = described(observed);
  scenario_.steps.insert(scenario_.steps.begin() + static_cast<std::ptrdiff_t>(line),
                         scenario::Step{{}, {}, std::move(expect), {}, observed.peer});
  lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(line), Line{{}, {}, true});
}

void Rehearsal::give_up(std::size_t line, scenario::Span span, std::string message, std::string hint) {
  unresolved_.push_back({span, std::move(message), std::move(hint)});
  if (lines_[line].origin) given_up_.insert(*lines_[line].origin);
  erase(line);
}

/// What follows cannot be told any more.
void Rehearsal::stop(scenario::Span span, std::string message, std::string hint) {
  unresolved_.push_back({span, std::move(message), std::move(hint)});
  stopped_ = true;
}

bool Rehearsal::revise(const engine::Result& result, const engine::Observations& observations) {
  met_ = observations;
  revise_step(result);
  return !stopped_;
}

std::vector<engine::Observed> Rehearsal::unread_of(std::size_t peer) const {
  std::vector<engine::Observed> result;
  for (const engine::Observed& observed : met_.unread)
    if (observed.peer == peer) result.push_back(observed);
  return result;
}

void Rehearsal::revise_step(const engine::Result& result) {
  const engine::Mismatch& mismatch = *result.mismatch;
  const std::size_t line = mismatch.step;
  if (line == scenario_.steps.size())
    return insert(place_of(met_.unread.front(), line, result), met_.unread.front());
  const scenario::Step& failed = step(line);
  if (action<scenario::Expect>(failed) || action<scenario::Silence>(failed))
    revise_segment(line, result);
  else if (action<scenario::AnyOrder>(failed))
    revise_any_order(line, result);
  else if (action<scenario::State>(failed))
    revise_state(line, mismatch);
  else if (action<scenario::Counter>(failed))
    revise_counter(line, mismatch);
  else if (action<scenario::Info>(failed))
    revise_info(line, mismatch);
  else if (action<scenario::Dropped>(failed))
    revise_dropped(line, mismatch);
  else if (action<scenario::SendStream>(failed) || action<scenario::ExpectStream>(failed))
    stop(failed.value, mismatch.summary, "a stream is rewritten by hand");
  else
    revise_call(line);
}

/// An `expect` met another segment, or none, or at another time; an `expect: nothing` met one.
void Rehearsal::revise_segment(std::size_t line, const engine::Result& result) {
  const std::size_t peer = step(line).peer;
  std::vector<engine::Observed> came = unread_of(peer);
  if (came.empty()) return revise_absent(line);
  const engine::Observed observed = came.front();
  const auto* expect = action<scenario::Expect>(step(line));
  if (expect && distance(*expect, observed) == 0) return revise_time(line, observed);

  std::vector<const scenario::Step*> steps;
  for (std::size_t i = line; i < lines_.size() && steps.size() < most_aligned; ++i) {
    if (action<scenario::Note>(step(i))) continue;
    if (step(i).peer != peer && !is_of_all(step(i))) continue;  // takes none of these segments
    if (!action<scenario::Expect>(step(i)) && !action<scenario::Silence>(step(i))) break;
    steps.push_back(&step(i));
  }
  if (came.size() > most_aligned) came.resize(most_aligned);
  switch (first_move(steps, came)) {
    case Move::insert:
      return insert(place_of(observed, line, result), observed);
    case Move::erase:
      return erase(line);
    case Move::rewrite:
      break;
  }
  scenario::Expect revised = expect ? *expect : scenario::Expect{};
  if (expect) {
    revised.segment.spec = corrected(expect->segment.spec, observed, Numbers::kept);
  } else {
    revised.segment.spec = described(observed);
    const auto& silence = action<scenario::Silence>(step(line))->duration;
    // What comes of itself comes after a time; without one, it would have to come within a second.
    if (silence && observed.elapsed > 500ms) revised.segment.spec.within = {wire::Duration{}, *silence};
  }
  replace(line, std::move(revised));
}

/// Nothing came: silence, as long as it was waited for. Behind silence that says no more.
void Rehearsal::revise_absent(std::size_t line) {
  const auto& expect = std::get<scenario::Expect>(step(line).action);
  const bool is_behind = line > 0 && step(line - 1).peer == step(line).peer;
  const auto* previous = is_behind ? action<scenario::Silence>(step(line - 1)) : nullptr;
  const auto& within = expect.segment.spec.within;
  if (!lines_[line].origin || (previous && !within)) return erase(line);
  scenario::Silence silence;
  if (within) silence.duration = within->max;
  replace(line, silence);
}

/// The right segment, too early.
void Rehearsal::revise_time(std::size_t line, const engine::Observed& observed) {
  auto expect = std::get<scenario::Expect>(step(line).action);
  auto& within = expect.segment.spec.within;
  if (!within) return give_up(line, step(line).value, "the segment's time is not understood");
  within->min = std::min(within->min, before(std::max(observed.elapsed, wire::Duration{})));
  replace(line, std::move(expect));
}

void Rehearsal::revise_any_order(std::size_t line, const engine::Result& result) {
  auto order = std::get<scenario::AnyOrder>(step(line).action);
  std::vector<std::size_t> missing(order.segments.size());
  std::iota(missing.begin(), missing.end(), std::size_t{0});
  std::vector<const engine::Observed*> strangers;
  const auto nearest = [&](const engine::Observed& observed, int at_most) {
    return std::find_if(missing.begin(), missing.end(), [&](std::size_t item) {
      return distance(order.segments[item], observed) <= at_most;
    });
  };
  const std::vector<engine::Observed> came = unread_of(step(line).peer);
  for (const engine::Observed& observed : came) {
    const auto item = nearest(observed, 0);
    if (item != missing.end())
      missing.erase(item);
    else
      strangers.push_back(&observed);
  }
  bool changed = false;
  for (const int at_most : {1, 3}) {
    for (const engine::Observed*& stranger : strangers) {
      const auto item = stranger ? nearest(*stranger, at_most) : missing.end();
      if (item == missing.end()) continue;
      wire::SegmentSpec& spec = order.segments[*item].segment.spec;
      spec = corrected(spec, *stranger, Numbers::kept);
      stranger = nullptr;
      missing.erase(item);
      changed = true;
    }
  }
  const bool nothing_more_came = !result.mismatch->trace_entry;
  Line& state = lines_[line];
  if (!changed && nothing_more_came && missing.size() < order.segments.size()) {
    for (auto item = missing.rbegin(); item != missing.rend(); ++item) {
      order.segments.erase(order.segments.begin() + static_cast<std::ptrdiff_t>(*item));
      state.items.erase(state.items.begin() + static_cast<std::ptrdiff_t>(*item));
    }
    changed = true;
  }
  if (!changed && !strangers.empty() && strangers.front() == &came.front())
    return insert(place_of(came.front(), line, result), came.front());
  if (!changed) {
    return stop(step(line).verb, result.mismatch->summary, "rewrite the list by hand");
  }
  // Each play has its own items: nothing is tried elsewhere.
  scenario_.steps[line].action = std::move(order);
  state.revised = true;
}

void Rehearsal::revise_state(std::size_t line, const engine::Mismatch& mismatch) {
  replace(line, scenario::State{mismatch.received});
}

void Rehearsal::revise_counter(std::size_t line, const engine::Mismatch& mismatch) {
  auto counter = std::get<scenario::Counter>(step(line).action);
  const std::string_view number =
      std::string_view(mismatch.received).substr(mismatch.received.rfind(' ') + 1);
  std::from_chars(number.data(), number.data() + number.size(), counter.increase);
  if (counter.increase < 0)
    return give_up(line, mismatch.span, mismatch.summary, "a counter that goes back cannot be stated");
  replace(line, std::move(counter));
}

/// A number that was to be equal can be put right; a bound is the author's to choose.
void Rehearsal::revise_info(std::size_t line, const engine::Mismatch& mismatch) {
  auto info = std::get<scenario::Info>(step(line).action);
  const auto claim = std::find_if(info.claims.begin(), info.claims.end(),
                                  [&](const auto& candidate) { return candidate.span == mismatch.span; });
  const std::string prefix = std::string(claim->field->name) + " == ";
  const std::string& received = mismatch.received;
  if (received.starts_with(prefix) && claim->comparator == scenario::Comparator::equal) {
    const std::string number =
        received.substr(prefix.size(), received.find(' ', prefix.size()) - prefix.size());
    const std::size_t name = received.find('(');
    std::from_chars(number.data(), number.data() + number.size(), claim->value);
    claim->value_text =
        name == received.npos ? number : received.substr(name + 1, received.size() - name - 2);
    return replace(line, std::move(info));
  }
  const bool has_value = received.starts_with(prefix);
  unresolved_.push_back(
      {claim->span, mismatch.summary, has_value ? "a bound is yours to choose" : "leave it out, or move it"});
  if (lines_[line].origin) given_up_.insert(*lines_[line].origin);
  info.claims.erase(claim);
  if (info.claims.empty()) return erase(line);
  scenario_.steps[line].action = std::move(info);
}

void Rehearsal::revise_dropped(std::size_t line, const engine::Mismatch& mismatch) {
  if (mismatch.received == "not dropped")
    return give_up(line, mismatch.span, mismatch.summary, "leave the step out");
  replace(line, scenario::Dropped{mismatch.received});
}

namespace {

/// What a call came to, as a scenario states it.
struct Statement {
  const scenario::AppCall& step;

  calls::Stated operator()(const calls::Done&) const { return calls::Ok{}; }
  calls::Stated operator()(calls::WouldBlock blocked) const { return calls::Error{blocked.error}; }
  calls::Stated operator()(calls::Failed failed) const { return calls::Error{failed.error}; }
  calls::Stated operator()(const calls::Received& received) const {
    const bool as_size = step.result && std::holds_alternative<calls::Size>(*step.result);
    const bool too_long = received.data.size() > 100;
    if (received.data.empty()) return calls::EndOfFile{};
    if (as_size || too_long) return calls::Size{received.data.size()};
    return received.data;
  }
  calls::Stated operator()(calls::Written written) const {
    const auto* write = std::get_if<calls::Write>(&step.call);
    if (write && written.bytes == write->data.size()) return calls::Ok{};
    return calls::Size{written.bytes};
  }
  calls::Stated operator()(const calls::OptionValue& value) const {
    return std::visit([](const auto& one) { return calls::Stated(calls::OptionValue(one)); }, value);
  }
  calls::Stated operator()(calls::Events events) const { return events; }
};

}  // namespace

void Rehearsal::revise_call(std::size_t line) {
  auto call = std::get<scenario::AppCall>(step(line).action);
  const bool connects = std::holds_alternative<calls::Connect>(call.call);
  call.result = met_.call ? std::visit(Statement{call}, *met_.call)
                          : calls::Stated(calls::Error{connects ? EINPROGRESS : EAGAIN});
  replace(line, std::move(call));
}

/// In front of which line a segment belongs that no step takes: as early as it came. `line` is the first that
/// met it. What it came before can be told of a `send`, and of steps that take no time and provoke nothing.
/// Not in front of what waited for segments of the same connection.
std::size_t Rehearsal::place_of(const engine::Observed& observed, std::size_t line,
                                const engine::Result& result) const {
  std::vector<bool> sent_later(lines_.size());
  for (std::size_t i = observed.trace_entry; i < result.trace.size(); ++i)
    if (const auto* passed = std::get_if<engine::PassedSegment>(&result.trace[i]);
        passed && passed->step && passed->from == engine::Party::peer)
      sent_later[*passed->step] = true;
  std::size_t place = line;
  for (std::size_t before = line; before-- > 0;) {
    const bool is_own = step(before).peer == observed.peer;
    if (is_own && waits_for_segments(step(before))) break;
    const bool looks = only_looks(step(before)) && (is_own || is_of_all(step(before)));
    if (sent_later[before] || (place == before + 1 && looks)) place = before;
  }
  return place;
}

}  // namespace tcpcraft::update
