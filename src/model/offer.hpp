#pragma once

#include <tcpcraft/model/tcb.hpp>

namespace tcpcraft::model {

/// The largest window scale that counts; a larger one is taken for it (RFC 7323, section 2.3).
constexpr std::uint8_t max_window_scale = 14;

/// What the options of a SYN offer.
Offer offer_of(const wire::Segment& syn);

/// The window that `segment` offers, in bytes. `scale` is that of its sender where scaling is in force; the
/// window of a SYN is never scaled (RFC 7323, section 2.2).
std::uint32_t window_of(const wire::Segment& segment, bool scaling, std::optional<std::uint8_t> scale);

/// The age of a timestamp against another: positive where `a` is newer (RFC 7323, section 5.2).
constexpr std::int32_t newer_by(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(a - b);
}

}  // namespace tcpcraft::model
