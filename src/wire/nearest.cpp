#include <algorithm>
#include <utility>

#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::wire {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// How many insertions, deletions, replacements and swaps of neighbours lie between two words, case aside
/// (the restricted Damerau-Levenshtein distance).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last, last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last = std::exchange(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      const bool swapped =
          i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

/// Whether the one word is the other cut short, such as `window` and `win`.
bool abbreviates(std::string_view a, std::string_view b) {
  const std::size_t shared = std::min(a.size(), b.size());
  return shared >= 3 && distance(a.substr(0, shared), b.substr(0, shared)) == 0;
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::size_t tolerance = std::max<std::size_t>(1, word.size() / 3);
  std::string_view best;
  std::size_t best_distance = tolerance + 1;
  for (std::string_view candidate : candidates) {
    const std::size_t longer = std::max(word.size(), candidate.size());
    const std::size_t shorter = std::min(word.size(), candidate.size());
    if (longer - shorter > tolerance) continue;
    const std::size_t found = distance(word, candidate);
    // Words of which no letter agrees are not alike, however short they are.
    if (found >= best_distance || found == longer) continue;
    best = candidate;
    best_distance = found;
  }
  if (!best.empty()) return std::string(best);
  for (std::string_view candidate : candidates)
    if (abbreviates(word, candidate)) return std::string(candidate);
  return {};
}

}  // namespace tcpcraft::wire
