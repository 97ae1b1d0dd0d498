// A step from what was read, not from the source: there it may stand in a block, or hold a variant's names.

#include <type_traits>

#include <tcpcraft/calls/result.hpp>
#include <tcpcraft/results/record_of.hpp>
#include <tcpcraft/scenario/comparison.hpp>
#include <tcpcraft/wire/icmp.hpp>
#include <tcpcraft/wire/notation.hpp>
#include <tcpcraft/wire/utf8.hpp>

namespace tcpcraft::results {
namespace {

constexpr std::size_t longest = 200;

/// On one line, and not longer than a line can be: a payload may be large.
std::string one_line(const std::string& text) {
  std::string line;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t length = std::max<std::size_t>(wire::utf8_sequence(rest), 1);
    if (line.size() + length > longest) return line + "...";
    line += rest[0] == '\n' ? " " : rest.substr(0, length);
    rest.remove_prefix(length);
  }
  return line;
}

class StepText {
 public:
  std::string operator()(const scenario::Send& step) const {
    return "send: " + wire::format_spec(step.segment.spec);
  }
  std::string operator()(const scenario::SendIcmp& step) const {
    return "send: " + wire::format_icmp(step.message);
  }
  std::string operator()(const scenario::Expect& step) const {
    return (step.optional ? "optional: " : "expect: ") + wire::format_spec(step.segment.spec);
  }
  std::string operator()(const scenario::SendStream& step) const {
    return "send: " + scenario::to_string(step, longest);
  }
  std::string operator()(const scenario::ExpectStream& step) const {
    return "expect: " + scenario::to_string(step, longest);
  }
  std::string operator()(const scenario::AnyOrder& step) const {
    std::string list;
    for (const scenario::Expect& one : step.segments)
      list += (list.empty() ? "" : ", ") + wire::format_spec(one.segment.spec);
    return "any-order: " + list;
  }
  std::string operator()(const scenario::Silence& step) const {
    return "expect: nothing" + (step.duration ? " for " + wire::format_duration(*step.duration) : "");
  }
  std::string operator()(const scenario::State& step) const { return "state: " + step.name; }
  std::string operator()(const scenario::Counter& step) const {
    return "counter: " + step.name + " += " + std::to_string(step.increase);
  }
  std::string operator()(const scenario::Info& step) const {
    std::string list;
    for (const scenario::InfoClaim& claim : step.claims)
      list += (list.empty() ? "" : ", ") + std::string(claim.field->name) + " " +
              std::string(scenario::to_string(claim.comparator)) + " " + claim.value_text;
    return "info: " + list;
  }
  std::string operator()(const scenario::Dropped& step) const { return "dropped: " + step.reason; }
  std::string operator()(const scenario::Wait& step) const {
    return "wait: " + wire::format_duration(step.duration);
  }
  std::string operator()(const scenario::Note& step) const { return "note: " + step.text; }
  std::string operator()(const scenario::AppCall& step) const {
    using Mode = scenario::AppCall::Mode;
    const std::string call = step.mode == Mode::finish  ? "finish"
                             : step.mode == Mode::start ? "start " + calls::format_call(step.call)
                                                        : calls::format_call(step.call);
    return "app: " + call + (step.result ? " -> " + calls::format_stated(step.result, step.call) : "");
  }
};

bool is_of_all(const scenario::Step& step) {
  return std::holds_alternative<scenario::Counter>(step.action) ||
         std::holds_alternative<scenario::Wait>(step.action) ||
         std::holds_alternative<scenario::Note>(step.action);
}

}  // namespace

std::string format_step(const scenario::Scenario& scenario, const scenario::Step& step) {
  const std::string& name = scenario.peers[step.peer].name;
  const bool named = scenario.peers.size() > 1 && !is_of_all(step);
  return (named ? name + "@" : "") + one_line(std::visit(StepText{}, step.action));
}

}  // namespace tcpcraft::results
