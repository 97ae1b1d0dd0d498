#pragma once

#include <string>

#include "cli/process.hpp"

namespace tcpcraft::package_test {

namespace fs = std::filesystem;
using cli_test::TemporaryFolder;

/// What a script of bash printed, on either stream, and its exit code.
struct Ran {
  int exit_code;
  std::string output;
};

inline Ran shell(const fs::path& folder, const std::string& script) {
  cli_test::Process process(folder, {"-c", script}, {}, "/bin/bash");
  const int exit_code = process.finish();
  return {exit_code, process.output};
}

inline bool is_installed(const std::string& program) {
  return shell("/", "command -v " + program).exit_code == 0;
}

#define REQUIRE_PROGRAM(program)                                                                       \
  do {                                                                                                 \
    if (!::tcpcraft::package_test::is_installed(program)) GTEST_SKIP() << program " is not installed"; \
  } while (false)

}  // namespace tcpcraft::package_test
