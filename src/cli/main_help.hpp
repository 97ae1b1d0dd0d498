#pragma once

namespace CLI {
class App;
}

namespace tcpcraft::cli {

/// The command `help`, which tells of all the others: to be added last.
void add_help(CLI::App& app, int& exit_code);

}  // namespace tcpcraft::cli
