// What the machine makes of what the kernel says of itself besides its segments: TCP_INFO, and why it dropped
// one.

#include <algorithm>

#include <tcpcraft/calls/tcp_info.hpp>
#include <tcpcraft/engine/machine.hpp>

namespace tcpcraft::engine {
namespace {

std::string format_claim(const scenario::InfoClaim& claim) {
  return std::string(claim.field->name) + " " + std::string(scenario::to_string(claim.comparator)) + " " +
         claim.value_text;
}

/// Why there is nothing to ask: neither a half-open connection of a passive open nor TIME-WAIT has a full
/// socket.
std::string without_full_socket(const kernel::SocketState& state) {
  if (state.state != "CLOSED") return state.state + ", without a full socket";
  return state.listening ? "no connection, only a listening socket" : "no socket";
}

}  // namespace

void Machine::info(kernel::SocketInfo info) {
  info_ = std::move(info);
}

void Machine::drops(kernel::Drops drops) {
  drops_ = std::move(drops);
}

bool Machine::asks_for_drops() const {
  return std::any_of(scenario_.steps.begin(), scenario_.steps.end(), [](const scenario::Step& step) {
    return std::holds_alternative<scenario::Dropped>(step.action);
  });
}

std::optional<Action> Machine::play(const scenario::Info& step, wire::Time) {
  if (!info_) return AskInfo{here_};
  const std::list<Unread>& unread = here().unread;
  const bool late = !unread.empty() && unread.front().late;
  for (const scenario::InfoClaim& claim : step.claims) {
    const auto fail_here = [&](std::string summary, std::string label, std::string received) {
      return fail_claim(std::move(summary), std::move(label), format_claim(claim), std::move(received),
                        claim.span);
    };
    const std::string name(claim.field->name);
    if (info_->tcp_info.empty()) {
      if (late) return blame_lateness(unread.front());
      const std::string what = without_full_socket(info_->state);
      return fail_here("the kernel has no TCP_INFO of this connection: " + what, what, what);
    }
    const auto value = calls::value_of(*claim.field, info_->tcp_info);
    if (!value) {
      result_.place = claim.span;
      return finish(Verdict::skip, claim.field->size == 0
                                       ? "where '" + name + "' lies in TCP_INFO differs between kernels"
                                       : "this kernel's TCP_INFO has no '" + name + "' yet");
    }
    if (scenario::holds(*value, claim.comparator, claim.value)) continue;
    if (late) return blame_lateness(unread.front());
    const std::string shown = calls::format_info(*claim.field, *value);
    return fail_here("the kernel's " + name + " is " + shown + ", not " +
                         std::string(scenario::to_string(claim.comparator)) + " " + claim.value_text,
                     "TCP_INFO says " + shown, name + " == " + shown);
  }
  advance();
  return {};
}

std::optional<Action> Machine::play(const scenario::Dropped& step, wire::Time) {
  if (!here().last_send_entry) {
    result_.place = scenario_.steps[step_].verb;
    return finish(Verdict::error, "no segment was sent before");
  }
  if (!drops_) return AskDrops{here_};
  if (!drops_->told) {
    const std::string reason = "the kernel handled the segment elsewhere, where its drop could not be seen";
    return finish(setup_.immediate ? Verdict::inconclusive : Verdict::skip, reason);
  }
  if (drops_->reason == step.reason) {
    advance();
    return {};
  }
  const auto& sent = std::get<PassedSegment>(result_.trace[*here().last_send_entry]);
  const std::string flags = wire::format_flags(sent.segment.flags);
  if (!drops_->reason)
    return fail_claim("the kernel did not drop the peer's " + flags, "not dropped", step.reason,
                      "not dropped");
  return fail_claim("the kernel dropped the peer's " + flags + " for another reason: " + *drops_->reason,
                    "dropped: " + *drops_->reason, step.reason, *drops_->reason);
}

}  // namespace tcpcraft::engine
