#pragma once

#include <cstddef>

#include <tcpcraft/wire/segment.hpp>

namespace tcpcraft::engine {

/// The size of the IP header that a crafted segment gets, in bytes.
inline std::size_t ip_header_size(const wire::Segment& segment) {
  return segment.source.address.is_v6() ? 40 : 20;
}

}  // namespace tcpcraft::engine
