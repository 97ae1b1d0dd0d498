#include <algorithm>

#include <tcpcraft/matrix/segment_class.hpp>
#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::matrix {

using wire::Flag;

namespace {

wire::Bytes text(std::size_t size) {
  wire::Bytes bytes(size);
  std::generate(bytes.begin(), bytes.end(),
                [n = 0]() mutable { return static_cast<std::uint8_t>('a' + n++ % 26); });
  return bytes;
}

/// Nothing where the segment carries no Timestamps.
std::optional<wire::Timestamps> stamps(const SegmentClass& segment_class, const model::Tcb& tcb) {
  const Stamp& stamp = segment_class.stamp;
  const std::uint32_t sent = tcb.ts_sent.value_or(0);
  switch (stamp.kind) {
    case Stamp::Kind::missing:
      return {};
    case Stamp::Kind::usual:
      if (!tcb.timestamps()) return {};
      return wire::Timestamps{tcb.ts_recent + 1, sent};
    case Stamp::Kind::given:
      break;
  }
  const auto tsval = static_cast<std::uint32_t>(tcb.ts_recent + stamp.tsval);
  return wire::Timestamps{tsval, stamp.zero_echo ? 0 : static_cast<std::uint32_t>(sent + stamp.tsecr)};
}

void deform(Malformed malformed, Injected& injected) {
  switch (malformed) {
    case Malformed::no:
      return;
    case Malformed::checksum:
      injected.deformity.bad_checksum = true;
      return;
    case Malformed::offset_small:
      injected.deformity.data_offset = 4;
      return;
    case Malformed::offset_large:
      injected.deformity.data_offset = 15;
      return;
    case Malformed::option_length:
      // Of a kind that means something, so that the length is all that is wrong.
      injected.segment.options.push_back(wire::RawOption{3, {7}, 1});
  }
}

std::string signed_offset(std::string_view variable, std::int64_t offset) {
  std::string said(variable);
  if (offset > 0) said += "+";
  return offset == 0 ? said : said + std::to_string(offset);
}

std::string describe(const Stamp& stamp) {
  if (stamp.kind == Stamp::Kind::usual) return "";
  if (stamp.kind == Stamp::Kind::missing) return " no TSopt";
  std::string said = " TSval=" + signed_offset("TS.Recent", stamp.tsval);
  if (stamp.zero_echo) return said + " TSecr=0";
  return stamp.tsecr == 0 ? said : said + " TSecr=" + signed_offset("sent", stamp.tsecr);
}

std::string_view describe(Malformed malformed) {
  constexpr std::string_view said[] = {"", " bad checksum", " data offset 4", " data offset 15",
                                       " option of length 1"};
  return said[static_cast<int>(malformed)];
}

}  // namespace

Injected instantiate(const SegmentClass& segment_class, const model::Tcb& tcb) {
  Injected injected;
  wire::Segment& segment = injected.segment;
  segment.flags = segment_class.flags;
  segment.seq = evaluate(segment_class.seq, tcb);
  if (segment_class.ack) segment.ack = evaluate(*segment_class.ack, tcb);
  segment.window = segment_class.window;
  segment.urgent_pointer = segment_class.urgent_pointer;
  segment.payload = text(segment_class.length);
  if (const auto timestamps = stamps(segment_class, tcb)) segment.options.push_back(*timestamps);
  deform(segment_class.malformed, injected);
  return injected;
}

bool applies(const SegmentClass& segment_class, const StateVariant& state) {
  const auto fills = [](const Act& act) { return act.kind == Act::Kind::fill_window; };
  if (segment_class.needs_window && std::any_of(state.recipe.begin(), state.recipe.end(), fills))
    return false;
  if (!segment_class.on_timestamps) return true;
  if (state.state == model::State::closed || state.state == model::State::listen) return false;
  // The kernel has offered Timestamps, and only a SYN can tell it what became of that.
  const bool completes = segment_class.flags.has(Flag::syn) && segment_class.stamp.kind == Stamp::Kind::given;
  return state.state != model::State::syn_sent || completes;
}

std::string to_string(const SegmentClass& segment_class) {
  std::string said = "SEQ=" + to_string(segment_class.seq);
  if (segment_class.ack) said += " ACK=" + to_string(*segment_class.ack);
  said += " CTL=" + wire::format_flags(segment_class.flags) + " LEN=" + std::to_string(segment_class.length);
  if (segment_class.window != SegmentClass{}.window) said += " WND=" + std::to_string(segment_class.window);
  if (segment_class.urgent_pointer != 0) said += " UP=" + std::to_string(segment_class.urgent_pointer);
  said += describe(segment_class.stamp);
  said += describe(segment_class.malformed);
  return said;
}

}  // namespace tcpcraft::matrix
