#include <algorithm>

#include <tcpcraft/model/tcb.hpp>

#include "offer.hpp"

namespace tcpcraft::model {

Tcb listening() {
  Tcb tcb;
  tcb.state = State::listen;
  tcb.passive = true;
  return tcb;
}

bool acceptable(const Tcb& tcb, const wire::Segment& segment) {
  const std::uint32_t window = tcb.rcv_wnd();
  if (segment.seg_len() == 0) return segment.seq == tcb.rcv_nxt || in_range(segment.seq, tcb.rcv_nxt, window);
  return in_range(segment.seq, tcb.rcv_nxt, window) || in_range(segment.end() - 1, tcb.rcv_nxt, window);
}

Offer offer_of(const wire::Segment& syn) {
  Offer offer;
  if (const auto* mss = wire::find<wire::Mss>(syn.options)) offer.mss = mss->value;
  if (const auto* scale = wire::find<wire::WindowScale>(syn.options))
    offer.window_scale = std::min(scale->shift, max_window_scale);
  offer.sack_permitted = wire::find<wire::SackPermitted>(syn.options) != nullptr;
  offer.timestamps = wire::find<wire::Timestamps>(syn.options) != nullptr;
  return offer;
}

std::uint32_t window_of(const wire::Segment& segment, bool scaling, std::optional<std::uint8_t> scale) {
  const std::uint32_t window = segment.window;
  return scaling && !segment.has(wire::Flag::syn) ? window << scale.value_or(0) : window;
}

}  // namespace tcpcraft::model
