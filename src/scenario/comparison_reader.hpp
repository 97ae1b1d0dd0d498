#pragma once

#include <cstddef>
#include <string_view>

#include <tcpcraft/scenario/comparison.hpp>

namespace tcpcraft::scenario {

/// `snd_cwnd >= 10`, taken apart and not judged yet. Parts that are missing are empty.
struct WrittenComparison {
  struct Part {
    std::string_view text;
    std::size_t begin;
    std::size_t end;
  };
  Part left, sign, right;
};
WrittenComparison split_comparison(std::string_view text, std::size_t from = 0);

}  // namespace tcpcraft::scenario
