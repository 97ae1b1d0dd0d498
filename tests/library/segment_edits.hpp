#pragma once

#include <functional>
#include <string>
#include <vector>

#include <tcpcraft/wire/notation.hpp>
#include <tcpcraft/wire/segment_spec.hpp>

namespace tcpcraft::library_test {

/// One thing made wrong in an expected segment.
struct SegmentEdit {
  std::string what;
  wire::Part part = wire::Part::flags;
  std::function<void(wire::SegmentSpec&)> apply;
};

/// Everything that the segment states, or leaves to be derived, made wrong one by one.
std::vector<SegmentEdit> edits_of(const wire::SegmentSpec& spec);

}  // namespace tcpcraft::library_test
