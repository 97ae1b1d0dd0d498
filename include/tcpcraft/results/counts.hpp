#pragma once

#include <array>
#include <cstddef>

#include <tcpcraft/engine/result.hpp>

namespace tcpcraft::results {

/// How often each verdict was given.
class Counts {
 public:
  void add(engine::Verdict verdict) { ++of_.at(static_cast<std::size_t>(verdict)); }
  std::size_t operator[](engine::Verdict verdict) const { return of_.at(static_cast<std::size_t>(verdict)); }
  std::size_t total() const { return of_[0] + of_[1] + of_[2] + of_[3] + of_[4]; }

 private:
  std::array<std::size_t, 5> of_{};  ///< pass, fail, error, skip, inconclusive
};

}  // namespace tcpcraft::results
