#include <array>
#include <limits>

#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::wire {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t nanoseconds;
};
/// Longest first; `s` comes last to be tried as a suffix, because the others end in it.
constexpr std::array<Unit, 4> units = {{{"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}}};
constexpr std::uint64_t longest = std::numeric_limits<Duration::rep>::max();

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<Unit> take_unit(std::string_view& text) {
  for (auto unit = units.rbegin(); unit != units.rend(); ++unit) {
    const std::size_t size = unit->name.size();
    if (text.size() < size || text.substr(text.size() - size) != unit->name) continue;
    text.remove_suffix(size);
    return *unit;
  }
  return std::nullopt;
}

/// Adds `digit * scale` unless that leaves the range.
bool add(std::uint64_t& total, char digit, std::uint64_t scale) {
  const std::uint64_t more = static_cast<std::uint64_t>(digit - '0') * scale;
  if (more > longest - total) return false;
  total += more;
  return true;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  if (text == "0") return Duration{0};
  const std::optional<Unit> unit = take_unit(text);
  if (!unit) return std::nullopt;
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = point == text.npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || (point != text.npos && fraction.empty())) return std::nullopt;

  std::uint64_t total = 0;
  for (char c : whole) {
    if (!is_digit(c) || total > longest / 10) return std::nullopt;
    total *= 10;
    if (!add(total, c, unit->nanoseconds)) return std::nullopt;
  }
  std::uint64_t scale = unit->nanoseconds;
  for (char c : fraction) {
    scale /= 10;
    if (!is_digit(c) || (scale == 0 && c != '0')) return std::nullopt;  // finer than a nanosecond
    if (!add(total, c, scale)) return std::nullopt;
  }
  return Duration(static_cast<Duration::rep>(total));
}

std::string format_duration(Duration duration) {
  if (duration.count() == 0) return "0";
  const bool negative = duration.count() < 0;
  const auto bits = static_cast<std::uint64_t>(duration.count());
  const std::uint64_t total = negative ? 0 - bits : bits;

  const Unit* unit = units.begin();
  while (unit->nanoseconds > total) ++unit;
  std::string text = (negative ? "-" : "") + std::to_string(total / unit->nanoseconds);
  if (std::uint64_t rest = total % unit->nanoseconds; rest != 0) {
    text += '.';
    for (std::uint64_t scale = unit->nanoseconds / 10; rest != 0; scale /= 10) {
      text += static_cast<char>('0' + rest / scale);
      rest %= scale;
    }
  }
  return text.append(unit->name);
}

}  // namespace tcpcraft::wire
