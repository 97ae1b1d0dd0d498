#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include <tcpcraft/results/record_of.hpp>
#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::results {
namespace {

CitedRule cited(const model::Rule& rule) {
  return {std::string(rule.name), std::string(rule.section), std::string(rule.says)};
}

std::string first_state(const scenario::Scenario& scenario) {
  return scenario::listens_at_first(scenario) ? "LISTEN" : "CLOSED";
}

/// The time line: what passed, and between it what the steps found or waited for.
class Events {
 public:
  Events(const scenario::Scenario& scenario, const engine::Result& result)
      : scenario_(scenario),
        result_(result),
        shown_(scenario.peers.size(), first_state(scenario)),
        model_(scenario.peers.size()) {}

  std::vector<Event> list() {
    std::size_t step = 0;
    const auto& ends = result_.step_ends;
    for (std::size_t i = 0; i <= result_.trace.size(); ++i) {
      for (; step < ends.size() && ends[step].entries <= i; ++step) add_step(step);
      of_step_.resize(events_.size(), true);
      if (i == result_.trace.size()) break;
      std::visit([&](const auto& e) { add_entry(e, i); }, result_.trace[i]);
      of_step_.resize(events_.size(), false);
      put_in_order();
    }
    if (result_.mismatch && !result_.mismatch->trace_entry) add_failure(*result_.mismatch);
    return std::move(events_);
  }

 private:
  Event& add(Event::Kind kind, wire::Time time, std::optional<std::size_t> peer) {
    Event& event = events_.emplace_back();
    event.kind = kind;
    event.at = time - result_.started;
    if (peer && scenario_.peers.size() > 1) event.peer = scenario_.peers[*peer].name;
    return event;
  }

  /// Says the kernel's state where it is a new one.
  void show(Event& event, std::size_t peer, std::string_view state) {
    if (shown_[peer] == state) return;
    shown_[peer] = event.state = state;
  }
  /// What the kernel said of itself stands until the model moves: it knows of no timeout.
  void follow(Event& event, std::size_t peer, std::optional<model::State> state) {
    if (!state || model_[peer] == state) return;
    model_[peer] = state;
    show(event, peer, model::to_string(*state));
  }

  /// A call that was left running may have ended before the steps that were done meanwhile.
  void put_in_order() {
    for (std::size_t i = events_.size() - 1; i > 0 && of_step_[i - 1] && events_[i].at < events_[i - 1].at;
         --i) {
      std::swap(events_[i], events_[i - 1]);
      of_step_[i] = true;
      of_step_[i - 1] = false;
    }
  }

  void mark(Event& event, std::size_t entry) const {
    event.failed = result_.mismatch && result_.mismatch->trace_entry == entry;
  }

  void add_entry(const engine::PassedSegment& passed, std::size_t entry) {
    Event& event = add(Event::Kind::segment, passed.time, passed.peer);
    event.from = passed.from;
    event.text = wire::format_segment(passed.segment, passed.origins);
    if (passed.rule) event.rule = cited(*passed.rule);
    event.step = passed.step;
    follow(event, passed.peer, passed.kernel_state);
    mark(event, entry);
    if (event.failed && !event.step) event.step = failed_step();
  }
  void add_entry(const engine::PassedIcmp& passed, std::size_t) {
    Event& event = add(Event::Kind::icmp, passed.time, passed.peer);
    event.text = passed.text;
    event.step = passed.step;
  }
  void add_entry(const engine::PassedNote& passed, std::size_t) {
    Event& event = add(Event::Kind::note, passed.time, {});
    event.text = passed.text;
    event.step = passed.step;
  }
  void add_entry(const engine::PassedCall& passed, std::size_t entry) {
    Event& event = add(Event::Kind::call, passed.time, passed.peer);
    event.text = passed.text;
    event.result = passed.result;
    event.step = passed.step;
    follow(event, passed.peer, passed.kernel_state);
    mark(event, entry);
  }

  std::optional<std::size_t> failed_step() const {
    const std::size_t step = result_.mismatch->step;
    return step < scenario_.steps.size() ? std::optional(step) : std::nullopt;
  }

  /// What a step that was done says besides the trace.
  void add_step(std::size_t i) {
    const scenario::Step& step = scenario_.steps[i];
    const wire::Time end = result_.step_ends[i].time;
    if (const auto* silence = std::get_if<scenario::Silence>(&step.action)) {
      add_pause(Event::Kind::silence, i, silence->duration.value_or(wire::Duration{}));
    } else if (const auto* wait = std::get_if<scenario::Wait>(&step.action)) {
      add_pause(Event::Kind::wait, i, wait->duration);
    } else if (is_check(step)) {
      Event& event = add(Event::Kind::check, end, about(step));
      event.text = text_of(step);
      event.step = i;
      if (const auto* state = std::get_if<scenario::State>(&step.action)) show(event, step.peer, state->name);
    }
  }

  /// Without the name of the peer, which the event has.
  std::string text_of(const scenario::Step& step) const {
    std::string text = format_step(scenario_, step);
    const std::string named = scenario_.peers[step.peer].name + "@";
    return text.starts_with(named) ? text.substr(named.size()) : text;
  }

  void add_pause(Event::Kind kind, std::size_t i, wire::Duration length) {
    const scenario::Step& step = scenario_.steps[i];
    Event& event = add(kind, result_.step_ends[i].time, about(step));
    event.length = length;
    event.step = i;
  }

  static bool is_check(const scenario::Step& step) {
    return std::holds_alternative<scenario::State>(step.action) ||
           std::holds_alternative<scenario::Counter>(step.action) ||
           std::holds_alternative<scenario::Info>(step.action) ||
           std::holds_alternative<scenario::Dropped>(step.action);
  }

