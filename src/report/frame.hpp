#pragma once

#include <string>
#include <vector>

#include <tcpcraft/report/style.hpp>
#include <tcpcraft/scenario/source.hpp>

namespace tcpcraft::report {

/// A token of the source, to be pointed at.
struct Mark {
  scenario::Span span;
  char line = '^';    ///< what it is underlined with
  std::string label;  ///< behind the underline
};

/// A source excerpt: where it is, then each marked line with its underline, numbers in a margin. Marks come
/// in the order of the text.
std::string format_frame(const scenario::Source& source, scenario::Span place, const std::vector<Mark>& marks,
                         const Style& style);

/// The width of the margin of that excerpt, so that more can be lined up below it.
std::size_t margin(const scenario::Source& source, const std::vector<Mark>& marks);

}  // namespace tcpcraft::report
