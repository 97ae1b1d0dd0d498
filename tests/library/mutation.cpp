#include "mutation.hpp"

#include <cerrno>

#include <poll.h>

#include "segment_edits.hpp"

namespace tcpcraft::library_test {
namespace {

using scenario::AppCall;
using scenario::Comparator;
using scenario::Scenario;

/// Of a long scenario, so many of its first and so many of its last steps are looked at.
constexpr std::size_t most_at_an_end = 30;

/// A segment of a peer's that is always answered at once, whatever state its connection is in: it is none of
/// its own.
scenario::Step disturbance(const Scenario& scenario, std::size_t peer) {
  const std::uint16_t closed_port = scenario.kernel.address.port == 1 ? 2 : 1;
  scenario::Send send;
  send.segment.spec.flags = {wire::Flag::syn};
  send.segment.spec.seq = wire::Number{wire::Number::Base::absolute, 1};
  send.segment.spec.destination_port = closed_port;
  scenario::Step step;
  step.action = std::move(send);
  step.peer = peer;
  return step;
}

Comparator opposite(Comparator comparator) {
  switch (comparator) {
    case Comparator::equal:
      return Comparator::not_equal;
    case Comparator::not_equal:
      return Comparator::equal;
    case Comparator::less:
      return Comparator::at_least;
    case Comparator::at_most:
      return Comparator::greater;
    case Comparator::greater:
      return Comparator::at_most;
    case Comparator::at_least:
      break;
  }
  return Comparator::less;
}

/// Another result than the one that is stated.
struct OtherResult {
  calls::Stated operator()(calls::Ok) const { return calls::Error{EPIPE}; }
  calls::Stated operator()(calls::EndOfFile) const { return calls::Size{1}; }
  calls::Stated operator()(wire::Bytes text) const {
    if (text.empty()) return calls::Size{1};
    text.back() ^= 1;
    return text;
  }
  calls::Stated operator()(calls::Size size) const { return calls::Size{size.bytes + 1}; }
  calls::Stated operator()(calls::Error error) const {
    return calls::Error{error.number == EPIPE ? ECONNRESET : EPIPE};
  }
  calls::Stated operator()(calls::AnyValue) const { return calls::AnyValue{}; }
  calls::Stated operator()(calls::Events events) const {
    return calls::Events{static_cast<short>(events.bits ^ POLLIN)};
  }
  calls::Stated operator()(const calls::OptionValue& value) const {
    if (const auto* number = std::get_if<int>(&value)) return calls::OptionValue(*number ^ 1);
    if (const auto* linger = std::get_if<calls::Linger>(&value))
      return calls::OptionValue(calls::Linger{!linger->on, linger->seconds});
    return calls::OptionValue(std::get<std::string>(value) + "x");
  }
};

bool is_check(const AppCall& call) {
  if (call.mode == AppCall::Mode::start) return false;
  if (!call.result) return !std::holds_alternative<calls::Connect>(call.call);
  return !std::holds_alternative<calls::AnyValue>(*call.result);
}

/// Makes the mutations of one step, each kind of step its own.
class StepMutations {
 public:
  StepMutations(const Scenario& scenario, std::size_t step) : scenario_(scenario), step_(step) {}

  std::vector<Mutation> run() {
    std::visit([this](const auto& action) { add(action); }, scenario_.steps[step_].action);
    return std::move(found_);
  }

 private:
  template <class Nothing>
  void add(const Nothing&) {}

  void add(const scenario::Expect& expect) {
    if (expect.optional) return;
    for (const SegmentEdit& edit : edits_of(expect.segment.spec)) {
      change(edit.what, [edit](scenario::Expect& e) { edit.apply(e.segment.spec); });
      found_.back().part = edit.part;
    }
    leave_out();
  }

  void add(const scenario::ExpectStream&) {
    change("a byte more", [](scenario::ExpectStream& s) { s.bytes.push_back(0); });
    change("another end", [](scenario::ExpectStream& s) { s.fin = !s.fin; });
  }

