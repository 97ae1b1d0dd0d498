#pragma once

#include <tcpcraft/model/tcb.hpp>
#include <tcpcraft/wire/segment.hpp>

namespace tcpcraft::model {

/// The peer is crafted: it may send anything, and it takes whatever comes. Its TCB only keeps the numbers
/// that a scenario leaves out.

/// A TCB for a peer that will open with this initial sequence number.
Tcb peer_with(wire::SeqNum iss);

/// SND.NXT becomes one past the furthest data byte or FIN the peer has sent. A RST, a SYN other than the
/// first and a `broken` segment (one that the kernel must discard as not of this connection) do not move it.
void peer_sent(Tcb& peer, const wire::Segment& segment, bool broken);

/// Whether a SYN-ACK of the peer's is its SYN again, as in a simultaneous open (RFC 9293, section 3.5), so
/// that it keeps its ISS.
bool repeats_syn(const Tcb& peer);

/// RCV.NXT covers every in-order byte the kernel has sent, SYN and FIN included, whether or not it was in a
/// window.
void peer_received(Tcb& peer, const wire::Segment& segment);

}  // namespace tcpcraft::model
