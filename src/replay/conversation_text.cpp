#include <algorithm>

#include <tcpcraft/replay/conversation.hpp>
#include <tcpcraft/wire/notation.hpp>

/// What is said of a conversation that went wrong.
namespace tcpcraft::replay {
namespace {

std::string bytes(Offset count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

std::string name_of(const Act& act) {
  switch (act.kind) {
    case Act::Kind::open:
      return "its SYN";
    case Act::Kind::window:
      return "an announcement of its window";
    case Act::Kind::reset:
      return "its RST";
    default:
      break;
  }
  std::string text = wire::format_flags(act.segment.flags);
  if (!act.segment.payload.empty()) text += " " + wire::format_payload(act.segment.payload, 24);
  return text;
}

}  // namespace

std::string Conversation::describe_difference() const {
  const Difference& difference = *comparison_.difference();
  const std::string at = " at byte " + std::to_string(difference.offset);
  if (difference.live.empty()) return them() + " ends early," + at + " of the capture";
  if (difference.captured.empty()) return them() + " goes on" + at + ", where it ends in the capture";
  return them() + " says something else" + at;
}

std::string Conversation::describe_silence() const {
  const std::string silence =
      "for " + wire::format_duration(settings_.timeout) + " longer than in the capture";
  if (!tcp_->tcb().irs) return them() + " does not answer the SYN " + silence;
  if (const std::size_t left = tcp_->unacknowledged(); left > 0)
    return them() + " does not acknowledge " + bytes(static_cast<Offset>(left)) + " " + silence;
  const Offset missing = their_text_length() - comparison_.matched();
  if (!plan_.is_one_sided() && missing > 0)
    return them() + " is silent " + silence + ", after " + bytes(comparison_.matched()) + " of " +
           std::to_string(their_text_length());
  if (plan_.their_end() == End::fin && !their_fin_)
    return them() + " does not close the connection " + silence;
  if (plan_.their_end() == End::reset) return them() + " does not reset the connection " + silence;
  return them() + " does not acknowledge our end " + silence;
}

std::string Conversation::describe_doing() const {
  const auto& acts = plan_.acts();
  std::string text = "in " + std::string(model::to_string(tcp_->tcb().state)) + ", " +
                     std::to_string(played_) + " of " + std::to_string(played_ + acts.size()) +
                     " acts of the capture played";
  if (acts.empty()) return text;
  const Act& next = acts.front();
  text += "; next " + name_of(next);
  if (has_cause(next)) return text;
  if (!has_reached(next.needs)) {
    const bool end = plan_.their_end() == End::fin && next.needs == plan_.their_length();
    const Offset wanted = std::max<Offset>(next.needs - (end ? 2 : 1), 0);
    return text + ", once " + bytes(wanted) + " of " + them() + "'s" + (end ? " and its FIN" : "") +
           " have come (" + std::to_string(comparison_.matched()) + " have)";
  }
  return text + ", once what was sent has been acknowledged";
}

}  // namespace tcpcraft::replay
