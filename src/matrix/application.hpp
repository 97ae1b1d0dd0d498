#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <tcpcraft/os/socket_address.hpp>
#include <tcpcraft/os/unique_fd.hpp>
#include <tcpcraft/wire/endpoint.hpp>
#include <tcpcraft/wire/options.hpp>

namespace tcpcraft::matrix {

/// The application on the kernel's side of one connection after another: real sockets, in calls that never
/// wait. What the kernel refuses is thrown as os::SystemError.
class Application {
 public:
  Application(const wire::Endpoint& kernel, const wire::Endpoint& peer);

  /// The listening socket outlives its connections, and serves the next ones that ask for the same.
  void listen(std::uint32_t receive_buffer);
  void stop_listening();
  bool listens() const { return static_cast<bool>(listener_); }

  void connect();
  /// Whether there was a connection to accept.
  bool accept();
  bool connected() const { return static_cast<bool>(socket_); }

  void write(std::size_t size);
  /// Appends all there is to `bytes`; whether the end of file, or of the connection, was reached.
  bool read(wire::Bytes& bytes);
  /// Has the kernel send the ACK that it delays, if it delays one and everything has been read.
  void flush_ack();
  void shut_down();
  /// As an application does: in order.
  void close();
  /// Leaves no connection behind; a RST tells the peer of it where there is one.
  void abort();
  /// SO_ERROR, which is clear afterwards.
  int take_error();

 private:
  os::UniqueFd open_bound() const;

  os::SocketAddress kernel_;
  os::SocketAddress peer_;
  os::UniqueFd listener_;
  std::uint32_t receive_buffer_ = 0;  ///< that the listener has
  os::UniqueFd socket_;
};

}  // namespace tcpcraft::matrix
