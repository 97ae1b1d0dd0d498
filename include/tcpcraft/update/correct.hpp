#pragma once

#include <set>

#include <tcpcraft/engine/match.hpp>
#include <tcpcraft/engine/observations.hpp>
#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::update {

/// What becomes of a number that is written and wrong.
enum class Numbers {
  kept,     ///< it is put right, in the terms in which it is written
  derived,  ///< it is left out where the arithmetic gives it
};

/// What `written` would have to say for the segment that came: only what is wrong is changed, and nothing is
/// added that the arithmetic gives. The time is not looked at.
wire::SegmentSpec corrected(const wire::SegmentSpec& written, const engine::Observed& observed,
                            Numbers numbers);

/// The segment that came, with nothing written that is derived.
wire::SegmentSpec described(const engine::Observed& observed);

/// The parts in which two specifications differ.
std::set<wire::Part> changed_parts(const wire::SegmentSpec& a, const wire::SegmentSpec& b);
/// `to` with these parts of `from`.
wire::SegmentSpec with_parts(wire::SegmentSpec to, const wire::SegmentSpec& from,
                             const std::set<wire::Part>& parts);
/// One part as it is written: `ack=3`, `<mss 1460>`; empty where it is not.
std::string format_part(const wire::SegmentSpec& spec, wire::Part part);

}  // namespace tcpcraft::update
