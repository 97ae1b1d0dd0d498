#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <tcpcraft/report/style.hpp>
#include <tcpcraft/runner/run.hpp>
#include <tcpcraft/scenario/reader.hpp>

namespace tcpcraft::cli {

/// `--net private|host`.
void add_net_option(CLI::App& command, runner::Net& net);
/// `--color auto|always|never`.
void add_color_option(CLI::App& command, std::string& color);
report::Style style_for(const std::string& color);

void print(const std::string& text);

/// The scenario files that `paths` name: files as they are, the `.scn` files of folders in the order of their
/// names. Throws CLI::ValidationError for a path that leads nowhere.
std::vector<std::string> scenario_files(const std::vector<std::string>& paths);

/// Reads a scenario and prints what is wrong with it; nothing where it cannot be used.
std::optional<scenario::Scenario> read_scenario(const std::string& path, scenario::Source& source,
                                                const report::Style& style);

/// A seed nobody chose.
std::uint64_t random_seed();

}  // namespace tcpcraft::cli
