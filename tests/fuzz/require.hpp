#pragma once

#include <cstdlib>
#include <iostream>
#include <string_view>

namespace tcpcraft::fuzz {

/// Where something does not hold that must hold of every input, the fuzzer stops and keeps the input.
inline void require(bool holds, std::string_view what = "") {
  if (holds) return;
  std::cerr << what << '\n';
  std::abort();
}

}  // namespace tcpcraft::fuzz
