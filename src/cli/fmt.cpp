#include <algorithm>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <system_error>

#include <tcpcraft/report/console.hpp>
#include <tcpcraft/report/diff.hpp>
#include <tcpcraft/scenario/format.hpp>

#include "commands.hpp"
#include "common.hpp"
#include "replace_file.hpp"

namespace tcpcraft::cli {
namespace {

enum class Became { nothing_else, different, wrong };

/// Errors go to stderr, where the text of a file may come out of stdout.
void complain(const std::string& text) {
  std::fputs(text.c_str(), stderr);
}

/// What `source` is in the canonical layout, in `text`.
Became format_source(const scenario::Source& source, const report::Style& style, std::string& text) {
  scenario::Formatted formatted = scenario::format(source, scenario::files_beside(source.name));
  for (const scenario::Diagnostic& diagnostic : formatted.diagnostics)
    complain(report::format_diagnostic(source, diagnostic, style) + "\n");
  if (!formatted.diagnostics.empty()) return Became::wrong;
  text = std::move(formatted.text);
  return text == source.text ? Became::nothing_else : Became::different;
}

void show_difference(const FmtCommand& command, const scenario::Source& source, const std::string& text,
                     const report::Style& style) {
  print(command.diff ? report::format_diff(source.name, source.text, text, style) : source.name + "\n");
}

Became format_file(const FmtCommand& command, const std::string& path, const report::Style& style) try {
  const scenario::Source source = scenario::load(path);
  std::string text;
  const Became became = format_source(source, style, text);
  if (became != Became::different) return became;
  if (command.check || command.diff) {
    show_difference(command, source, text, style);
  } else {
    replace_file(path, source.text, text);
    print(path + "\n");
  }
  return became;
} catch (const std::system_error& error) {
  complain(style.red("error") + ": " + report::printable(error.what()) + "\n");
  return Became::wrong;
}

Became format_input(const FmtCommand& command, const report::Style& style) {
  const scenario::Source source{"<stdin>", std::string(std::istreambuf_iterator<char>(std::cin), {})};
  std::string text;
  const Became became = format_source(source, style, text);
  if (became == Became::wrong) return became;
  if (!command.check && !command.diff)
    print(text);
  else if (became == Became::different)
    show_difference(command, source, text, style);
  return became;
}

}  // namespace

int fmt(const FmtCommand& command) {
  const report::Style style = style_for(command.color);
  std::vector<Became> all;
  if (std::find(command.paths.begin(), command.paths.end(), "-") != command.paths.end()) {
    if (command.paths.size() > 1)
      throw UsageError("'-' reads from the standard input: no other path beside it");
    all.push_back(format_input(command, style));
  } else {
    for (const ScenarioFile& file : scenario_files(command.paths)) {
      if (!file.variant.empty()) throw UsageError(file.path + " has one layout for all of its variants");
      all.push_back(format_file(command, file.path, style));
    }
  }
  const auto any = [&](Became became) { return std::find(all.begin(), all.end(), became) != all.end(); };
  if (any(Became::wrong)) return invalid;
  return any(Became::different) && (command.check || command.diff) ? failed : ok;
}

}  // namespace tcpcraft::cli
