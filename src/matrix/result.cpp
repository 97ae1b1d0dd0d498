#include <tcpcraft/matrix/result.hpp>

namespace tcpcraft::matrix {

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::conforms:
      return "conforms";
    case Verdict::alternative:
      return "alternative";
    case Verdict::deviation:
      return "deviation";
    case Verdict::new_deviation:
      return "new";
    case Verdict::vanished:
      return "vanished";
    case Verdict::inconclusive:
      return "inconclusive";
  }
  return "?";
}

std::optional<Verdict> parse_verdict(std::string_view name) {
  for (const Verdict verdict : {Verdict::conforms, Verdict::alternative, Verdict::deviation,
                                Verdict::new_deviation, Verdict::vanished, Verdict::inconclusive})
    if (to_string(verdict) == name) return verdict;
  return std::nullopt;
}

}  // namespace tcpcraft::matrix
