#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include <tcpcraft/wire/endpoint.hpp>

namespace tcpcraft::cli {

/// A shell command that runs beside us, and ends with us, together with all that it started.
class Program {
 public:
  /// Throws os::SystemError.
  explicit Program(const std::string& command);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Whether it has ended.
  bool has_ended();
  /// Gives it two seconds to end of itself.
  void await_end();
  /// Waits until something listens at that port; false where the program has ended before, or nothing does.
  bool await_listener(std::uint16_t port);

 private:
  pid_t child_ = -1;
};

/// Whether a TCP socket listens at that port in the present network namespace.
bool is_listened_to(std::uint16_t port);

}  // namespace tcpcraft::cli
