#include <tcpcraft/coverage/coverage.hpp>
#include <tcpcraft/model/rules.hpp>

namespace tcpcraft::coverage {
namespace {

namespace rules = model::rules;

struct Bearing {
  const model::Rule* rule;
  std::string_view requirement;
};

/// Only where following the rule is all that the requirement asks for. What takes a course of events, such as
/// a back-off, or leaves something undone, is for a scenario to claim.
constexpr Bearing bearings[] = {
    {&rules::syn_received_crossing, "MUST-10"},  // the other side's SYN-ACK was taken for that
    {&rules::syn_received_rst, "MUST-11"},       // what was opened passively returned to LISTEN
    {&rules::syn_received_syn, "MUST-11"},
    {&rules::bad_checksum, "MUST-3"},
    {&rules::data_after_close, "MAY-1"},
    {&rules::data_after_close, "SHLD-3"},
    {&rules::time_wait_syn, "MAY-2"},
    {&rules::data_out_of_order, "MAY-13"},
    {&rules::data_fills_gap, "SHLD-31"},  // the ACK covers what had come before its time
    {&rules::data_fills_gap, "MUST-59"},  // and there is one ACK for all of it
    {&rules::ack_too_old, "MAY-12"},
    {&rules::window_probe, "MUST-36"},
    {&rules::keep_alive, "MAY-5"},
};

}  // namespace

std::vector<std::string_view> requirements_of(std::string_view rule) {
  std::vector<std::string_view> names;
  for (const Bearing& bearing : bearings)
    if (bearing.rule->name == rule) names.push_back(bearing.requirement);
  return names;
}

}  // namespace tcpcraft::coverage
