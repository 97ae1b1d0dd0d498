#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <tcpcraft/kernel/diag.hpp>
#include <tcpcraft/matrix/observation.hpp>
#include <tcpcraft/matrix/result.hpp>
#include <tcpcraft/transport/link.hpp>
#include <tcpcraft/wire/endpoint.hpp>

namespace tcpcraft::matrix {

/// Sets the sysctls of the present network namespace, which must be a private one, to what the cells are
/// defined for: no timers or caches that get in the way and, unless they are kept, no rate limits. Throws
/// os::SystemError.
void prepare_namespace(bool keep_rate_limits);

/// The same for a scenario: names and values, without those that not every kernel lets be set.
std::vector<std::pair<std::string, std::string>> namespace_sysctls();

/// Plays cells against the kernel of the present network namespace: brings a fresh connection into the state,
/// injects the segment, and reports all that the kernel does about it.
class Prober {
 public:
  /// `kernel` and `peer` are the two ends of every connection it makes, and of no other; the link passes
  /// segments between them. The kernel must not answer for the peer.
  Prober(transport::Link& link, const wire::Endpoint& kernel, const wire::Endpoint& peer);
  ~Prober();

  /// Plays one cell on a fresh connection, and leaves nothing of it behind. What went wrong on our side, or
  /// before the segment, is told by `inconclusive`. Quickest where cells of a state follow each other.
  Observation play(const Cell& cell);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tcpcraft::matrix
