#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tcpcraft/model/tcb.hpp>
#include <tcpcraft/wire/codec.hpp>
#include <tcpcraft/wire/segment.hpp>
#include <tcpcraft/wire/time.hpp>

namespace tcpcraft::matrix {

/// How far TCP_INFO's variables moved from just before the segment to just after it. Only full sockets have
/// them.
struct Effects {
  std::int64_t segs_in = 0;
  std::int64_t bytes_acked = 0;     ///< SND.UNA, SYN and FIN counted
  std::int64_t bytes_received = 0;  ///< RCV.NXT, FIN counted
  std::int64_t rcv_ooopack = 0;     ///< segments queued beyond RCV.NXT
  std::uint32_t snd_wnd = 0;        ///< SND.WND after it, in bytes
};

/// A segment of a cell's exchange.
struct Passed {
  bool from_kernel = false;
  wire::Time time;
  wire::Segment segment;
};

/// What a real kernel made of one segment.
struct Observation {
  /// Why nothing can be said: a lost barrier, a failed set-up. Empty otherwise.
  std::string inconclusive;

  model::Tcb before;  ///< the kernel's side, as heard during the set-up
  wire::Segment injected;
  wire::Deformity deformity;

  std::vector<wire::Segment>
      at_once;  ///< the kernel's segments that were there when the barrier's answer was
  std::vector<wire::Segment> flushed;  ///< those that came when the application had read all: delayed ACKs
  model::State state = model::State::closed;  ///< by sock_diag; CLOSED also where only the listener is left
  wire::Bytes delivered;                      ///< read by the application after the segment
  bool end_of_file = false;
  int socket_error = 0;  ///< SO_ERROR after it
  std::optional<Effects> effects;

  std::vector<Passed> trace;               ///< the whole exchange, set-up included
  std::vector<std::size_t> act_ends;       ///< how much of the trace there was after each act of the recipe
  std::optional<std::size_t> injected_at;  ///< the injected segment's place in the trace
};

}  // namespace tcpcraft::matrix
