#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "main_options.hpp"

namespace tcpcraft::cli {
namespace {

void add_matrix_cells(CLI::App& command, MatrixCommand& options) {
  command.add_option("--state", options.states, "only these states, a shell pattern; may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  command
      .add_option("--class", options.classes,
                  "only these classes of segments, a shell pattern; may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  command.add_flag("--all", options.all, "all classes, not only the default set");
  command.add_option("--cell", options.cell, "only this one: STATE:CLASS");
  command.add_option("--ip", options.ip, "4, 6 or both")
      ->check(CLI::IsMember({"4", "6", "both"}))
      ->capture_default_str();
  command.add_flag("--list", options.list, "list states and classes, play nothing");
}

}  // namespace

void add_color(CLI::App& command, std::string& color) {
  command.add_option("--color", color, "auto is on for a terminal, unless NO_COLOR is set")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
}

void add_matrix(CLI::App& app, int& exit_code) {
  static MatrixCommand options;
  CLI::App* command = app.add_subcommand(
      "matrix", "Send every class of segment to a socket in every state, and compare with RFC 9293.");
  add_matrix_cells(*command, options);
  command
      ->add_option("--profile", options.profile,
                   "the deviations that are known; with rfc9293 every one is a finding")
      ->check(CLI::IsMember({"linux", "rfc9293"}))
      ->capture_default_str();
  command->add_option("--link", options.link, "the wire: tun needs /dev/net/tun, sink nothing")
      ->check(CLI::IsMember({"loopback", "tun", "sink"}))
      ->capture_default_str();
  command->add_option("--rate-limits", options.rate_limits, "keep: leaves tcp_invalid_ratelimit as it is")
      ->check(CLI::IsMember({"keep", "off"}))
      ->capture_default_str();
  command->add_option("--json", options.json, "write the result to this file")->type_name("FILE");
  command->add_option("--html", options.html, "write a page with the table, whose cells open, to this file")
      ->type_name("FILE");
  command->add_option("--baseline", options.baseline, "compare with an earlier --json and show what changed")
      ->type_name("FILE");
  command->add_option("--save-scenario", options.scenarios, "write each cell as a scenario into this folder")
      ->type_name("FOLDER");
  command->add_flag("-v,--verbose", options.verbose, "show each cell's exchange and rules");
  add_color(*command, options.color);
  command->footer(
      "Exit codes: 0 no finding; 1 a new or a vanished deviation, or with --baseline a change; 2 the "
      "command\n"
      "line is invalid; 3 nothing could run here.\n\n"
      "Examples:\n"
      "  tcpcraft matrix\n"
      "  tcpcraft matrix --cell ESTABLISHED:rst_edge -v\n"
      "  tcpcraft matrix --json 6.18.json\n"
      "  tcpcraft matrix --baseline 6.18.json");
  command->callback([&exit_code] { exit_code = play_matrix(options); });
}

}  // namespace tcpcraft::cli