  void add(const scenario::AnyOrder& order) {
    for (std::size_t i = 0; i < order.segments.size(); ++i)
      for (const SegmentEdit& edit : edits_of(order.segments[i].segment.spec)) {
        if (edit.part == wire::Part::within) continue;
        change("of segment " + std::to_string(i + 1) + ": " + edit.what,
               [=](scenario::AnyOrder& o) { edit.apply(o.segments[i].segment.spec); });
      }
  }

  void add(const scenario::Silence&) {
    found_.push_back({step_, "a segment of the kernel's in it",
                      [step = step_](Scenario& s) {
                        s.steps.insert(s.steps.begin() + static_cast<std::ptrdiff_t>(step),
                                       disturbance(s, s.steps[step].peer));
                      },
                      step_ + 1});
  }

  void add(const scenario::State& state) {
    const char* other = state.name == "ESTABLISHED" ? "CLOSE-WAIT" : "ESTABLISHED";
    change("another state", [other](scenario::State& s) { s.name = other; });
  }

  void add(const scenario::Counter&) {
    change("off by one", [](scenario::Counter& c) { ++c.increase; });
  }

  void add(const scenario::Info& info) {
    for (std::size_t i = 0; i < info.claims.size(); ++i)
      change("the opposite of " + std::string(info.claims[i].field->name), [i](scenario::Info& changed) {
        changed.claims[i].comparator = opposite(changed.claims[i].comparator);
      });
  }

  void add(const scenario::Dropped& dropped) {
    const char* other = dropped.reason == "TCP_CSUM" ? "NO_SOCKET" : "TCP_CSUM";
    change("another reason", [other](scenario::Dropped& d) { d.reason = other; });
  }

  void add(const AppCall& call) {
    if (!is_check(call)) return;
    const calls::Stated other = call.result ? std::visit(OtherResult{}, *call.result) : calls::Error{EPIPE};
    change("another result", [other](AppCall& c) { c.result = other; });
  }

  /// The step itself is changed, and must fail.
  template <class Edit>
  void change(std::string what, Edit edit) {
    found_.push_back({step_, std::move(what),
                      [step = step_, edit](Scenario& s) { apply_to(s.steps[step].action, edit); }, step_});
  }

  template <class Action, class Edit, class Changed>
  static void apply_as(Action& action, const Edit& edit, void (Edit::*)(Changed&) const) {
    edit(std::get<Changed>(action));
  }
  template <class Action, class Edit>
  static void apply_to(Action& action, const Edit& edit) {
    apply_as(action, edit, &Edit::operator());
  }

  /// What is not expected any more is found by a later step, or at the end.
  void leave_out() {
    found_.push_back(
        {step_, "left out",
         [step = step_](Scenario& s) { s.steps.erase(s.steps.begin() + static_cast<std::ptrdiff_t>(step)); },
         step_, true});
  }

  const Scenario& scenario_;
  std::size_t step_;
  std::vector<Mutation> found_;
};

}  // namespace

bool is_check(const scenario::Step& step) {
  if (const auto* expect = std::get_if<scenario::Expect>(&step.action)) return !expect->optional;
  if (const auto* call = std::get_if<AppCall>(&step.action)) return is_check(*call);
  return !std::holds_alternative<scenario::Send>(step.action) &&
         !std::holds_alternative<scenario::SendIcmp>(step.action) &&
         !std::holds_alternative<scenario::Wait>(step.action) &&
         !std::holds_alternative<scenario::Note>(step.action);
}

std::vector<Mutation> mutations_of(const Scenario& scenario) {
  std::vector<Mutation> all;
  const std::size_t steps = scenario.steps.size();
  for (std::size_t i = 0; i < steps; ++i) {
    if (i >= most_at_an_end && i + most_at_an_end < steps) continue;
    for (Mutation& mutation : StepMutations(scenario, i).run()) all.push_back(std::move(mutation));
  }
  return all;
}

}  // namespace tcpcraft::library_test
