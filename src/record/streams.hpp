#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include <tcpcraft/record/conversation.hpp>

namespace tcpcraft::record {

/// What one side said: its data in order, each byte once, and its end.
struct Stream {
  std::optional<wire::SeqNum> start;  ///< of its data
  wire::Bytes data;
  bool cut = false;                          ///< some of it was not captured
  std::optional<std::size_t> fin, rst;       ///< the event
  std::vector<std::size_t> news;             ///< the events with new data
  std::map<std::size_t, wire::Bytes> ahead;  ///< what came behind a gap, by its place in the data

  wire::SeqNum end() const { return *start + static_cast<std::int64_t>(data.size()); }
  /// With its FIN.
  wire::SeqNum next() const { return end() + (fin ? 1 : 0); }
  bool is_whole() const { return !cut && ahead.empty(); }
  void take(const Passed& passed, std::size_t event);

 private:
  void join(std::size_t event);
};

struct Streams {
  Stream peer, kernel;
};
Streams streams_of(const Conversation& conversation);

/// Nothing where the event is of another kind.
inline const Passed* passed_in(const Event& event) {
  return std::get_if<Passed>(&event.what);
}

}  // namespace tcpcraft::record
