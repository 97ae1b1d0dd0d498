#include <algorithm>
#include <cstddef>
#include <string>

#include <tcpcraft/model/derive.hpp>
#include <tcpcraft/model/rules.hpp>

#include "offer.hpp"

namespace tcpcraft::model {

using wire::Flag;
using wire::SackBlock;
using wire::Segment;

namespace {

std::optional<OptionFault> check_timestamps(const Tcb& tcb, const Derived& derived, const Segment& segment) {
  const auto* timestamps = wire::find<wire::Timestamps>(segment.options);
  if (!tcb.timestamps()) {
    if (!timestamps) return {};
    return OptionFault{&rules::timestamps_forbidden, "no ts option"};
  }
  if (!timestamps) {
    if (segment.has(Flag::rst)) return {};
    return OptionFault{&rules::timestamps_required, "ts tsecr=" + std::to_string(derived.tsecr.value_or(0))};
  }
  if (derived.tsecr && timestamps->tsecr != *derived.tsecr)
    return OptionFault{&rules::timestamps_echo, "ts tsecr=" + std::to_string(*derived.tsecr)};
  if (derived.tsval_at_least && newer_by(timestamps->tsval, *derived.tsval_at_least) < 0)
    return OptionFault{&rules::timestamps_forward, "ts tsval>=" + std::to_string(*derived.tsval_at_least)};
  return {};
}

bool within(const SackBlock& block, const SackBlock& whole) {
  return before(block.left, block.right) && !before(block.left, whole.left) &&
         !after(block.right, whole.right);
}

/// The blocks are those derived; behind a D-SACK block as many of them as there is room for.
bool sack_is_right(const Tcb& tcb, const Derived& derived, const std::vector<SackBlock>& blocks) {
  if (blocks == derived.sack) return true;
  if (blocks.empty() || !derived.dsack || !within(blocks.front(), *derived.dsack)) return false;
  const std::size_t room = (tcb.timestamps() ? 3 : 4) - 1;
  const std::size_t expected = std::min(derived.sack.size(), room);
  return blocks.size() - 1 == expected && std::equal(blocks.begin() + 1, blocks.end(), derived.sack.begin());
}

/// `sack 11:21 31:41`, counted from the SYN of the side that is acknowledged.
std::string expected_sack(const Tcb& tcb, const Derived& derived) {
  if (derived.sack.empty()) return "no sack option";
  const std::uint32_t origin = tcb.irs.value_or(wire::SeqNum()).raw();
  std::string text = "sack";
  for (const SackBlock& block : derived.sack)
    text +=
        ' ' + std::to_string(block.left.raw() - origin) + ':' + std::to_string(block.right.raw() - origin);
  return text;
}

std::optional<OptionFault> check_sack(const Tcb& tcb, const Derived& derived, const Segment& segment) {
  const auto* sack = wire::find<wire::Sack>(segment.options);
  if (!tcb.sack()) {
    if (!sack) return {};
    return OptionFault{&rules::sack_forbidden, "no sack option"};
  }
  // An empty SACK option is not the same as none.
  const bool right =
      sack ? !sack->blocks.empty() && sack_is_right(tcb, derived, sack->blocks) : derived.sack.empty();
  if (right) return {};
  return OptionFault{&rules::sack_blocks, expected_sack(tcb, derived)};
}

std::optional<OptionFault> check_kinds(const Segment& segment) {
  const char* stray = nullptr;
  if (wire::find<wire::Mss>(segment.options)) stray = "no mss option";
  if (wire::find<wire::WindowScale>(segment.options)) stray = "no wscale option";
  if (wire::find<wire::SackPermitted>(segment.options)) stray = "no sackok option";
  if (wire::find<wire::Md5>(segment.options)) stray = "no md5 option";
  if (wire::find<wire::FastOpen>(segment.options)) stray = "no fastopen option";
  if (const auto* raw = wire::find<wire::RawOption>(segment.options))
    return OptionFault{&rules::syn_only, "no option of kind " + std::to_string(raw->kind)};
  if (!stray) return {};
  return OptionFault{&rules::syn_only, stray};
}

}  // namespace

std::optional<OptionFault> check_options(const Tcb& tcb, const Derived& derived, const Segment& segment) {
  if (segment.has(Flag::syn)) return {};
  if (auto fault = check_timestamps(tcb, derived, segment)) return fault;
  if (segment.has(Flag::rst)) return {};
  if (auto fault = check_sack(tcb, derived, segment)) return fault;
  return check_kinds(segment);
}

}  // namespace tcpcraft::model
