#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/capture/reader.hpp>
#include <tcpcraft/model/reassembly.hpp>
#include <tcpcraft/replay/comparison.hpp>

namespace tcpcraft::replay {

/// Whose part is played.
enum class Role { client, server };

/// Something that our side did in the capture, and what it had seen of the other side when it did.
struct Act {
  enum class Kind {
    open,    ///< its SYN or SYN-ACK
    text,    ///< bytes of its stream, or its FIN, for the first time
    window,  ///< a window that has changed
    odd,     ///< a segment that its TCP need not have sent just then: sent once, as it was
    reset,   ///< a RST that ends the connection
  };
  Kind kind = Kind::text;
  wire::Time time;         ///< in the capture
  Offset needs = 0;        ///< how far it had acknowledged the other side's stream
  Offset acked = 0;        ///< how far the other side had acknowledged its own
  Offset seq = 0;          ///< the segment's
  Offset ack = 0;          ///< the segment's
  wire::Segment segment;   ///< as captured; of a text, only the new bytes
  bool announced = false;  ///< of a window: a segment was sent for its sake
};

/// How one side's stream ends.
enum class End { open, fin, reset };

/// A captured connection, from the point of view of the side that is played again: what that does, in order,
/// and the other side's stream. Fed packet by packet.
class Plan {
 public:
  /// `clean`: without what its TCP need not have sent.
  Plan(Role role, bool clean) : role_(role), clean_(clean) {}

  /// `ours`: sent by the side that is played.
  void add(capture::Packet packet, bool ours);
  /// No more of this connection will come.
  void end();

  std::list<Act>& acts() { return acts_; }
  const std::list<Act>& acts() const { return acts_; }
  /// The other side's stream since the last call.
  wire::Bytes take_their_text();
  /// How the other side ends, and where: the offset behind its last byte.
  End their_end() const { return their_end_; }
  Offset their_length() const { return theirs_.next; }
  /// Nothing of the other side was captured, so far.
  bool is_one_sided() const { return !theirs_seen_; }
  /// Nothing that may still come of it can matter.
  bool is_over() const { return over_; }
  /// Why it cannot be played; empty where it can.
  const std::string& refusal() const { return refusal_; }
  /// Bytes that wait to be taken.
  std::size_t buffered() const { return buffered_; }
  void took(const Act& act) { buffered_ -= act.segment.payload.size(); }
  /// When the last packet was captured that was added.
  wire::Time last_time() const { return last_time_; }
  wire::Time their_last_time() const { return their_last_time_; }
  /// The shift that our SYN offered.
  std::uint8_t window_shift() const { return window_shift_; }

 private:
  struct Direction {
    std::optional<wire::SeqNum> iss;
    Offset next = 0;  ///< one past what has come in order
    Offset high = 0;  ///< one past all that has come
    model::Reassembly queue;
    bool fin = false;                  ///< it has come in order
    std::size_t right = 0, wrong = 0;  ///< checksums

    Offset of(wire::SeqNum number) const { return high + (number - (*iss + high)); }
    void open(wire::SeqNum number);
    /// What has become contiguous.
    model::Reassembly::Taken add(Offset seq, wire::Bytes data, bool has_fin);
  };
  bool is_discarded(const capture::Packet& packet, bool ours);
  void hold(capture::Packet packet, bool ours);
  void begin(capture::Packet packet);
  void add_ours(capture::Packet packet);
  void add_theirs(capture::Packet packet);
  void note_our_ack(const wire::Segment& segment, Act& act);
  void add_reset(Act act);
  void add_bare(Act act);
  void add_text(Act act);
  void add_window(Act act);
  void push(Act act, Act::Kind kind);
  void refuse(std::string why);
  void check_over();

  Role role_;
  bool clean_;
  std::vector<std::pair<capture::Packet, bool>> held_;  ///< what came before our SYN
  Direction mine_, theirs_;
  bool theirs_seen_ = false;
  Offset acked_theirs_ = 0, acked_mine_ = 0;
  Offset their_edge_ = 0;  ///< of the window that the other side offers
  std::uint8_t window_shift_ = 0, their_shift_ = 0;
  std::uint16_t last_window_ = 0;
  Offset last_ack_ = 0;
  std::list<Act> acts_;
  wire::Bytes their_text_;
  End their_end_ = End::open;
  bool over_ = false;
  std::size_t buffered_ = 0;
  wire::Time last_time_, their_last_time_;
  std::string refusal_;
};

}  // namespace tcpcraft::replay
