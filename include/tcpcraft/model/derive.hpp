#pragma once

#include <optional>
#include <vector>

#include <tcpcraft/model/rule.hpp>
#include <tcpcraft/model/tcb.hpp>
#include <tcpcraft/wire/segment.hpp>

namespace tcpcraft::model {

/// The numbers that a conforming TCP in a given state puts on a segment of a given shape.
struct Derived {
  std::optional<wire::SeqNum> seq;  ///< absent where the sender is free to choose: the ISS on its first SYN
  wire::SeqNum ack;                 ///< meaningful where the segment has ACK
  const Rule* seq_rule = nullptr;   ///< why `seq` is what it is; never null
  const Rule* ack_rule = nullptr;   ///< why `ack` is what it is; never null
  /// The deviation of the TCB's profile that made `seq` differ from the letter.
  const Deviation* deviation = nullptr;

  /// TSecr where timestamps are in force (RFC 7323, section 4.3).
  std::optional<std::uint32_t> tsecr;
  /// The lowest TSval that does not go back in time.
  std::optional<std::uint32_t> tsval_at_least;
  /// The SACK blocks, in order (RFC 2018, section 4), as many as fit.
  std::vector<wire::SackBlock> sack;
  /// A D-SACK block that may stand in front of them (RFC 2883, section 4).
  std::optional<wire::SackBlock> dsack;
};

/// Derives the numbers of the next segment that `tcb`'s side sends, given the segment's flags and the size of
/// its payload. To be called before `transmitted` is told of the segment. A repeated SYN keeps ISS and a
/// repeated FIN its own number; a reset answers the segment that arrived last (RFC 9293, section 3.5.2).
Derived derive(const Tcb& tcb, wire::Flags flags, std::size_t payload_size);

/// What is wrong with the options of a segment other than a SYN, in the light of what was negotiated.
struct OptionFault {
  const Rule* rule = nullptr;
  std::string expected;  ///< "no SACK option", "ts tsecr=100"
};
std::optional<OptionFault> check_options(const Tcb& tcb, const Derived& derived,
                                         const wire::Segment& segment);

}  // namespace tcpcraft::model
