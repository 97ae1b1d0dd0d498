#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <tcpcraft/capture/reader.hpp>
#include <tcpcraft/model/rule.hpp>
#include <tcpcraft/model/state.hpp>

namespace tcpcraft::explain {

/// What no conforming TCP could have sent.
struct Fault {
  const model::Rule* rule = nullptr;  ///< what it would have followed; never null
  std::string says;
};

/// A segment, and what it means.
struct Explained {
  std::size_t connection = 0;      ///< from 1
  bool first = false;              ///< of the connection
  std::uint64_t first_packet = 0;  ///< of the connection: the key of its story
  std::size_t side = 0;            ///< that sends: 0 for the client
  std::string segment;             ///< in the notation of scenarios
  std::vector<std::string> meanings;
  std::vector<Fault> faults;
  std::array<model::State, 2> states{};  ///< of client and server, as the model follows them
  bool states_changed = false;
};

/// What a whole capture tells of a connection.
struct Story {
  std::array<wire::Endpoint, 2> ends;    ///< client and server
  std::array<std::string, 2> names;      ///< `client`, or the port where nobody was seen to open
  std::array<std::uint64_t, 2> sent{};   ///< bytes of data, each counted once
  std::array<bool, 2> seen{};            ///< whether any segment of this side was
  bool from_the_start = false;           ///< the first SYN was captured
  bool has_holes = false;                ///< segments were acknowledged that were not captured
  std::array<model::State, 2> states{};  ///< in which it is left
  std::string ending;                    ///< how it ended
  std::size_t faults = 0;
  std::vector<std::uint64_t> doubtful;  ///< packets that fit only what was not captured
};

/// What only shows later in a capture than where it matters.
struct Hindsight {
  std::map<std::uint64_t, Story> stories;  ///< by the number of each connection's first packet
  std::set<std::uint64_t> unsent;          ///< packets that acknowledge what turned out not to be sent
  std::set<std::uint64_t> beyond;          ///< packets that go beyond what turned out to be the window
  std::set<std::uint64_t> unstamped;       ///< packets that echo a timestamp that turned out not to be sent
};

/// Follows all connections of a capture, both ends of each. What cannot be known without what was not
/// captured is not judged. A capture is read twice: the first time for the hindsight.
class Explainer {
 public:
  explicit Explainer(Hindsight hindsight = {});
  ~Explainer();
  Explainer(Explainer&&) noexcept;
  Explainer& operator=(Explainer&&) noexcept;

  Explained explain(const capture::Packet& packet);
  /// Of all connections, in their order.
  std::vector<Story> stories() const;
  Hindsight hindsight() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tcpcraft::explain
