#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include <tcpcraft/wire/seq_num.hpp>

namespace tcpcraft::explain {

/// Where the segments end that a side has sent and the other has not acknowledged: a receiver takes a segment
/// as a whole, so that RCV.NXT is one of these, or lies where a device has cut one that is too large.
class SegmentEnds {
 public:
  /// `largest`: of the segments that the receiver takes; absent where that is not known.
  void add(wire::SeqNum seq, wire::SeqNum end, std::optional<std::uint16_t> largest);
  /// Numbers before this are of no more interest.
  void forget_before(wire::SeqNum number);
  /// The end that the number is one off, where it is none itself; nothing where that is not known.
  std::optional<wire::SeqNum> missed_by_one(wire::SeqNum number) const;

 private:
  /// To be cut.
  struct Large {
    wire::SeqNum left, right;
    bool ends_in_a_byte = false;  ///< its last piece may be that small
  };
  bool has(wire::SeqNum number) const;
  bool may_be_cut_at(wire::SeqNum number) const;

  static constexpr std::size_t most = 8192;
  std::deque<wire::SeqNum> ends_;  // in order
  std::deque<Large> large_;
  std::optional<wire::SeqNum> known_from_;  // before this, some ends are not known
};

}  // namespace tcpcraft::explain
