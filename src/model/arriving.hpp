#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include <tcpcraft/model/deviations.hpp>
#include <tcpcraft/model/reaction.hpp>
#include <tcpcraft/model/rules.hpp>

namespace tcpcraft::model {

/// One segment on its way through the steps of RFC 9293, section 3.10.7, along one of the branches that the
/// standard allows. Every step may decide about the segment; the first that does ends the way.
class Arriving {
 public:
  /// Brings `at` to what the segment leaves behind, and fills in `outcome`, but for its `after`. `taken` are
  /// the options at which to go the other way than this TCP prefers. All must outlive it.
  Arriving(Tcb& at, const wire::Segment& arrived, Outcome& outcome, const std::vector<const Rule*>& taken)
      : tcb(at), segment(arrived), outcome_(outcome), taken_(taken) {}

  Tcb& tcb;
  const wire::Segment& segment;

  /// The standard also allows what `rule` says: whether this is the branch on which that is done.
  bool may(const Rule& rule) {
    if (std::find(offered_.begin(), offered_.end(), &rule) == offered_.end()) offered_.push_back(&rule);
    const bool turned = std::find(taken_.begin(), taken_.end(), &rule) != taken_.end();
    return turned != tcb.profile->prefers(rule);
  }

  /// Whether this TCP departs from the letter here. To be asked last, where it makes a difference: the
  /// outcome names it.
  bool deviates(const Deviation& deviation) {
    if (!tcb.profile->has(deviation)) return false;
    if (std::find(outcome_.deviations.begin(), outcome_.deviations.end(), &deviation) ==
        outcome_.deviations.end())
      outcome_.deviations.push_back(&deviation);
    return true;
  }

  /// The segment is dropped, or has been processed, without an answer. Always true: it is decided.
  bool decide(const Rule& rule) { return answer(rule, Reply::Kind::none); }
  /// The segment is answered. Always true.
  bool answer(const Rule& rule, Reply::Kind kind, bool may_wait = false) {
    outcome_.rule = &rule;
    outcome_.reply.kind = kind;
    outcome_.reply.may_wait = may_wait;
    return true;
  }
  /// The same, and the connection is gone to `state`.
  bool end(const Rule& rule, Reply::Kind kind, State state) {
    tcb.state = state;
    return answer(rule, kind);
  }

  void deliver(wire::Bytes bytes, bool fin) {
    outcome_.delivered = std::move(bytes);
    outcome_.fin = fin;
  }

  const std::vector<const Rule*>& taken() const { return taken_; }
  const std::vector<const Rule*>& offered() const { return offered_; }
  Outcome& outcome() { return outcome_; }

 private:
  Outcome& outcome_;
  const std::vector<const Rule*>& taken_;
  std::vector<const Rule*> offered_;
};

// The parts of `arrive`, one for each section of RFC 9293, 3.10.7. Each decides, and returns true then.
bool arrive_in_closed(Arriving& a);
bool arrive_in_listen(Arriving& a);
bool arrive_in_syn_sent(Arriving& a);
/// SYN-RECEIVED and the synchronized states.
void arrive_in_other_states(Arriving& a);

/// Turns the TCB into that of a passive open that this SYN arrived at.
bool open_passively(Arriving& a, const Rule& rule);
/// Takes the other side's numbers, offer and timestamp from its SYN.
void synchronize(Tcb& tcb, const wire::Segment& syn);

/// The fifth step: whether the ACK field is in range; what happens if it is not.
bool check_ack_range(Arriving& a);
/// The fifth step for an ACK in range: SND.UNA, the send window, the states that wait for an ACK.
void process_ack(Arriving& a);
/// TS.Recent from this segment, if it is the one to take it from (RFC 7323, section 4.3).
void take_timestamp(Tcb& tcb, const wire::Segment& segment);
/// SND.WND, SND.WL1 and SND.WL2 from this segment.
void take_window(Tcb& tcb, const wire::Segment& segment);
/// The seventh and eighth step: text into the queue, in order to the application, and the FIN behind it.
void receive(Arriving& a);

/// The other side's FIN was taken: RCV.NXT lies beyond it.
inline bool received_fin(const Tcb& tcb) {
  return tcb.fin_received && after(tcb.rcv_nxt, *tcb.fin_received);
}

/// Linux keeps these in a mini-socket, which has code of its own.
inline bool is_request(const Tcb& tcb) {
  return tcb.state == State::syn_received && tcb.passive;
}
inline bool is_orphaned_fin_wait_2(const Tcb& tcb) {
  return tcb.state == State::fin_wait_2 && tcb.orphaned;
}
inline bool is_mini(const Tcb& tcb) {
  return is_request(tcb) || tcb.state == State::time_wait || is_orphaned_fin_wait_2(tcb);
}

}  // namespace tcpcraft::model
