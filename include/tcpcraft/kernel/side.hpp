#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <poll.h>

#include <tcpcraft/calls/result.hpp>

namespace tcpcraft::kernel {

/// Counters of /proc/net/snmp and /proc/net/netstat: `TcpExt.TCPChallengeACK` and its value.
using Counters = std::map<std::string, std::int64_t>;

/// What sock_diag says of the kernel's socket for this connection.
struct SocketState {
  /// As RFC 9293 names it: `FIN-WAIT-2`; `CLOSED` where there is no socket for the two endpoints.
  std::string state = "CLOSED";
  bool listening = false;           ///< no such socket, but one that listens at the kernel's endpoint
  std::uint32_t unacked_bytes = 0;  ///< sent and not acknowledged (or not sent yet): idiag_wqueue
  std::uint32_t unread_bytes = 0;   ///< received and not read: idiag_rqueue. In both, SYN and FIN count one
};

/// The connection's TCP_INFO, as long as this kernel has it; empty where there is no full socket.
struct SocketInfo {
  SocketState state;
  std::vector<std::uint8_t> tcp_info;
};

/// What became of one segment of the peer's.
struct Drops {
  bool told = false;                  ///< the kernel was watched as it handled the segment
  std::optional<std::string> reason;  ///< why it was dropped, without SKB_DROP_REASON_; absent: it was not
};

/// The kernel's side of the connections, seen from user space: the application there, and what the kernel
/// tells about itself. A connection is called by the number of its peer, from 0. Everything happens on the
/// caller's thread, so that no other thread owns a socket while a segment arrives.
class Side {
 public:
  virtual ~Side() = default;

  /// Lets the application do all that it can do without waiting.
  virtual void pump() = 0;

  /// What the application waits for, to be polled together with the link.
  virtual void add_poll(std::vector<pollfd>& fds) const = 0;

  /// Makes one socket call of a script's on a connection, as far as that goes without waiting.
  virtual calls::Result call(std::size_t peer, const calls::Call& call) = 0;

  /// What a call that would block waits for; it is then to be made again.
  virtual void add_poll_of(std::size_t peer, const calls::Call& call, std::vector<pollfd>& fds) const = 0;

  virtual SocketState socket_state(std::size_t peer) = 0;
  virtual SocketInfo socket_info(std::size_t peer) = 0;
  virtual Counters counters() = 0;

  /// What became of the first segment that was sent since this was called last.
  virtual Drops take_drops() = 0;
};

}  // namespace tcpcraft::kernel
