#pragma once

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>

#include <gtest/gtest.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tcpcraft/os/network_namespace.hpp>
#include <tcpcraft/os/system_error.hpp>

namespace tcpcraft::test {

/// Tests that need a network of their own. The test program enters one, once; where that is refused, the
/// tests are skipped and say why.
class PrivateNetwork : public testing::Test {
 protected:
  void SetUp() override {
    static const std::optional<std::string> refusal = enter();
    if (refusal) GTEST_SKIP() << *refusal;
  }

 private:
  static std::optional<std::string> enter() {
    try {
      os::enter_private_network();
    } catch (const os::SystemError& error) {
      return os::why_not_private(error.code().value());
    }
    os::bring_up_loopback();
    return std::nullopt;
  }
};

inline std::size_t open_files() {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

/// Runs `body` in a child process and returns its exit code: what `body` returns, 255 where it throws.
template <class Body>
int in_child(const Body& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 255;
    try {
      code = body();
    } catch (const std::exception& error) {
      ::fprintf(stderr, "%s\n", error.what());
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace tcpcraft::test
