#pragma once

#include <tcpcraft/model/arrive.hpp>

/// The parts of `arrive`, one for each section of RFC 9293, 3.10.7. They expect `last_arrival` to be set.
namespace tcpcraft::model {

Reaction arrive_in_closed(const wire::Segment& segment);
Reaction arrive_in_listen(Tcb& tcb, const wire::Segment& segment);
Reaction arrive_in_syn_sent(Tcb& tcb, const wire::Segment& segment);
/// SYN-RECEIVED and the synchronized states.
Reaction arrive_in_other_states(Tcb& tcb, const wire::Segment& segment);

/// Turns `tcb` into that of a passive open that this SYN arrived at.
Reaction open_passively(Tcb& tcb, const wire::Segment& syn, const Rule& rule);
/// Takes the other side's numbers, offer and timestamp from its SYN.
void synchronize(Tcb& tcb, const wire::Segment& syn);

/// The fifth step: whether the ACK field is in range; what happens if it is not.
std::optional<Reaction> check_ack_range(Tcb& tcb, const wire::Segment& segment);
/// The fifth step for an ACK in range: SND.UNA, the send window, the states that wait for an ACK.
Reaction process_ack(Tcb& tcb, const wire::Segment& segment);
/// SND.WND, SND.WL1 and SND.WL2 from this segment.
void take_window(Tcb& tcb, const wire::Segment& segment);
/// The seventh and eighth step: text into the queue, in order to the application, and the FIN behind it.
void receive(Tcb& tcb, const wire::Segment& segment, Reaction& reaction);

inline Reaction drop(const Rule& rule) {
  Reaction reaction;
  reaction.rule = &rule;
  return reaction;
}

inline Reaction answer(const Rule& rule, Reply::Kind kind) {
  Reaction reaction = drop(rule);
  reaction.reply.kind = kind;
  return reaction;
}

/// The other side's FIN was taken: RCV.NXT lies beyond it.
inline bool received_fin(const Tcb& tcb) {
  return tcb.fin_received && after(tcb.rcv_nxt, *tcb.fin_received);
}

}  // namespace tcpcraft::model
