#pragma once

#include <memory>

#include <tcpcraft/os/unique_fd.hpp>

namespace tcpcraft::kernel {

/// Closes a socket that lingers (SO_LINGER), on a thread of its own: nothing else keeps such a close from
/// waiting, whether or not the socket blocks. While the thread sleeps it does not own the socket.
class LingeringClose {
 public:
  /// Returns when the close is done, or waits.
  explicit LingeringClose(os::UniqueFd socket);

  bool is_done() const;
  /// Becomes readable when it is done.
  int fd() const;
  /// Returns when the thread sleeps, or is done.
  void settle() const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;  ///< with the thread, which may outlive this
};

}  // namespace tcpcraft::kernel
