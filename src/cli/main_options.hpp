#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <tcpcraft/wire/time.hpp>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tcpcraft::cli {

/// `--color`
void add_color(CLI::App& command, std::string& color);

struct ResultOptions;

/// `--seed`, at random where it is not given
void add_seed(CLI::App& command, std::uint64_t& seed);
/// `--json` and its like
void add_results(CLI::App& command, ResultOptions& results);
/// A duration above zero.
CLI::Option* add_duration(CLI::App& command, const std::string& name, std::optional<wire::Duration>& duration,
                          const std::string& description);

/// The command `explain`
void add_explain(CLI::App& app, int& exit_code);
/// The command `replay`
void add_replay(CLI::App& app, int& exit_code);
/// The command `matrix`
void add_matrix(CLI::App& app, int& exit_code);
/// The command `record`
void add_record(CLI::App& app, int& exit_code);

}  // namespace tcpcraft::cli
