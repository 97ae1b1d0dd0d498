#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <tcpcraft/scenario/reader.hpp>

namespace tcpcraft::scenario {

inline std::optional<wire::Bytes> no_files(const std::string&) {
  return {};
}

inline Reading read_text(const std::string& text) {
  return read({"test.scn", text}, no_files);
}

/// Reads a file of one scenario that is right; an empty one where it is not, after saying what is wrong.
inline Scenario good(const std::string& text) {
  Reading reading = read_text(text);
  for (const Diagnostic& diagnostic : reading.diagnostics) ADD_FAILURE() << diagnostic.message;
  EXPECT_LE(reading.scenarios.size(), 1u);
  return reading.scenarios.empty() ? Scenario{} : reading.scenarios.front();
}

/// `line:column-column message | hint` for each diagnostic.
inline std::vector<std::string> wrong(const std::string& text) {
  const Source source{"test.scn", text};
  std::vector<std::string> result;
  const Reading reading = read(source, no_files);
  EXPECT_EQ(reading.scenarios.empty(), !reading.diagnostics.empty());
  for (const Diagnostic& d : reading.diagnostics) {
    const Position begin = source.position(d.span.begin);
    const Position end = source.position(d.span.end);
    result.push_back(std::to_string(begin.line) + ":" + std::to_string(begin.column) + "-" +
                     std::to_string(end.column) + " " + d.message + (d.hint.empty() ? "" : " | " + d.hint));
  }
  return result;
}

using Strings = std::vector<std::string>;

}  // namespace tcpcraft::scenario
