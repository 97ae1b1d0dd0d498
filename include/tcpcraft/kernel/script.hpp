#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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
/// accepted or connected last. Calls go to the connection; where there was none yet, to the socket. An
/// application with several connections has a script for each peer, which share that socket.
class Script {
 public:
  enum class Start { listening, idle };

  /// Throws os::SystemError where the address is taken.
  Script(const wire::Endpoint& address, const wire::Endpoint& peer, Start start);
  /// The same application's connection with another peer.
  Script(const Script& application, const wire::Endpoint& peer);
  ~Script();

  calls::Result listen(std::optional<int> backlog = {});
  /// Takes the peer's connection. Those of others in front of it are taken too: one of another script's peer
  /// waits for its own `accept`, others are put aside; where the peer's is not there those are all that is
  /// taken.
  calls::Result accept();
  /// Makes the first move, from the script's own address and port: with the one socket, or one of its own
  /// where that listens for others.
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
  enum class Whose { ours, another_scripts, nobodys };
  std::optional<Whose> take_from_queue();
  bool take_waiting();
  calls::Result close_connection();

  /// A connection that was accepted, and with whom.
  struct Accepted {
    os::UniqueFd socket;
    wire::Endpoint peer;
  };
  /// What the scripts of one application share.
  struct Application {
    wire::Endpoint address;
    std::vector<wire::Endpoint> peers;
    os::UniqueFd socket;
    std::vector<Accepted> waiting;    ///< for the script whose peer it is
    std::vector<os::UniqueFd> aside;  ///< connections of others, and earlier ones
  };

  wire::Endpoint peer_;
  std::shared_ptr<Application> application_;
  os::UniqueFd connection_;
  bool connected_ = false;  ///< there is a connection, or was one
  std::unique_ptr<LingeringClose> lingering_;
};

}  // namespace tcpcraft::kernel
