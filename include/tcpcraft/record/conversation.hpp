#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <tcpcraft/wire/endpoint.hpp>
#include <tcpcraft/wire/icmp.hpp>
#include <tcpcraft/wire/segment.hpp>
#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::record {

/// A segment, seen from the kernel that is to be tested.
struct Passed {
  bool to_kernel = false;
  wire::Segment segment;      ///< with as much of its data as was captured
  std::uint32_t missing = 0;  ///< bytes of its data that were not
  bool bad_checksum = false;
  bool by_length = false;    ///< what its data is does not matter, only how much
  std::uint64_t packet = 0;  ///< its number in the capture
};
/// A message of ICMP to the kernel, about a segment that it sent.
struct Message {
  wire::IcmpSpec spec;  ///< but for the number of the segment
  wire::SeqNum seq;
};
/// A socket call of the kernel's application, as a scenario writes it: `read 10 -> "a\n"`.
struct Call {
  std::string text;
  bool opens_window = false;  ///< so far that the kernel may say so
};

/// Time that was let pass on purpose, up to this moment.
struct Pause {
  wire::Duration duration{};
  bool silent = false;  ///< the kernel was to say nothing meanwhile
};

/// Segments that were one step, which ended at this moment.
struct Streamed {
  bool to_kernel = false;
  std::string text;       ///< `stream FIN len=9`
  std::size_t bytes = 0;  ///< of data
  bool fin = false;       ///< the last of it
};

struct Event {
  wire::Time time;
  std::size_t peer = 0;  ///< whose connection it is about: an index of `Conversation::peers`
  std::variant<Passed, Message, Call, Pause, Streamed> what;
};

/// What the one that made the capture said of the side under test.
struct Conditions {
  std::string title;               ///< of the scenario that was played
  std::string app;                 ///< `script`
  std::string kernel;              ///< what else the scenario says of it, in YAML: `, link: tun`
  std::vector<std::string> names;  ///< of the peers, where there are several
};

/// What passed between a kernel and its peers, in its order.
struct Conversation {
  wire::Endpoint kernel;
  std::vector<wire::Endpoint> peers;
  std::vector<Event> events;
  std::optional<Conditions> conditions;  ///< absent: all but the segments has to be inferred
  std::size_t number = 1;                ///< among those of the capture, in the order in which they begin
  std::string too_much;                  ///< why its events were not kept; else empty
};

}  // namespace tcpcraft::record
