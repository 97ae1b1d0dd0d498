#pragma once

#include <optional>
#include <vector>

#include <tcpcraft/model/profile.hpp>
#include <tcpcraft/model/rule.hpp>
#include <tcpcraft/model/tcb.hpp>

namespace tcpcraft::model {

/// What a TCP sends in answer to a segment, with the numbers that belong on it.
struct Reply {
  enum class Kind { none, ack, syn_ack, rst };
  Kind kind = Kind::none;
  /// The acknowledgement may be delayed or ride on data (RFC 9293, section 3.8.6.3).
  bool may_wait = false;

  wire::Flags flags;                ///< ACK, SYN-ACK, RST or RST-ACK
  std::optional<wire::SeqNum> seq;  ///< absent where the sender chooses its ISS
  wire::SeqNum ack;                 ///< meaningful where `flags` have ACK
};

/// Whether a segment that was sent is this reply, by its flags and numbers.
bool agrees(const Reply& reply, const wire::Segment& sent);

/// One way in which a TCP may take an arriving segment.
struct Outcome {
  const Rule* rule = nullptr;  ///< the rule that decided; never null
  Reply reply;
  wire::Bytes delivered;  ///< to the application, in order
  bool fin = false;       ///< the other side's FIN came into order: end of file for the application
  bool others = false;    ///< the standard allows other outcomes as well
  Tcb after;              ///< the state and the variables that it leaves
  /// The deviations of the TCB's profile that made it differ from the letter, in the order they applied.
  std::vector<const Deviation*> deviations;
};

/// Every outcome that the standard allows: at least one, the one that the text prescribes or mentions first
/// in front. Several where it leaves a choice, or contradicts itself.
struct Reaction {
  std::vector<Outcome> alternatives;

  const Outcome& first() const { return alternatives.front(); }
};

}  // namespace tcpcraft::model
