#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/replay/comparison.hpp>
#include <tcpcraft/replay/live_tcp.hpp>
#include <tcpcraft/replay/plan.hpp>

namespace tcpcraft::replay {

struct Settings {
  Role role = Role::client;                           ///< whose part is played
  bool clean = false;                                 ///< without the capture's oddities
  bool fast = false;                                  ///< nothing waits for its time, only for its cause
  double speed = 1;                                   ///< of the captured time
  wire::Duration timeout = std::chrono::seconds(10);  ///< longer than in the capture, for anything
};

/// A segment of the live connection.
struct Passed {
  wire::Time time;
  bool ours = false;
  wire::Segment segment;  ///< of its data the beginning
  std::size_t size = 0;   ///< of its data
};

enum class Verdict {
  same,     ///< the other side said the same, and ended in the same way
  differs,  ///< it did not
  refused,  ///< the capture is not enough to play it
};

/// What became of a conversation.
struct Result {
  Verdict verdict = Verdict::refused;
  std::string summary;  ///< of one that differs, or was refused: why, in a clause
  std::optional<Difference> difference;
  std::string doing;          ///< our side, at the end
  std::vector<Passed> last;   ///< segments of the live connection
  wire::SeqNum iss, irs;      ///< of the live connection
  wire::Time started, ended;  ///< live
  bool compared = true;       ///< there was something to compare with
};

/// One captured connection, one side of which is played again to a live other side. Fed from the capture and
/// from the wire, in any interleaving; no clock and no I/O.
class Conversation {
 public:
  Conversation(const Settings& settings, const Masks& masks)
      : settings_(settings), plan_(settings.role, settings.clean), comparison_(masks) {}

  /// Of the capture. `ours`: sent by the side that is played.
  void add(capture::Packet packet, bool ours);
  void end_of_capture();

  /// The capture has nothing more of it.
  bool is_read() const { return plan_.is_over(); }
  /// Its opening is known.
  bool can_start() const { return !plan_.acts().empty() && !tcp_; }
  bool has_started() const { return tcp_.has_value(); }
  wire::Time captured_start() const { return plan_.acts().front().time; }
  /// The client sends its SYN; the server waits for one.
  void start(const wire::Endpoint& ours, const wire::Endpoint& theirs, wire::SeqNum iss, wire::Time now);
  void arrive(const wire::Segment& segment, wire::Time now);
  /// Does what is due.
  void pass(wire::Time now);
  /// Ends the live connection.
  void abandon(wire::Time now);
  /// When `pass` has something to do, if nothing comes before.
  std::optional<wire::Time> deadline() const;
  /// It can do no more before more of the capture is known.
  bool is_starved() const;

  const std::optional<Result>& result() const { return result_; }
  /// Bytes of the capture that it holds.
  std::size_t buffered() const { return plan_.buffered() + comparison_.captured_pending(); }
  /// Where the next connection from this port must begin, not to be taken for this one.
  wire::SeqNum last_number() const { return tcp_ ? tcp_->tcb().snd_nxt : wire::SeqNum(); }

  std::vector<wire::Segment> out;  ///< to be sent, in order; for the caller to clear

 private:
  static constexpr std::size_t most_passed = 8;

  void compare_captured();
  void play(wire::Time now);
  void perform(Act act, wire::Time now);
  bool is_due(const Act& act, wire::Time now) const;
  /// The other side has said what it had said in the capture.
  bool has_cause(const Act& act) const;
  bool has_reached(Offset needs) const;
  wire::Time due_at(const Act& act) const;
  wire::Duration scaled(wire::Duration captured) const;
  std::optional<wire::Time> give_up_at() const;
  Offset their_text_length() const;
  bool all_said() const;
  void decide(wire::Time now);
  void decide_on_reset(wire::Time now);
  void finish(Verdict verdict, std::string summary, wire::Time now);
  void collect(wire::Time now);
  void note(const wire::Segment& segment, bool ours, wire::Time now);
  std::string describe_difference() const;
  std::string describe_silence() const;
  std::string describe_doing() const;
  std::string them() const { return settings_.role == Role::client ? "the server" : "the client"; }

  Settings settings_;
  Plan plan_;
  Comparison comparison_;
  std::optional<LiveTcp> tcp_;
  bool capture_ended_ = false;
  bool their_fin_ = false, their_reset_ = false, our_reset_ = false;
  std::size_t played_ = 0;
  wire::Time started_, captured_start_;
  wire::Time last_act_;  ///< captured time of the last one played
  wire::Time last_progress_;
  std::array<Passed, most_passed> passed_;
  std::size_t passed_count_ = 0;
  wire::SeqNum iss_;
  std::optional<Result> result_;
};

}  // namespace tcpcraft::replay
