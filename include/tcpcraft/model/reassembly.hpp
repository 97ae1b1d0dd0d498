#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <tcpcraft/wire/options.hpp>
#include <tcpcraft/wire/seq_num.hpp>

namespace tcpcraft::model {

/// The receiver's queue of data beyond RCV.NXT (RFC 9293, section 3.10.7.4, seventh; RFC 2018, section 4).
///
/// Holds each sequence number at most once: of two copies the one that came first is kept, since a conforming
/// sender's copies are equal. A FIN occupies one number without a byte.
class Reassembly {
 public:
  /// Adds data that begins at `seq`, and a FIN behind it where `fin`. Numbers before `rcv_nxt` are left out.
  /// Returns the part of the added range that was there already or lies before `rcv_nxt`, lowest first run
  /// only: what a D-SACK block reports (RFC 2883).
  std::optional<wire::SackBlock> add(wire::SeqNum rcv_nxt, wire::SeqNum seq, const wire::Bytes& data,
                                     bool fin);

  /// Takes what has become contiguous with `rcv_nxt`, which moves past it. What lies before `rcv_nxt` is
  /// forgotten, and with a FIN whatever was received beyond it.
  struct Taken {
    wire::Bytes data;
    bool fin = false;
  };
  Taken take(wire::SeqNum& rcv_nxt);

  /// Both at once: adds, and takes what that has made contiguous. `duplicate` is what `add` returns.
  Taken pass(wire::SeqNum& rcv_nxt, wire::SeqNum seq, wire::Bytes data, bool fin,
             std::optional<wire::SackBlock>& duplicate);

  /// The ranges held, the one that received a segment last first: the order in which SACK reports them.
  const std::vector<wire::SackBlock>& blocks() const { return blocks_; }
  bool empty() const { return blocks_.empty(); }
  void clear();

 private:
  struct Piece {
    wire::SeqNum seq;
    wire::Bytes data;
  };
  void fill(wire::SeqNum from, wire::SeqNum to, wire::SeqNum seq, const wire::Bytes& data);
  bool holds(wire::SeqNum number) const;
  void extend_blocks(wire::SackBlock added);

  std::vector<Piece> pieces_;            // disjoint, in sequence order
  std::optional<wire::SeqNum> fin_;      // the number the FIN occupies; of several the first in order
  std::vector<wire::SackBlock> blocks_;  // maximal ranges of held numbers, in order of recency
};

}  // namespace tcpcraft::model
