#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>

#include <tcpcraft/calls/result.hpp>
#include <tcpcraft/engine/conduct.hpp>
#include <tcpcraft/engine/match.hpp>
#include <tcpcraft/model/reaction.hpp>
#include <tcpcraft/model/tcb.hpp>
#include <tcpcraft/wire/endpoint.hpp>
#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::engine {

/// A segment of the kernel's that no step has taken yet.
struct Unread {
  wire::Time time;
  bool kernel_time;
  Expectation expectation;
  bool late;  ///< it came of a timer, or of the application, while we were neither waiting nor quick
  std::optional<Expectation> crossed;  ///< what was expected before the peer's last segment arrived
  std::size_t trace_entry;
};

/// A socket call that was begun.
struct OpenCall {
  calls::Call call;          ///< what is still to do of it
  std::size_t written = 0;   ///< and what a `write` has done,
  wire::Bytes read = {};     ///< or a `read` of all that it asks for
  bool once = false;         ///< it is not made again where it would block
  bool in_progress = false;  ///< a `connect` whose SYN is out: it is made again only when asked for
  std::optional<calls::Result> result = std::nullopt;
  wire::Time before{};  ///< when it was made last: not before
  wire::Time after{};   ///< and not after
};

/// The end of a step.
struct Anchor {
  wire::Time time;
  wire::Duration slack{};  ///< how much earlier it may have been: a call has no time stamp
  bool exact = true;
};

/// What the machine knows of the connection between the kernel and one peer.
struct Connection {
  wire::Endpoint end;  ///< the peer's
  wire::SeqNum iss;    ///< the peer's

  model::Tcb peer;
  std::optional<model::Tcb> kernel;  ///< once anything has passed
  model::Tcb before;                 ///< the kernel's TCB before the peer's last segment
  bool owed = false;                 ///< and whether it owed something then
  model::Tcb old_peer;               ///< the peer before its last SYN seemed to open the connection anew
  model::Reaction
      reaction;     ///< where the kernel may take the peer's last segment in several ways: all of them
  Conduct conduct;  ///< of the kernel

  std::list<Unread> unread;
  std::optional<OpenCall> running;  ///< left running by an earlier step

  Anchor anchor;              ///< the end of the previous step
  wire::Duration scripted{};  ///< the waits so far: the peer's timestamp clock
  std::uint32_t clock_base = 0;
  std::uint16_t id = 0;
  std::optional<std::size_t> cause;  ///< the last step that sent a segment, or had the kernel send
  std::optional<std::size_t> last_send_entry;
  const model::Rule* last_rule = nullptr;
};

}  // namespace tcpcraft::engine
