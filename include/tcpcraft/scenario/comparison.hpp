#pragma once

#include <optional>
#include <string_view>

namespace tcpcraft::scenario {

/// `== != < <= > >=`
enum class Comparator { equal, not_equal, less, at_most, greater, at_least };

std::optional<Comparator> parse_comparator(std::string_view text);
std::string_view to_string(Comparator comparator);

template <class Value>
bool holds(const Value& left, Comparator comparator, const Value& right) {
  switch (comparator) {
    case Comparator::equal:
      return left == right;
    case Comparator::not_equal:
      return left != right;
    case Comparator::less:
      return left < right;
    case Comparator::at_most:
      return left <= right;
    case Comparator::greater:
      return left > right;
    case Comparator::at_least:
      break;
  }
  return left >= right;
}

}  // namespace tcpcraft::scenario
