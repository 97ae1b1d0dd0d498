#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/engine/craft.hpp>
#include <tcpcraft/engine/result.hpp>
#include <tcpcraft/model/derive.hpp>
#include <tcpcraft/wire/segment_spec.hpp>

namespace tcpcraft::engine {

/// What the model expected of a segment of this shape at the moment the kernel sent it.
struct Expectation {
  Names names;
  model::Derived derived;
  std::optional<model::OptionFault> option_fault;
};
Expectation expectation(const model::Tcb& kernel, const wire::Segment& segment,
                        std::optional<wire::SeqNum> peer_iss);

/// All ways in which `segment` differs from `spec`, the most telling first. None: it matches. The time is not
/// looked at.
std::vector<Difference> differences(const wire::SegmentSpec& spec, const wire::Segment& segment,
                                    const Expectation& expectation);

/// The expected segment as one line, with the numbers that were derived filled in.
std::string describe_expected(const wire::SegmentSpec& spec, const Expectation& expectation);

/// One line that says what is wrong, in terms of the connection: "the kernel's ACK does not cover the FIN".
std::string summarize(const std::vector<Difference>& differences, const wire::SegmentSpec& spec,
                      const wire::Segment& segment, const Expectation& expectation, const model::Tcb& kernel);

}  // namespace tcpcraft::engine
