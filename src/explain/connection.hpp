#pragma once

#include <tcpcraft/explain/explainer.hpp>
#include <tcpcraft/model/tcb.hpp>

namespace tcpcraft::explain {

/// One end of a connection: the model's view of it, and what the capture shows.
struct Side {
  wire::Endpoint endpoint;
  model::Tcb tcb;
  bool seen = false;
  bool syn_seen = false;
  std::optional<wire::SeqNum> origin;  ///< what relative numbers count from
  std::optional<wire::SeqNum> high;    ///< one past the furthest number that it was seen to send
  std::optional<wire::SeqNum> fin;
  std::optional<wire::SeqNum> acked;  ///< its furthest ACK
  std::optional<wire::SeqNum> edge;   ///< of the window that it offered; where its scale is known
  std::uint16_t window = 0;           ///< that it offered last, unscaled
  std::optional<std::uint32_t> first_stamp, last_stamp;
  std::vector<wire::SackBlock> gaps;  ///< in what it was seen to send
  unsigned duplicates = 0;            ///< of its last ACK
  std::uint64_t data = 0;
  wire::Time last;
  bool checksums = false;  ///< it finishes its checksums, so that a wrong one is wrong
  bool probed = false;     ///< what arrived last is a keep-alive or a window probe
  bool reset = false;      ///< it sent a RST that counted
  /// What it said of the other side that the capture does not bear out so far, and in which packet.
  std::vector<std::pair<wire::SeqNum, std::uint64_t>> acks;
  std::vector<std::pair<std::uint32_t, std::uint64_t>> echoes;
  /// Where what it sent ends that is beyond the window seen so far.
  std::vector<std::pair<wire::SeqNum, std::uint64_t>> overshoots;
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
  /// Whether a SYN with another ISS would begin a new connection.
  bool is_over() const;
  bool is_of(const wire::Segment& segment) const { return segment.source == sides_[0].endpoint; }
  const Side& side(bool server) const { return sides_[server]; }
  std::uint64_t first_packet() const { return first_packet_; }
  Story story() const;

 private:
  void begin(const wire::Segment& segment);
  void begin_in_the_middle(const wire::Segment& segment, Side& from, Side& to);
  void settle_doubts(const Passage& p, Hindsight& found);
  std::optional<wire::SeqNum> offered_edge(const Passage& p) const;
  void trust(const Passage& p, bool unsent);
  void note(const Passage& p, const Hindsight& known);
  void note_numbers(const Passage& p);
  void note_ack(const Passage& p);
  bool scale_known() const;
  std::array<std::string, 2> names() const;
  std::string ending() const;

  std::array<Side, 2> sides_;
  std::size_t number_;
  std::uint64_t first_packet_;
  bool from_the_start_ = false, opened_in_view_ = false, has_holes_ = false;
  std::size_t faults_ = 0;
};

/// What is wrong with the segment, in the light of what came before it. `holes`: the capture is known to lack
/// segments.
void judge(const Passage& p, bool holes, const Hindsight& known, bool options_known);
/// How far it goes beyond the window seen so far, the one number aside that a probe or a FIN may have there.
std::int64_t beyond_window(const Passage& p);
/// What it does, before the model hears of it.
void describe(const Passage& p);

std::string bytes_text(std::int64_t count);

}  // namespace tcpcraft::explain
