#include <algorithm>

#include "notation_fields.hpp"
#include "notation_parts.hpp"

namespace tcpcraft::wire {
namespace {

constexpr std::string_view tcpdump_letters = "SFRP.UEWe";

void add_flag(Flags& flags, const NamedFlag& named, TextRange where, Reporter& report) {
  if (flags.has(named.flag)) report.error(where, "flag '" + std::string(named.name) + "' is written twice");
  flags.set(named.flag);
}

Flags parse_letters(Piece piece, Reporter& report) {
  Flags flags;
  for (std::size_t i = 0; i < piece.text.size(); ++i) {
    for (const NamedFlag& named : named_flags)
      if (named.letter == piece.text[i]) add_flag(flags, named, piece.part(i, 1).range(), report);
  }
  return flags;
}

void report_unknown(Piece name, bool alone, Reporter& report) {
  if (name.text == "none") {
    report.error(name.range(), "'none' stands alone");
    return;
  }
  std::vector<std::string_view> names;
  for (const NamedFlag& named : named_flags) names.push_back(named.name);
  if (alone) names.push_back("none");
  std::string hint = did_you_mean(name.text, names);
  if (name.text.find_first_of(",+|/&") != name.text.npos) hint = "flags are joined by '-': SYN-ACK";
  report.error(name.range(), "unknown flag " + quoted(name.text), std::move(hint));
}

}  // namespace

Flags parse_flags(Piece piece, Reporter& report) {
  if (piece.text == "none") return Flags{};
  if (piece.text.find_first_not_of(tcpdump_letters) == piece.text.npos) return parse_letters(piece, report);

  Flags flags;
  const std::vector<Piece> names = split(piece, '-');
  for (const Piece& name : names) {
    const auto named = std::find_if(named_flags.begin(), named_flags.end(),
                                    [&](const NamedFlag& candidate) { return candidate.name == name.text; });
    if (name.text.empty()) {
      const std::size_t dash = name.begin == piece.begin ? name.begin : name.begin - 1;
      report.error({dash, dash + 1}, "a flag is missing beside this '-'");
    } else if (named == named_flags.end()) {
      report_unknown(name, names.size() == 1, report);
    } else {
      add_flag(flags, *named, name.range(), report);
    }
  }
  return flags;
}

}  // namespace tcpcraft::wire
