#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include <tcpcraft/matrix/result.hpp>

namespace tcpcraft::matrix {

/// The wire between the peer and the kernel under test.
enum class LinkKind {
  loopback,  ///< `lo`, with a guard on the peer's port
  tun,       ///< a TUN device, which needs /dev/net/tun
  sink,      ///< a device that leads nowhere, which needs nothing
};

/// `loopback`, `tun`, `sink`.
std::string_view to_string(LinkKind link);

/// Which cells to play, and how.
struct Plan {
  std::vector<const StateVariant*> states;
  std::vector<const SegmentClass*> segments;
  bool v4 = true;
  bool v6 = true;
  LinkKind link = LinkKind::loopback;
  const model::Profile* profile = &model::linux_profile;
  /// Leaves `tcp_invalid_ratelimit` as it is; otherwise it is switched off.
  bool keep_rate_limits = false;
};

/// Plays every cell of the plan in the present network namespace, which must be a private one with `lo` up,
/// each on a fresh connection. An inconclusive cell is played again, three times at most. Where a class makes
/// no sense in a state (see `applies`) there is no cell. `stop` is asked before each cell: what it ends is
/// left out. Throws os::SystemError.
MatrixResult run(const Plan& plan, const std::function<bool()>& stop = {});

}  // namespace tcpcraft::matrix
