#pragma once

#include <deque>
#include <optional>

#include <tcpcraft/wire/seq_num.hpp>

namespace tcpcraft::explain {

/// Where the segments end that a side has sent and the other has not acknowledged: a receiver takes a segment
/// as a whole, so that RCV.NXT is one of these. What a device will cut into several is not known so.
class SegmentEnds {
 public:
  /// `whole`: as it was captured it arrives.
  void add(wire::SeqNum seq, wire::SeqNum end, bool whole);
  /// Numbers before this are of no more interest.
  void forget_before(wire::SeqNum number);
  /// The end that the number is one off, where it is none itself; nothing where that is not known.
  std::optional<wire::SeqNum> missed_by_one(wire::SeqNum number) const;

 private:
  static constexpr std::size_t most = 8192;
  std::deque<wire::SeqNum> ends_;           // in order
  std::optional<wire::SeqNum> known_from_;  // before this, some ends are not known
};

}  // namespace tcpcraft::explain