  /// Whose connection a step is about; nothing where it is all.
  static std::optional<std::size_t> about(const scenario::Step& step) {
    if (std::holds_alternative<scenario::Counter>(step.action) ||
        std::holds_alternative<scenario::Wait>(step.action))
      return {};
    return step.peer;
  }

  /// A failure that no entry of the trace shows.
  void add_failure(const engine::Mismatch& mismatch) {
    const wire::Time time = result_.started + result_.took;
    const auto failed = failed_step();
    const scenario::Step* step = failed ? &scenario_.steps[*failed] : nullptr;
    const bool call = step && std::holds_alternative<scenario::AppCall>(step->action);
    const bool check = step && is_check(*step);
    Event& event = add(call    ? Event::Kind::call
                       : check ? Event::Kind::check
                               : Event::Kind::missing,
                       time, mismatch.peer);
    event.from = engine::Party::kernel;
    event.text = call || check ? text_of(*step) : mismatch.expected;
    if (call) event.text.erase(0, event.text.find(": ") + 2);
    event.result = call ? mismatch.label : mismatch.received;
    event.step = failed;
    event.failed = true;
  }

  const scenario::Scenario& scenario_;
  const engine::Result& result_;
  std::vector<std::string> shown_;                  // the kernel's state, of each connection
  std::vector<std::optional<model::State>> model_;  // the same, as the model had it last
  std::vector<Event> events_;
  std::vector<bool> of_step_;  // whether an event is no entry of the trace
};

std::vector<Step> steps_of(const scenario::Source& source, const scenario::Scenario& scenario,
                           const engine::Result& result) {
  std::vector<Step> steps;
  for (std::size_t i = 0; i < scenario.steps.size(); ++i) {
    const scenario::Step& step = scenario.steps[i];
    Step& text = steps.emplace_back();
    text.line = source.position(step.verb.begin).line;
    text.text = format_step(scenario, step);
    if (i < result.step_ends.size()) text.outcome = Step::Outcome::done;
    if (result.mismatch && result.mismatch->step == i) text.outcome = Step::Outcome::failed;
  }
  return steps;
}

std::vector<CitedRule> rules_of(const engine::Mismatch& mismatch) {
  std::vector<const model::Rule*> rules;
  if (mismatch.rule) rules.push_back(mismatch.rule);
  for (const engine::Difference& difference : mismatch.differences)
    if (difference.rule && std::find(rules.begin(), rules.end(), difference.rule) == rules.end())
      rules.push_back(difference.rule);
  std::vector<CitedRule> result;
  for (const model::Rule* rule : rules) result.push_back(cited(*rule));
  return result;
}

/// Of TCP, and none that is a constant of the kernel's.
bool counts(std::string_view name) {
  for (const std::string_view constant : {"Tcp.RtoAlgorithm", "Tcp.RtoMin", "Tcp.RtoMax", "Tcp.MaxConn"})
    if (name == constant) return false;
  return name.starts_with("Tcp.") || name.starts_with("TcpExt.");
}

Failure failure_of(const scenario::Source& source, const engine::Mismatch& mismatch,
                   const std::string& text) {
  Failure failure;
  const scenario::Position at = source.position(mismatch.span.begin);
  failure.summary = mismatch.summary;
  failure.line = at.line;
  failure.column = at.column;
  failure.expected = mismatch.expected;
  failure.received = mismatch.received;
  failure.rules = rules_of(mismatch);
  failure.kernel_state = mismatch.kernel.state;
  for (const auto& [name, moved] : mismatch.counters)
    if (counts(name)) failure.counters.push_back(name + (moved < 0 ? " " : " +") + std::to_string(moved));
  failure.text = text;
  return failure;
}

/// Where the two sides were, as the first segment of each connection shows.
void add_addresses(Record& record, const scenario::Scenario& scenario, const engine::Result& result) {
  for (const scenario::Peer& peer : scenario.peers) record.peers.push_back({peer.name, ""});
  for (const engine::TraceEntry& entry : result.trace) {
    const auto* passed = std::get_if<engine::PassedSegment>(&entry);
    if (!passed || !passed->kernel_state || !record.peers[passed->peer].address.empty()) continue;
    const bool from_peer = passed->from == engine::Party::peer;
    const wire::Segment& segment = passed->segment;
    record.peers[passed->peer].address = (from_peer ? segment.source : segment.destination).to_string();
    record.kernel_address = (from_peer ? segment.destination : segment.source).to_string();
  }
}

}  // namespace

Record record_of(const scenario::Source& source, const scenario::Scenario& scenario,
                 const engine::Result& result, const RecordContext& context) {
  Record record;
  record.name = context.name;
  record.file = context.file;
  record.variant = scenario::variant_name(scenario.variant);
  record.title = scenario.title;
  record.about = scenario.about;
  record.rfc = scenario.rfc;
  record.tags = scenario.tags;
  record.verdict = result.verdict;
  record.reason = result.reason;
  record.took = result.took;
  record.attempts = context.attempts;
  record.again = context.again;
  record.capture = context.capture;
  record.kernel_address = scenario.kernel.address.to_string();
  record.kernel_state = first_state(scenario);
  add_addresses(record, scenario, result);
  record.steps = steps_of(source, scenario, result);
  record.events = Events(scenario, result).list();
  if (result.mismatch) record.failure = failure_of(source, *result.mismatch, context.failure);
  return record;
}

}  // namespace tcpcraft::results
