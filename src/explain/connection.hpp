#pragma once

#include <tcpcraft/explain/explainer.hpp>
#include <tcpcraft/model/tcb.hpp>

#include "packet_ids.hpp"
#include "segment_ends.hpp"
#include "stamps.hpp"

namespace tcpcraft::explain {

/// What an answer to a packet is known by.
struct Mark {
  std::optional<wire::SeqNum> end;     ///< where it occupies numbers
  std::optional<std::uint32_t> stamp;  ///< where no packet before had this one
};

/// What a packet said of the other side that the capture does not bear out so far.
struct Doubt {
  enum class Kind { ack, sack, window, iss } kind = Kind::ack;
  wire::SeqNum number;  ///< what it claims, or where it ends
  wire::SeqNum limit;   ///< what was known then
  std::uint64_t packet = 0;
  wire::Time time;
  std::optional<std::uint32_t> echo = {};    ///< of a timestamp, by that packet
  Mark mark = {};                            ///< of that packet
  bool is_told = false;                      ///< the packet was blamed at once
  bool is_new = true;                        ///< the other side has sent nothing since
  bool is_far = false;                       ///< of a window: what goes before is missing
  bool is_behind_gap = false;                ///< by the packet's number, too
  std::optional<wire::SeqNum> resumes = {};  ///< where its sender would go on without
};

/// When a segment was sent, among others of the same side.
struct Sent {
  wire::SeqNum end;
  bool is_next = false;      ///< it begins at the next number
  bool is_empty = false;     ///< it occupies none
  bool is_numbered = false;  ///< its IP packet
  std::optional<std::uint32_t> stamp;
};

/// A segment that occupies numbers, when it was sent first.
struct Piece {
  wire::SeqNum seq, end;
  std::uint32_t stamp = 0;
  bool is_first = false;     ///< with this timestamp
  std::uint64_t number = 0;  ///< among those of its side
  Link link = Link::unknown;
};

/// An echo of a timestamp.
struct Echo {
  std::uint32_t stamp = 0;
  Sent sent;
  bool is_seen = false;  ///< what it echoes was captured before
  std::uint64_t packet = 0;
  wire::Time time;
  Mark mark = {};
};

/// One end of a connection: the model's view of it, and what the capture shows.
struct Side {
  wire::Endpoint endpoint;
  model::Tcb tcb;
  bool seen = false;
  bool syn_seen = false;
  bool syn_cut = false;                ///< its options were
  std::optional<wire::SeqNum> origin;  ///< what relative numbers count from
  std::optional<wire::SeqNum> high;    ///< one past the furthest number that it was seen to send
  std::optional<wire::SeqNum> fin;
  std::optional<wire::SeqNum> acked;  ///< its furthest ACK
  std::optional<wire::SeqNum> edge;   ///< of the window that it offered; where its scale is known
  std::uint16_t window = 0;           ///< that it offered last, unscaled
  std::optional<std::uint32_t> first_stamp, last_stamp;
  wire::Time last_stamp_time;
  SentStamps stamps;
  std::uint64_t segments = 0;
  std::optional<Piece> last_piece;
  std::optional<std::uint32_t> repeat_stamp;  ///< of the last segment that it sent again
  PacketIds ids;
  Sent acked_by;                       ///< the segment with its furthest ACK
  std::optional<Doubt> furthest_ack;   ///< the same
  std::optional<Sent> moved_back_ack;  ///< sent behind that, and less
  std::vector<wire::SackBlock> gaps;   ///< in what it was seen to send
  SegmentEnds ends;                    ///< of what it sent, where the other side's ACKs can fall
  unsigned duplicates = 0;             ///< of its last ACK
  std::uint64_t data = 0;
  wire::Time last;
  bool checksums = false;             ///< it finishes its checksums, so that a wrong one is wrong
  bool probed = false;                ///< what arrived last is a keep-alive or a window probe
  bool reset = false;                 ///< it sent a RST that counted
  std::optional<Doubt> first_syn;     ///< until it shows by its next segment where its numbers begin
  std::vector<Doubt> doubts;          ///< about what it sent
  std::vector<Echo> echoes;           ///< that it sent, of what was not seen so far
  std::optional<Echo> furthest_echo;  ///< that it sent
  std::optional<Echo> moved_back;     ///< sent behind that, and older
  std::uint64_t last_blamed_echo = 0;
  std::optional<std::uint32_t> last_unseen;  ///< of the timestamps that it echoed
};

/// A segment under way, with all that is needed to judge and explain it.
struct Passage {
  const capture::Packet& packet;
  const wire::Segment& segment;
  Side& from;
  Side& to;
  Explained& explained;
};

class Connection {
 public:
  Connection(const capture::Packet& first, std::size_t number);

