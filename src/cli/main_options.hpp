#pragma once

#include <string>

namespace CLI {
class App;
}

namespace tcpcraft::cli {

/// `--color`
void add_color(CLI::App& command, std::string& color);

/// The command `explain`
void add_explain(CLI::App& app, int& exit_code);

/// The command `replay`
void add_replay(CLI::App& app, int& exit_code);

/// The command `matrix`
void add_matrix(CLI::App& app, int& exit_code);
/// The command `record`
void add_record(CLI::App& app, int& exit_code);

}  // namespace tcpcraft::cli
