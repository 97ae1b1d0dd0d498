// The command line of `explain`.

#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "main_options.hpp"

namespace tcpcraft::cli {
namespace {

void add_what(CLI::App& command, ExplainCommand& options) {
  CLI::Option* file =
      command.add_option("file", options.file, "pcap or pcapng, as it is or compressed by gzip or zstd");
  CLI::Option* live = command.add_flag("--live", options.live,
                                       "explain what passes an interface while it happens, until Ctrl-C");
  command.add_option("-i,--interface", options.interface, "with --live: the interface")
      ->type_name("NAME")
      ->default_str("lo")
      ->needs(live);
  live->excludes(file);
  const auto add_flows = [&](const char* name, const char* type, const char* about) {
    command.add_option(name, options.flows, about)->type_name(type)->take_all()->allow_extra_args(false);
  };
  add_flows("--flow,--port", "FLOW",
            "only connections with this at an end: an address, a port, or A.B.C.D:PORT; may be repeated, for "
            "both ends");
}

void add_forms(CLI::App& command, ExplainCommand& options) {
  command.add_flag("--ladder", options.ladder, "draw a ladder diagram instead of a list");
  const auto add = [&](const char* name, std::string& file, const char* about) {
    command.add_option(name, file, about)->type_name("FILE");
  };
  add("--json", options.json,
      "write the explanation to this file as JSON (docs/explanation-json.md); - is standard output instead "
      "of "
      "the list, here and below");
  add("--html", options.html, "the same as a page with a ladder diagram of each connection");
  add("--mermaid", options.mermaid, "the same as a sequence diagram of Mermaid's");
}

}  // namespace

void add_explain(CLI::App& app, int& exit_code) {
  static ExplainCommand options;
  CLI::App* command = app.add_subcommand(
      "explain",
      "Say of each segment of a capture what it means, and what no conforming TCP could have sent.");
  add_what(*command, options);
  add_forms(*command, options);
  CLI::Option* quiet =
      command->add_flag("-q,--quiet", options.quiet, "only what is wrong, and how those connections end");
  command->add_flag("-v,--verbose", options.verbose, "say of each segment by which rule it is sent")
      ->excludes(quiet);
  add_color(*command, options.color);
  command->footer(
      "Exit codes: 0 nothing wrong; 1 something is; 2 the command line is invalid, or the file is no capture "
      "or\n"
      "damaged; 3 it cannot be read.\n\n"
      "Examples:\n"
      "  tcpcraft explain captures/article.pcap\n"
      "  tcpcraft explain trace.pcapng.zst --flow 10.0.0.1 --flow 443\n"
      "  tcpcraft explain --ladder --html page.html captures/article.pcap\n"
      "  tcpcraft explain --live -i lo --port 9877");
  command->callback([&exit_code] {
    if (options.file.empty() && !options.live)
      throw UsageError("explain: a capture file, or --live, is required");
    exit_code = explain(options);
  });
}

}  // namespace tcpcraft::cli
