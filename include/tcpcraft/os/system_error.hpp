#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace tcpcraft::os {

/// The system refused: `what()` names the call and the reason: "bind 127.0.0.1:9877: Address already in use".
class SystemError : public std::system_error {
 public:
  explicit SystemError(const std::string& call, int error = errno)
      : std::system_error(error, std::generic_category(), call) {}
};

/// Returns `result`, or throws where it is -1.
inline int check(int result, const std::string& call) {
  if (result == -1) throw SystemError(call);
  return result;
}

}  // namespace tcpcraft::os
