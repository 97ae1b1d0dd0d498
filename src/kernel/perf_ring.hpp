#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <tcpcraft/os/unique_fd.hpp>

namespace tcpcraft::kernel {

/// The records of some tracepoints, as far as this thread causes them, in their order.
class PerfRing {
 public:
  PerfRing() = default;
  ~PerfRing();
  PerfRing(const PerfRing&) = delete;
  PerfRing& operator=(const PerfRing&) = delete;

  /// Records this tracepoint too. Throws os::SystemError.
  void add(std::uint64_t tracepoint);

  /// Hands over each record since the last call. False where some were lost.
  bool drain(const std::function<void(std::span<const std::uint8_t>)>& take);

 private:
  void map();
  std::vector<std::uint8_t> copy(std::uint64_t from, std::size_t size) const;

  std::vector<os::UniqueFd> events_;
  void* pages_ = nullptr;
};

}  // namespace tcpcraft::kernel
