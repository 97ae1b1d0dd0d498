#include "notation_parts.hpp"

namespace tcpcraft::wire {
namespace {

std::optional<Duration> parse_bound(Piece piece, Reporter& report) {
  if (const auto duration = parse_duration(piece.text)) return duration;
  const bool number = !piece.text.empty() && piece.text.find_first_not_of("0123456789.") == piece.text.npos;
  if (number) {
    report.error(piece.range(), quoted(piece.text) + " has no unit",
                 "write " + std::string(piece.text.substr(0, 20)) + "ms, or one of the units ns us s");
  } else {
    report.error(piece.range(), quoted(piece.text) + " is not a time", "write 40ms, 1.5s or 0");
  }
  return std::nullopt;
}

}  // namespace

std::optional<Interval> parse_interval(Piece piece, Reporter& report) {
  const std::size_t dots = piece.text.find("..");
  if (dots == piece.text.npos) {
    report.error(piece.range(), quoted(piece.text) + " is not an interval", "write in 40ms..200ms");
    return std::nullopt;
  }
  const Piece first = piece.part(0, dots);
  const Piece last = piece.part(dots + 2);
  if (first.text.empty() || last.text.empty()) {
    report.error(piece.range(), "the interval has two ends", "write in 0..200ms");
    return std::nullopt;
  }
  const auto min = parse_bound(first, report);
  const auto max = parse_bound(last, report);
  if (!min || !max) return std::nullopt;
  if (*min <= *max) return Interval{*min, *max};
  report.error(piece.range(),
               "the interval is empty: " + format_duration(*max) + " is before " + format_duration(*min));
  return std::nullopt;
}

}  // namespace tcpcraft::wire
