#include "ladder.hpp"

#include <cstdlib>
#include <string_view>

#include <string.h>

#include "common.hpp"

namespace tcpcraft::cli {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::size_t columns() {
  const int said = std::atoi(std::string(variable("COLUMNS")).c_str());
  if (said > 0) return static_cast<std::size_t>(said);
  return terminal_columns().value_or(report::Paper().columns);
}

/// Where the locale says nothing, as in a container, it is only known that everything today is UTF-8.
bool utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string locale(variable(name));
    if (locale.empty()) continue;
    return ::strcasestr(locale.c_str(), "utf-8") || ::strcasestr(locale.c_str(), "utf8");
  }
  return true;
}

}  // namespace

report::Paper terminal() {
  return {columns(), utf8()};
}

std::string format_ladder(const results::Record& record, const report::Style& style) {
  return report::format_ladder(record, terminal(), style);
}

}  // namespace tcpcraft::cli
