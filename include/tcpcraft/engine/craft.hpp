#pragma once

#include <cstdint>

#include <tcpcraft/model/tcb.hpp>
#include <tcpcraft/scenario/scenario.hpp>
#include <tcpcraft/wire/codec.hpp>
#include <tcpcraft/wire/notation.hpp>
#include <tcpcraft/wire/segment.hpp>

namespace tcpcraft::engine {

/// The variables of the side that sends a segment, to which the names in a notation refer.
struct Names {
  wire::SeqNum snd_una;
  wire::SeqNum snd_nxt;
  wire::SeqNum rcv_nxt;
  wire::Origins origins;  ///< iss and irs
};
Names names_of(const model::Tcb& tcb);

/// The number on the wire that `number` stands for; `origin` is what a relative one counts from. Not for `*`.
wire::SeqNum resolve(const wire::Number& number, const Names& names, std::optional<wire::SeqNum> origin);

/// A segment ready to be sent.
struct Crafted {
  wire::Segment segment;
  wire::Deformity deformity;
  /// The kernel must discard it, or it belongs to another connection: no part of this one's arithmetic.
  bool broken = false;
};

/// Fills in what a `send` leaves out from the peer's TCB and the scenario's defaults. `clock` is the peer's
/// timestamp clock, `id` the IPv4 identification.
Crafted craft(const wire::SegmentSpec& spec, const model::Tcb& peer, const scenario::Peer& defaults,
              const wire::Endpoint& from, const wire::Endpoint& to, std::uint32_t clock, std::uint16_t id);

}  // namespace tcpcraft::engine
