#include "symbolic.hpp"

#include <optional>

#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::matrix {
namespace {

using wire::Flag;
using wire::Segment;
using wire::SeqNum;

/// A number near `base`, from it on; nothing where it is too far to be said so.
std::optional<std::string> from(SeqNum number, SeqNum base, const char* name) {
  constexpr std::int32_t near = 70'000;
  const std::int32_t distance = number - base;
  if (distance < 0 || distance > near) return {};
  return distance == 0 ? name : name + ("+" + std::to_string(distance));
}

std::string name_seq(SeqNum seq, wire::Flags flags, const model::Tcb& before, const Segment& injected) {
  if (flags.has(Flag::rst)) {
    if (injected.has(Flag::ack) && seq == injected.ack) return "SEG.ACK";
    if (seq == SeqNum(0)) return "0";
  }
  if (!before.iss) return "new";
  if (seq == before.snd_nxt) return "SND.NXT";
  if (flags.has(Flag::syn) && !in_range(seq, before.snd_una, 1)) return "new";
  return from(seq, before.snd_una, "SND.UNA")
      .value_or("ISS+" + std::to_string(seq.raw() - before.iss->raw()));
}

std::string name_ack(SeqNum ack, const model::Tcb& before, const Segment& injected) {
  if (!before.irs || injected.has(Flag::syn))
    if (ack == injected.end() || ack == injected.seq + 1)
      return ack == injected.seq + 1 ? "SEG.SEQ+1" : "SEG.SEQ+SEG.LEN";
  if (!before.irs)
    return from(ack, injected.seq, "SEG.SEQ").value_or("abs(" + std::to_string(ack.raw()) + ")");
  return from(ack, before.rcv_nxt, "RCV.NXT")
      .value_or("IRS+" + std::to_string(ack.raw() - before.irs->raw()));
}

std::string join(wire::Flags flags, const std::string& seq, const std::string& ack) {
  std::string text = wire::format_flags(flags) + " seq=" + seq;
  if (flags.has(Flag::ack)) text += " ack=" + ack;
  return text;
}

}  // namespace

std::string symbolic(const model::Reply& reply, const model::Tcb& before, const Segment& injected) {
  if (reply.kind == model::Reply::Kind::none) return "nothing";
  const std::string seq = reply.seq ? name_seq(*reply.seq, reply.flags, before, injected) : "new";
  return join(reply.flags, seq, name_ack(reply.ack, before, injected));
}

std::string symbolic(const Segment& sent, const model::Tcb& before, const Segment& injected) {
  std::string text = join(sent.flags, name_seq(sent.seq, sent.flags, before, injected),
                          name_ack(sent.ack, before, injected));
  if (!sent.payload.empty()) text += " len=" + std::to_string(sent.payload.size());
  return text;
}

std::string symbolic(const Observation& observation) {
  std::string text;
  const auto add = [&](const Segment& sent, const char* mark) {
    text += (text.empty() ? "" : ", ") + symbolic(sent, observation.before, observation.injected) + mark;
  };
  for (const Segment& sent : observation.at_once) add(sent, "");
  for (const Segment& sent : observation.flushed) add(sent, " (delayed)");
  return text.empty() ? "nothing" : text;
}

}  // namespace tcpcraft::matrix
