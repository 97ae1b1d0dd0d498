#pragma once

#include <CLI/CLI.hpp>

namespace tcpcraft::cli {

/// What a command says about how it went.
enum ExitCode {
  ok = 0,          ///< everything passed or was skipped
  failed = 1,      ///< a scenario failed
  invalid = 2,     ///< the command line or a scenario is invalid
  cannot_run = 3,  ///< nothing could run here
  interrupted = 130,
};

/// Each adds a subcommand to `app`; when it is the one chosen, it sets `exit_code`.
void add_run(CLI::App& app, int& exit_code);
void add_check(CLI::App& app, int& exit_code);
void add_serve(CLI::App& app, int& exit_code);
void add_send(CLI::App& app, int& exit_code);

}  // namespace tcpcraft::cli
