// Messages of ICMP about the kernel's segments. The model does not follow them: what the kernel makes of one
// is for the steps to say.

#include <tcpcraft/engine/machine.hpp>
#include <tcpcraft/wire/codec.hpp>

namespace tcpcraft::engine {

/// The kernel's last segment of the connection, with the number that the step gives it; nothing where there
/// is none.
std::optional<wire::Segment> Machine::quoted_by(const scenario::SendIcmp& step) {
  for (auto entry = result_.trace.rbegin(); entry != result_.trace.rend(); ++entry) {
    const auto* passed = std::get_if<PassedSegment>(&*entry);
    if (!passed || passed->segment.source != setup_.kernel || passed->segment.destination != here().end)
      continue;
    wire::Segment quoted = passed->segment;
    const Names names = names_of(kernel_of(here()));
    if (step.message.seq) quoted.seq = resolve(*step.message.seq, names, passed->origins.sender);
    return quoted;
  }
  return {};
}

std::optional<Action> Machine::play(const scenario::SendIcmp& step, wire::Time) {
  if (sent_) {
    advance();
    return {};
  }
  const std::optional<wire::Segment> quoted = quoted_by(step);
  if (!quoted) {
    result_.place = scenario_.steps[step_].value;
    return finish(Verdict::error, "the kernel has sent nothing yet that a message of ICMP could quote");
  }
  const wire::IpAddress& from = here().end.address;
  injected_ = wire::encode_icmp(*wire::icmp_header(step.message, from.is_v6()), from, setup_.kernel.address,
                                wire::encode(*quoted), setup_.largest_datagram);
  sent_ = true;
  return Inject{injected_};
}

void Machine::injected(wire::Time before, wire::Time after) {
  const auto& step = std::get<scenario::SendIcmp>(scenario_.steps[step_].action);
  const wire::Segment quoted = *quoted_by(step);
  const auto origin = kernel_of(here()).iss;
  const std::int64_t seq = origin ? std::int64_t{quoted.seq - *origin} : std::int64_t{quoted.seq.raw()};
  wire::IcmpSpec message = step.message;
  message.seq.reset();  // which is the quoted segment's
  record(PassedIcmp{before,
                    wire::format_icmp(message) + " quoting " + wire::format_flags(quoted.flags) +
                        " seq=" + std::to_string(seq),
                    here_, step_});
  // What it makes the kernel send has not crossed the peer's segment.
  here().owed = false;
  here().cause = step_;
  here().last_rule = nullptr;
  here().anchor = {after, after - before, true};
}

}  // namespace tcpcraft::engine
