#pragma once

#include <tcpcraft/model/reaction.hpp>
#include <tcpcraft/model/rule.hpp>
#include <tcpcraft/model/tcb.hpp>
#include <tcpcraft/wire/segment.hpp>

namespace tcpcraft::model {

/// What a TCP in this state makes of an arriving segment: RFC 9293, section 3.10.7, with the checks of RFC
/// 7323 (PAWS) and RFC 5961, and the deviations of the TCB's profile. The application's own calls are not
/// made here: what the side sends of its own accord is told by `transmitted`.
Reaction arrive(const Tcb& tcb, const wire::Segment& segment);

/// The same, going on with the first alternative: `tcb` is brought to what that leaves behind. The outcome's
/// own `after` is empty.
Outcome follow(Tcb& tcb, const wire::Segment& segment);

/// Tells `tcb` what its own side was seen to send: SND.NXT, the window and timestamp it offered, and the
/// state that follows from a SYN (SYN-SENT), a FIN (FIN-WAIT-1, LAST-ACK) or a RST (CLOSED). The side's own
/// word on RCV.NXT (its ACK) replaces what was derived. Returns the rule by which a conforming TCP sends such
/// a segment in this state; never null.
const Rule* transmitted(Tcb& tcb, const wire::Segment& segment);

}  // namespace tcpcraft::model
