#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/capture/packet.hpp>
#include <tcpcraft/explain/packet_set.hpp>
#include <tcpcraft/model/rule.hpp>
#include <tcpcraft/model/state.hpp>

namespace tcpcraft::explain {

/// What no conforming TCP could have sent.
struct Fault {
  const model::Rule* rule = nullptr;  ///< what it would have followed; never null
  std::string says;
};

/// A fault of an earlier packet that shows only now.
struct LateFault {
  std::uint64_t packet = 0;
  wire::Time time;
  std::size_t side = 0;  ///< that sent it
  Fault fault;
};

/// What is known of a connection from its first segment on.
struct Identity {
  std::size_t number = 0;              ///< from 1
  std::uint64_t first_packet = 0;      ///< of the capture
  std::array<wire::Endpoint, 2> ends;  ///< client and server
  std::array<std::string, 2> names;    ///< `client`, or the port where nobody was seen to open
  bool from_the_start = false;         ///< the first SYN was captured
};

/// What all its segments tell of a connection.
struct Story : Identity {
  std::array<std::uint64_t, 2> sent{};   ///< bytes of data, each counted once
  std::array<bool, 2> seen{};            ///< whether any segment of this side was
  bool has_holes = false;                ///< segments were acknowledged that were not captured
  std::array<model::State, 2> states{};  ///< in which it is left
  std::string ending;                    ///< how it ended
  std::uint64_t segments = 0;
  std::uint64_t faults = 0;
  std::vector<std::uint64_t> doubtful;  ///< packets that fit only what was not captured
};

/// What hindsight tells of a connection before its first segment.
struct Foreseen {
  bool holes = false;            ///< segments are missing
  std::array<bool, 2> unseen{};  ///< nothing of this side was captured
};

/// A segment, and what it means.
struct Explained {
  const Identity* connection = nullptr;  ///< never null; until the next call of the explainer
  bool first = false;                    ///< of the connection
  Foreseen foreseen;                     ///< of the first
  std::size_t side = 0;                  ///< that sends: 0 for the client
  std::string segment;                   ///< in the notation of scenarios
  std::vector<std::string> meanings;
  const model::Rule* rule = nullptr;  ///< by which a conforming TCP sends it; null where nothing is known
  std::vector<Fault> faults;
  std::vector<LateFault> late;           ///< of the same connection
  std::array<model::State, 2> states{};  ///< of client and server, as the model follows them
  bool states_changed = false;
  std::optional<Story> ended;  ///< with this segment the connection is over
};

/// What only shows later in a capture than where it matters. Where a set is full, what it would have held is
/// not judged.
struct Hindsight {
  std::size_t connections = 0;
  PacketSet with_holes;             ///< connections of which segments are missing, by their first packet
  std::array<PacketSet, 2> unseen;  ///< connections of which nothing of this side was captured
  PacketSet unsent;                 ///< packets that acknowledge what turned out not to be sent
  PacketSet hardly_sent;        ///< packets that acknowledge what was sent behind them, for all that shows
  PacketSet taken_back;         ///< packets that acknowledge more than those sent after them
  PacketSet beyond;             ///< packets that go beyond what turned out to be the window
  PacketSet far_beyond;         ///< packets beyond the window that the capture shows, behind a gap
  PacketSet unstamped;          ///< packets that echo a timestamp that turned out not to be sent
  PacketSet unseen_stamps;      ///< packets that echo a timestamp that the capture does not show
  PacketSet reissued;           ///< SYNs of which the numbers turned out to be others
  std::uint64_t reordered = 0;  ///< packets that speak of what comes only behind them
  std::uint64_t gaps = 0;       ///< in the numbers of IP packets

  /// Whether nothing shows that packets are missing from the capture.
  bool is_whole() const { return with_holes.is_empty() && gaps == 0; }
  bool is_unsent(std::uint64_t packet) const {
    return unsent.contains(packet) || (is_whole() && hardly_sent.contains(packet));
  }
  /// Where nothing is missing from the capture, and it is in order, no window grew unseen.
  bool is_beyond(std::uint64_t packet) const {
    constexpr std::uint64_t in_order = 4;  // some may be wrong themselves
    return beyond.contains(packet) ||
           (with_holes.is_empty() && reordered < in_order && far_beyond.contains(packet));
  }
  /// Where nothing is missing from the capture, a timestamp that it does not show was not sent.
  bool is_wrong_echo(std::uint64_t packet) const {
    return unstamped.contains(packet) || (is_whole() && unseen_stamps.contains(packet));
  }
};

/// Follows all connections of a capture, both ends of each. What cannot be known without what was not
/// captured is not judged. A file is read twice: the first time for the hindsight. Live there is none, and
/// what shows late is said late.
///
/// Connections that are over are let go of after a minute, or when many others have ended since; of those
/// that are open, the longest silent where there are very many. So the memory is bounded.
class Explainer {
 public:
  explicit Explainer(Hindsight hindsight = {});
  ~Explainer();
  Explainer(Explainer&&) noexcept;
  Explainer& operator=(Explainer&&) noexcept;

  Explained explain(const capture::Packet& packet);
  /// The connections let go of since the last call.
  std::vector<Story> finished();
  /// The capture ends: what is to be said of all connections that are left, in their order.
  std::vector<Story> finish();
  /// What this reading has found; it ends with this.
  Hindsight hindsight();
  /// How many there were so far.
  std::size_t connections() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tcpcraft::explain
