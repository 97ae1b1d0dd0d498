#include "matrix_trace.hpp"

#include <algorithm>

#include <tcpcraft/wire/notation.hpp>

#include "matrix_text.hpp"

namespace tcpcraft::report {
namespace {

using matrix::Observation;
using matrix::Passed;

/// Data is a pattern, of which the length is what matters.
constexpr std::size_t shown_payload = 8;

std::string deformity_text(const wire::Deformity& deformity) {
  std::string text;
  if (deformity.checksum || deformity.bad_checksum) text += " checksum=bad";
  if (deformity.data_offset) text += " data_offset=" + std::to_string(*deformity.data_offset);
  return text;
}

/// `ACK     seq=2 ack=2`: the flags in a column of their own.
std::string in_columns(std::string line) {
  const std::size_t flags = std::min(line.find(' '), line.size());
  if (flags < 8) line.insert(flags, 8 - flags, ' ');
  return line;
}

}  // namespace

std::vector<TraceLine> trace_lines(const Observation& observation) {
  const std::optional<std::size_t> injected = observation.injected_at;
  std::optional<wire::SeqNum> kernel = observation.before.iss;
  std::optional<wire::SeqNum> peer = observation.before.irs;
  std::vector<TraceLine> lines;
  for (std::size_t i = 0; i < observation.trace.size(); ++i) {
    const Passed& passed = observation.trace[i];
    // Where a connection had no number yet, its first SYN gives it.
    std::optional<wire::SeqNum>& own = passed.from_kernel ? kernel : peer;
    if (!own && passed.segment.has(wire::Flag::syn)) own = passed.segment.seq;
    const wire::Origins origins =
        passed.from_kernel ? wire::Origins{kernel, peer} : wire::Origins{peer, kernel};
    std::string text = in_columns(wire::format_segment(passed.segment, origins, shown_payload));
    if (i == injected) text += deformity_text(observation.deformity);
    lines.push_back({passed.from_kernel, i == injected, passed.time, std::move(text)});
  }
  return lines;
}

}  // namespace tcpcraft::report
