#include <algorithm>

#include <tcpcraft/os/socket_address.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/report/console.hpp>
#include <tcpcraft/runner/interrupt.hpp>
#include <tcpcraft/runner/isolate.hpp>

#include "commands.hpp"
#include "common.hpp"

namespace tcpcraft::cli {
namespace {

class Printer : public engine::Observer {
 public:
  Printer(bool verbose, const report::Style& style) : verbose_(verbose), style_(style) {}
  void started(wire::Time start) override { start_ = start; }
  void passed(const engine::TraceEntry& entry) override {
    const auto& segment = std::get<engine::PassedSegment>(entry);
    if (segment.from == engine::Party::kernel) answered_ = true;
    print(report::format_entry(entry, start_, verbose_, style_));
  }
  bool answered() const { return answered_; }

 private:
  bool verbose_;
  const report::Style& style_;
  wire::Time start_;
  bool answered_ = false;
};

/// Where the segment may go. Loopback and a private network are ours; any other address must have been named.
runner::Net place_of(const SendCommand& command, const wire::IpAddress& target) {
  if (command.net == runner::Net::isolated && command.allowed_targets.empty()) return runner::Net::isolated;
  if (target.is_loopback()) return command.net;
  const bool allowed =
      std::any_of(command.allowed_targets.begin(), command.allowed_targets.end(),
                  [&](const std::string& text) { return wire::IpAddress::parse(text) == target; });
  if (allowed) return runner::Net::target;
  throw UsageError("--to: " + target.to_string() +
                   " is neither loopback nor in a private network: name it with " + "--allow-target " +
                   target.to_string() + " if you may send there");
}

/// The address from which this host reaches another.
wire::IpAddress source_towards(const wire::Endpoint& target) {
  const wire::IpAddress& address = target.address;
  const auto source =
      os::source_towards(os::SocketAddress::from(address.data(), address.size(), target.port)).to_string();
  const auto endpoint = wire::Endpoint::parse(source);
  if (!endpoint) throw UsageError("--to: no address of this host reaches " + address.to_string());
  return endpoint->address;
}

/// One `send`, and whatever comes back: a scenario of two steps.
scenario::Scenario two_steps(const SendCommand& command, const scenario::Source& source) {
  wire::ParsedSegment parsed = wire::parse_segment(source.text, wire::Purpose::send);
  for (const wire::NotationError& error : parsed.errors)
    print(report::format_diagnostic(source, {{error.where.begin, error.where.end}, error.message, error.hint},
                                    style_for(command.color)));
  if (!parsed.errors.empty()) throw UsageError("segment: not a segment");
  if (std::holds_alternative<wire::PayloadFile>(parsed.spec.payload)) {
    auto& payload = parsed.spec.payload;
    const std::string path = std::get<wire::PayloadFile>(payload).path;
    auto bytes = scenario::files_beside("")(path);
    if (!bytes) throw UsageError("segment: cannot read the file '" + path + "'");
    payload = std::move(*bytes);
  }
  const auto to = wire::Endpoint::parse(command.to);
  const auto wait = wire::parse_duration(command.wait);
  if (!to || to->port == 0) throw UsageError("--to: not an address and port: A.B.C.D:PORT or [V6]:PORT");
  if (!wait) throw UsageError("--wait: not a duration: 100ms");
  scenario::Scenario scenario;
  scenario.title = "send";
  scenario.kernel.address = *to;
  scenario.kernel.app = command.app;
  scenario.peers.front().address = to->address;
  scenario.steps.push_back({{}, {}, scenario::Send{{std::move(parsed.spec), {}, {}}}});
  scenario.steps.push_back({{}, {}, scenario::Wait{*wait}});
  return scenario;
}

runner::Outcome send_once(const SendCommand& command, const scenario::Scenario& scenario, runner::Net net) {
  const report::Style style = style_for(command.color);
  runner::enter_network(net);
  if (net != runner::Net::target)
    if (const auto refused = runner::furnish(scenario, net))
      return {refused->verdict, refused->reason, {}, false, false};
  Printer printer(command.verbose, style);
  runner::InterruptibleClock clock;
  runner::RunOptions options;
  options.net = net;
  options.seed = command.seed;
  options.observer = &printer;
  const engine::Result result = runner::play(scenario, options, clock);
  if (!printer.answered() && !clock.interrupted()) print("  no answer within " + command.wait + "\n");
  // What came back is for the user to judge: a segment that no step expects is what was asked for.
  if (result.verdict == engine::Verdict::error) return {result.verdict, result.reason, {}, true, false};
  return {engine::Verdict::pass, "", {}, false, false};
}

}  // namespace

int send(const SendCommand& command) {
  const report::Style style = style_for(command.color);
  scenario::Scenario scenario = two_steps(command, {"segment", command.segment});
  const runner::Net net = place_of(command, scenario.kernel.address.address);
  if (net != runner::Net::isolated) scenario.kernel.app = "external";
  if (net == runner::Net::target) scenario.peers.front().address = source_towards(scenario.kernel.address);
  runner::catch_interrupts();
  const runner::Outcome outcome =
      runner::run_in_child([&] { return outcome_of([&] { return send_once(command, scenario, net); }); });
  if (runner::interrupt_signal()) return 128 + runner::interrupt_signal();
  if (outcome.verdict == engine::Verdict::pass) return ok;
  print(style.red("error") + ": " + report::printable(outcome.reason) + "\n");
  return cannot_run;
}

}  // namespace tcpcraft::cli
