#pragma once

#include <optional>

#include <tcpcraft/model/rule.hpp>
#include <tcpcraft/model/tcb.hpp>
#include <tcpcraft/wire/segment.hpp>

namespace tcpcraft::model {

/// What a conforming TCP sends in answer to a segment.
struct Reply {
  enum class Kind { none, ack, syn_ack, rst };
  Kind kind = Kind::none;
  /// The acknowledgement may be delayed or ride on data (RFC 9293, section 3.8.6.3).
  bool may_wait = false;
};

/// What RFC 9293 says about one arriving segment.
struct Reaction {
  const Rule* rule = nullptr;  ///< the rule that decided; never null
  Reply reply;
  wire::Bytes delivered;  ///< to the application, in order
  bool fin = false;       ///< the other side's FIN came into order: end of file for the application
};

/// Processes a segment as RFC 9293, section 3.10.7, prescribes, with the checks of RFC 7323 (PAWS) and RFC
/// 5961, and brings `tcb` to the state after it. The application's own calls are not made here: what the side
/// sends of its own accord is told by `transmitted`.
Reaction arrive(Tcb& tcb, const wire::Segment& segment);

/// Tells `tcb` what its own side was seen to send: SND.NXT, the window and timestamp it offered, and the
/// state that follows from a SYN (SYN-SENT), a FIN (FIN-WAIT-1, LAST-ACK) or a RST (CLOSED). The side's own
/// word on RCV.NXT (its ACK) replaces what was derived. Returns the rule by which a conforming TCP sends such
/// a segment in this state; never null.
const Rule* transmitted(Tcb& tcb, const wire::Segment& segment);

}  // namespace tcpcraft::model
