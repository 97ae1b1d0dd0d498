#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <tcpcraft/kernel/side.hpp>

namespace tcpcraft::kernel {

/// Sees whether and why the kernel drops a segment: the tracepoints skb:kfree_skb, net:netif_receive_skb and
/// net:net_dev_queue, as perf events of this thread alone, in whose context the kernel handles what it
/// injects, unless it is so busy that it leaves that to a thread of its own: then nothing is told. They are
/// gone with their descriptors, however the process ends.
///
/// To be opened before a user namespace is entered, where tracing is out of reach, and by the thread that
/// sends.
class DropWatch {
 public:
  /// Throws os::SystemError where tracing is not permitted, or this kernel gives no reasons.
  DropWatch();
  ~DropWatch();

  /// Whether this kernel knows a drop reason of this name.
  bool knows(std::string_view reason) const;

  /// What became of the first packet that this thread sent since the last call.
  Drops take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tcpcraft::kernel
