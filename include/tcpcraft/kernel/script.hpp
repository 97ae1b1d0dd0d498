#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <poll.h>

#include <tcpcraft/calls/result.hpp>
#include <tcpcraft/os/unique_fd.hpp>
#include <tcpcraft/wire/endpoint.hpp>

namespace tcpcraft::kernel {

class LingeringClose;

/// An application that does as it is told, one socket call at a time. No call waits: one that would says so,
/// and is to be made again when `add_poll` finds it ready.
///
/// It has one socket at the kernel's address, which listens or connects, and one connection: that which was
/// accepted or connected last. Calls go to the connection; where there was none yet, to the socket.
class Script {
 public:
  enum class Start { listening, idle };

  /// Throws os::SystemError where the address is taken.
  Script(const wire::Endpoint& address, const wire::Endpoint& peer, Start start);
  ~Script();

  calls::Result listen(std::optional<int> backlog = {});
  /// Takes the peer's connection. Those of others in front of it are taken too and put aside; where the
  /// peer's is not there they are all that is taken.
  calls::Result accept();
  /// Makes the first move, from the script's own address and port.
  calls::Result connect();
  calls::Result read(std::size_t limit, bool oob = false);
  calls::Result write(std::span<const std::uint8_t> data, bool oob = false);
  calls::Result shutdown(calls::Shutdown::Half half);
  /// Closes the connection; where there is none, the socket.
  calls::Result close();
  calls::Result set(const calls::SocketOption& option, const calls::OptionValue& value);
  calls::Result get(const calls::SocketOption& option) const;
  /// What the socket is ready for.
  calls::Result poll() const;

  /// The connection's TCP_INFO; empty where it has no socket any more.
  std::vector<std::uint8_t> tcp_info() const;

  calls::Result call(const calls::Call& call);
  void add_poll(const calls::Call& call, std::vector<pollfd>& fds) const;

  /// Waits until no other thread is at work on a socket, so that the next segment is handled at once.
  void settle() const;

 private:
  int current() const;
  bool is_listening() const;
  void open();
  bool take_from_queue();
  calls::Result close_connection();

  wire::Endpoint address_;
  wire::Endpoint peer_;
  os::UniqueFd socket_;
  os::UniqueFd connection_;
  std::vector<os::UniqueFd> aside_;  ///< connections of others, and earlier ones
  bool connected_ = false;           ///< there is a connection, or was one
  std::unique_ptr<LingeringClose> lingering_;
};

}  // namespace tcpcraft::kernel
