#include <algorithm>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/runner/prepare.hpp>
#include <tcpcraft/runner/requirements.hpp>

namespace tcpcraft::runner {
namespace {

engine::Result skip(std::string reason) {
  engine::Result result;
  result.verdict = engine::Verdict::skip;
  result.reason = std::move(reason);
  return result;
}

/// Watches for drops where a step asks for them; a reason to skip where that cannot be.
std::optional<std::string> watch_drops(const scenario::Scenario& scenario,
                                       std::unique_ptr<kernel::DropWatch>& drops) {
  for (const scenario::Step& step : scenario.steps) {
    const auto* dropped = std::get_if<scenario::Dropped>(&step.action);
    if (!dropped) continue;
    try {
      if (!drops) drops = std::make_unique<kernel::DropWatch>();
    } catch (const os::SystemError& error) {
      return std::string("the kernel does not tell this process why it drops a segment: ") + error.what();
    }
    if (!drops->knows(dropped->reason)) return "this kernel does not tell the drop reason " + dropped->reason;
  }
  return {};
}

}  // namespace

Prepared prepare(const scenario::Scenario& scenario) {
  Prepared prepared;
  if (!scenario.requirements.empty()) {
    const System system = this_system();
    for (const scenario::Requirement& requirement : scenario.requirements) {
      // Each network namespace has sysctls of its own: `furnish` looks for them.
      if (requirement.kind == scenario::Requirement::Kind::sysctl) continue;
      if (auto reason = unmet(requirement, system)) {
        prepared.refused = skip(std::move(*reason));
        return prepared;
      }
    }
  }
  if (auto reason = watch_drops(scenario, prepared.drops)) prepared.refused = skip(std::move(*reason));
  return prepared;
}

}  // namespace tcpcraft::runner
