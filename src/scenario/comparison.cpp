#include <algorithm>
#include <array>

#include "comparison_reader.hpp"

namespace tcpcraft::scenario {
namespace {

constexpr std::array<std::string_view, 6> signs{"==", "!=", "<", "<=", ">", ">="};  // in the enum's order

WrittenComparison::Part part(std::string_view text, std::size_t begin, std::size_t end) {
  begin = std::min(text.find_first_not_of(' ', begin), end);
  while (end > begin && text[end - 1] == ' ') --end;
  return {text.substr(begin, end - begin), begin, end};
}

}  // namespace

std::optional<Comparator> parse_comparator(std::string_view text) {
  const auto found = std::find(signs.begin(), signs.end(), text);
  if (found == signs.end()) return {};
  return static_cast<Comparator>(found - signs.begin());
}

std::string_view to_string(Comparator comparator) {
  return signs[static_cast<std::size_t>(comparator)];
}

WrittenComparison split_comparison(std::string_view text, std::size_t from) {
  const std::size_t sign = std::min(text.find_first_of("=!<>", from), text.size());
  const std::size_t right = std::min(text.find_first_not_of("=!<>", sign), text.size());
  return {part(text, from, sign), part(text, sign, right), part(text, right, text.size())};
}

}  // namespace tcpcraft::scenario
