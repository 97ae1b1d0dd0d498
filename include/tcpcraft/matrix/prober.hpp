#pragma once

#include <cstdint>
#include <memory>

#include <tcpcraft/kernel/diag.hpp>
#include <tcpcraft/matrix/observation.hpp>
#include <tcpcraft/matrix/result.hpp>
#include <tcpcraft/transport/link.hpp>
#include <tcpcraft/wire/endpoint.hpp>

namespace tcpcraft::matrix {

/// Plays cells against the kernel of the present network namespace: brings a fresh connection into the state,
/// injects the segment, and reports all that the kernel does about it.
class Prober {
 public:
  /// `kernel` and `peer` are the two ends of every connection it makes; the link passes segments between
  /// them.
  Prober(transport::Link& link, const wire::Endpoint& kernel, const wire::Endpoint& peer);
  ~Prober();

  /// Plays one cell on a fresh connection. What went wrong on our side is told by `inconclusive`.
  Observation play(const Cell& cell);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tcpcraft::matrix