  void take(const capture::Packet& packet, Hindsight& found, const Hindsight& known, Explained& explained);
  void settle_at_the_end(Hindsight& found);
  /// Whether a SYN with another ISS would begin a new connection.
  bool is_over() const;
  /// Whether both sides are done, as far as the capture shows.
  bool is_done() const;
  /// Whether this side's own FIN is not acknowledged, and it cannot have given up.
  bool waits_for_its_fin(const Side& side, wire::Time now) const;
  bool is_of(const wire::Segment& segment) const { return segment.source == sides_[0].endpoint; }
  const Side& side(bool server) const { return sides_[server]; }
  wire::Time last() const { return later_of(sides_[0].last, sides_[1].last); }
  Story story() const;

 private:
  static wire::Time later_of(wire::Time a, wire::Time b) { return a < b ? b : a; }
  void begin(const wire::Segment& segment);
  void begin_in_the_middle(const wire::Segment& segment, Side& from, Side& to);
  void settle_doubts(const Passage& p, Hindsight& found, const Hindsight& known);
  void settle_claims(const Passage& p, Hindsight& found);
  void settle_own_claims(const Passage& p, Hindsight& found);
  bool settle_place(const Passage& p, const Doubt& doubt, Hindsight& found);
  void settle_window(const Passage& p, Hindsight& found);
  void settle_echoes(const Passage& p, Hindsight& found);
  void settle_echo_order(const Passage& p, Hindsight& found);
  static void note_unseen(Side& side, const Echo& echo, Hindsight& found);
  void blame_echo(const Echo& echo, std::size_t side, Explained& explained, Hindsight& found);
  void settle_iss(const Passage& p, Hindsight& found);
  std::optional<wire::SeqNum> offered_edge(const Passage& p) const;
  void trust(const Passage& p, bool unsent);
  void follow(const Passage& p, Hindsight& found, const Hindsight& known);
  void note(const Passage& p, Hindsight& found, const Hindsight& known);
  void note_beyond(const Passage& p);
  void note_numbers(const Passage& p);
  void note_ack(const Passage& p, const Hindsight& known, const Sent& sent, const Mark& mark);
  void note_id(const Passage& p);
  void note_stamps(const Passage& p, const Hindsight& known, const Sent& sent, const Mark& mark);
  bool scale_known() const;
  std::array<std::string, 2> names() const;
  std::string ending() const;

  std::array<Side, 2> sides_;
  Identity identity_;
  bool opened_in_view_ = false, has_holes_ = false;
  std::uint64_t segments_ = 0, faults_ = 0;
};

/// Shorter than any TCP waits before a probe, or a retransmission.
constexpr auto brief = std::chrono::milliseconds(100);
/// Longer than this after its last segment a side may have given its connection up.
constexpr auto patience = std::chrono::seconds(1);

/// What is wrong with the segment, in the light of what came before it. `holes`: the capture is known to lack
/// segments.
void judge(const Passage& p, bool holes, const Hindsight& known, bool options_known);
/// How far it goes beyond the window seen so far, the one number aside that a probe or a FIN may have there.
std::int64_t beyond_window(const Passage& p);
/// A listener's, or TIME-WAIT's, to a SYN that it does not accept.
bool is_of_an_older_connection(const Passage& p);
Link link_of(const Passage& p);
Sent sent_now(const Passage& p);
Mark mark_of(const Passage& p);
/// Whether it was sent after the marked packet of the other side had come.
bool answers(const Passage& p, const Mark& mark);
/// Whether the segment was sent after that one of the same side, which the capture may have the other way
/// round.
bool is_sent_after(const Passage& p, const Sent& earlier);
/// What it does, before the model hears of it.
void describe(const Passage& p);

extern const model::Rule open_once, sack_received;

/// Of an acknowledgement, or a SACK block, of what `sender` has not sent.
Fault unsent_fault(const Doubt& doubt, const Side& sender);
/// Of an acknowledgement that is followed by lesser ones.
Fault taken_back_fault(const Doubt& doubt, const Side& sender);
/// Of data beyond the window.
Fault window_fault(const Doubt& doubt, const Side& sender);
Fault echo_fault(std::uint32_t stamp);
/// Of a SYN whose number is not the one before those that follow.
Fault iss_fault(const Doubt& doubt);

std::string bytes_text(std::int64_t count);

}  // namespace tcpcraft::explain
