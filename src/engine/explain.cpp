#include <algorithm>

#include <tcpcraft/engine/match.hpp>

namespace tcpcraft::engine {
namespace {

using wire::Flag;
using wire::Part;

std::string bytes_text(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

/// What lies between two acknowledgement numbers of the peer's stream: "the SYN", "the FIN", "2 bytes of
/// data".
std::string between(wire::SeqNum from, wire::SeqNum to, const model::Tcb& kernel) {
  const bool fin = kernel.fin_received &&
                   wire::in_range(*kernel.fin_received, from, static_cast<std::uint32_t>(to - from));
  const bool syn = kernel.irs && wire::in_range(*kernel.irs, from, static_cast<std::uint32_t>(to - from));
  const std::int64_t data = to - from - fin - syn;
  std::string text;
  if (syn) text = "the SYN";
  if (data > 0) text += (text.empty() ? "" : ", ") + bytes_text(data) + " of data";
  if (fin) text += std::string(text.empty() ? "" : " and ") + "the FIN";
  return text;
}

std::string summarize_ack(const std::string& name, wire::SeqNum expected, wire::SeqNum received,
                          const model::Tcb& kernel) {
  const std::int64_t distance = received - expected;
  const auto near = [](std::int64_t d) { return d > 0 && d < 1 << 20; };
  if (near(-distance))
    return "the kernel's " + name + " does not cover " + between(received, expected, kernel);
  if (near(distance)) return "the kernel's " + name + " acknowledges " + bytes_text(distance) + " too many";
  return "the kernel's " + name + " acknowledges a number far from the one expected";
}

/// Nothing new, one number below what the peer has acknowledged: an answer is wanted, and no more.
bool is_like_a_probe(const wire::Segment& segment, const Names& names) {
  return segment.payload.empty() && segment.flags == wire::Flags{Flag::ack} &&
         segment.seq == names.snd_una - 1;
}

std::string summarize_seq(const std::string& name, std::int64_t distance) {
  if (distance < 0)
    return "the kernel's " + name + " begins " + std::to_string(-distance) + " before the number expected";
  return "the kernel's " + name + " begins " + std::to_string(distance) + " past the number expected";
}

std::string summarize_payload(const std::string& name, const wire::SegmentSpec& spec,
                              const wire::Bytes& received) {
  const auto* expected = std::get_if<wire::Bytes>(&spec.payload);
  if (!expected) return "the kernel's " + name + " carries a payload of another length";
  if (expected->empty()) return "the kernel's " + name + " carries data where none is expected";
  if (received.empty()) return "the kernel's " + name + " carries no data";
  const auto shorter = std::min(expected->size(), received.size());
  const auto [at, unused] = std::mismatch(
      expected->begin(), expected->begin() + static_cast<std::ptrdiff_t>(shorter), received.begin());
  const auto position = static_cast<std::size_t>(at - expected->begin());
  if (position == shorter)
    return "the kernel's " + name + " carries " + bytes_text(static_cast<std::int64_t>(received.size())) +
           " instead of " + std::to_string(expected->size());
  return "the kernel's " + name + " differs from the payload expected at byte " +
         std::to_string(position + 1);
}

}  // namespace

std::string describe_expected(const wire::SegmentSpec& spec, const Expectation& expectation) {
  wire::SegmentSpec filled = spec;
  const wire::Origins& origins = expectation.names.origins;
  const auto relative = [](wire::SeqNum number, std::optional<wire::SeqNum> origin) {
    return wire::Number{wire::Number::Base::relative, origin ? number - *origin : std::int64_t{number.raw()}};
  };
  const auto settle = [&](std::optional<wire::Number>& number, std::optional<wire::SeqNum> derived,
                          std::optional<wire::SeqNum> origin) {
    if (number && number->base == wire::Number::Base::any) return;
    if (number) derived = resolve(*number, expectation.names, origin);
    if (derived) number = relative(*derived, origin);
  };
  settle(filled.seq, expectation.derived.seq, origins.sender);
  if (filled.ack || filled.flags.has(Flag::ack))
    settle(filled.ack, expectation.derived.ack, origins.receiver);
  filled.within.reset();
  return wire::format_spec(filled);
}

std::string summarize(const std::vector<Difference>& differences, const wire::SegmentSpec& spec,
                      const wire::Segment& segment, const Expectation& expectation,
                      const model::Tcb& kernel) {
  const std::string name = wire::format_flags(segment.flags);
  const Names& names = expectation.names;
  switch (differences.front().part) {
    case Part::flags:
      return "the kernel sent " + name + ", not " + wire::format_flags(spec.flags);
    case Part::ack:
      return summarize_ack(
          name, spec.ack ? resolve(*spec.ack, names, names.origins.receiver) : expectation.derived.ack,
          segment.ack, kernel);
    case Part::seq: {
      const wire::SeqNum expected = spec.seq ? resolve(*spec.seq, names, names.origins.sender)
                                             : expectation.derived.seq.value_or(segment.seq);
      return summarize_seq(name, segment.seq - expected) +
             (is_like_a_probe(segment, names) ? ": a window probe or keep-alive has seq=snd.una-1" : "");
    }
    case Part::payload:
      return summarize_payload(name, spec, segment.payload);
    case Part::options:
      return "the kernel's " + name + " carries other options than expected";
    default:
      return "the kernel's " + name + " has " + differences.front().received + ", not " +
             differences.front().expected;
  }
}

}  // namespace tcpcraft::engine
