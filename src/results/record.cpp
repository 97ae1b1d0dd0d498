#include <array>
#include <utility>

#include <tcpcraft/results/record.hpp>

namespace tcpcraft::results {
namespace {

using engine::Verdict;

constexpr std::array<std::pair<Verdict, const char*>, 5> names{{{Verdict::pass, "pass"},
                                                                {Verdict::fail, "fail"},
                                                                {Verdict::error, "error"},
                                                                {Verdict::skip, "skip"},
                                                                {Verdict::inconclusive, "inconclusive"}}};

}  // namespace

std::string to_string(Verdict verdict) {
  for (const auto& [value, name] : names)
    if (value == verdict) return name;
  return "";
}

std::optional<Verdict> parse_verdict(const std::string& name) {
  for (const auto& [value, known] : names)
    if (name == known) return value;
  return {};
}

}  // namespace tcpcraft::results
