#pragma once

#include <pty.h>

#include "process.hpp"

namespace tcpcraft::cli_test {

/// What tcpcraft writes to a terminal of 40 columns.
inline std::string on_a_terminal(const fs::path& folder, std::vector<std::string> words,
                                 const char* terminal = "xterm") {
  int master = -1;
  winsize size{24, 40, 0, 0};
  const pid_t child = ::forkpty(&master, nullptr, nullptr, &size);
  if (child == 0) {
    ::setenv("TERM", terminal, 1);
    if (::chdir(folder.c_str()) != 0) ::_exit(126);
    words.insert(words.begin(), TCPCRAFT_BINARY);
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  std::string output;
  char buffer[4096];
  for (ssize_t got; (got = ::read(master, buffer, sizeof buffer)) > 0;)
    output.append(buffer, static_cast<std::size_t>(got));
  ::close(master);
  ::waitpid(child, nullptr, 0);
  return output;
}

}  // namespace tcpcraft::cli_test
