/// What the kernel does a little later, in a work queue of its own.
#pragma once

#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

#include <tcpcraft/os/system_error.hpp>

namespace tcpcraft::os {

/// Returns once `ready()`; throws SystemError of ETIMEDOUT about `what` where that takes longer than even a
/// very busy host makes it.
template <typename Ready>
void wait_until(const Ready& ready, const std::string& what) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!ready()) {
    if (std::chrono::steady_clock::now() > deadline) throw SystemError(what, ETIMEDOUT);
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
}

}  // namespace tcpcraft::os
