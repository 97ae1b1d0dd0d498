#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "main_options.hpp"
#include "replay_raw.hpp"

namespace tcpcraft::cli {
namespace {

CLI::Option* add_list(CLI::App& command, const char* name, std::vector<std::string>& list, const char* type,
                      const char* about) {
  return command.add_option(name, list, about)->type_name(type)->take_all()->allow_extra_args(false);
}

void add_places(CLI::App& command, ReplayCommand& options) {
  command.add_option("--as", options.as, "whose part is played")
      ->check(CLI::IsMember({"client", "server"}))
      ->capture_default_str();
  command.add_option("--to", options.to, "the live server: A.B.C.D:PORT or [V6]:PORT");
  command.add_option("--listen", options.listen, "with --as server: where the live client connects to");
  add_list(command, "--map", options.maps, "ADDRESS=ADDRESS",
           "what live address stands for a captured one, at either end, with ports or without; may be "
           "repeated");
  add_list(command, "--allow-target", options.allowed_targets, "ADDRESS",
           "an address outside loopback that may be sent to");
  CLI::Option* exec = command.add_option(
      "--exec", options.program,
      "a shell command, to be run in a private network, which needs no privilege: the server, or the client");
  command.add_option("--app", options.app, "a server of ours, in a private network")
      ->check(CLI::IsMember({"echo-once", "echo", "discard"}))
      ->excludes(exec);
}

void add_choice(CLI::App& command, ReplayCommand& options) {
  add_list(command, "--flow", options.flows, "END",
           "only connections with this at an end: an address, a port, or A.B.C.D:PORT; may be repeated, for "
           "both ends");
  command
      .add_option("--limit", options.limit,
                  "no more than so many connections, the first ones; with --raw, packets")
      ->check(CLI::PositiveNumber);
  command.add_option("--concurrency", options.concurrency, "how many connections may be live at a time")
      ->check(CLI::Range(1, 20000))
      ->capture_default_str();
}

void add_manner(CLI::App& command, ReplayCommand& options) {
  CLI::Option* fast = command.add_flag("--as-fast-as-possible", options.fast,
                                       "wait for causes, not for the times of the capture");
  command.add_option("--speed", options.speed, "of the capture's time: 2x is twice as fast")
      ->capture_default_str()
      ->excludes(fast);
  command.add_flag("--clean", options.clean,
                   "leave out what a TCP need not do: retransmissions, closed windows, strange segments");
  add_list(command, "--ignore", options.ignored, "REGEX",
           "leave what matches out of the comparison, line by line; may be repeated");
  add_duration(command, "--timeout", options.timeout,
               "how much longer than in the capture the other side may be silent; 10s if not given");
}

/// What `--raw` has of its own. What it has in common with the other way to replay is taken from there.
CLI::Option* add_raw(CLI::App& command, ReplayRawCommand& options) {
  static bool wanted = false;
  CLI::Option* raw = command.add_flag(
      "--raw", wanted, "send every packet as it is, with no answers heard (docs/replay-raw.md)");
  CLI::Option* interface =
      command.add_option("-i,--interface", options.interface, "with --raw: the interface to send through");
  CLI::Option* loop = command.add_option("--loop", options.loops, "with --raw: send the file so many times")
                          ->check(CLI::PositiveNumber);
  CLI::Option* allowed =
      command
          .add_option("--allow-interface", options.allowed_interface,
                      "with --raw: an interface of the host's own network that may be sent to")
          ->type_name("INTERFACE");
  for (CLI::Option* option : {interface, loop, allowed}) option->needs(raw);
  raw->needs(interface);
  return raw;
}

/// Those that say to whom, about what is compared, or about connections.
void refuse_with_raw(const CLI::App& command) {
  for (const char* name :
       {"--as", "--to", "--listen", "--map", "--allow-target", "--exec", "--app", "--flow", "--concurrency",
        "--clean", "--ignore", "--timeout", "--json", "--tap", "--junit", "--html"})
    if (command.get_option(name)->count() > 0) throw CLI::ExcludesError("--raw", name);
}

int replay_raw(const ReplayCommand& common, ReplayRawCommand options) {
  options.file = common.file;
  options.speed = common.speed;
  options.as_fast_as_possible = common.fast;
  if (common.limit > 0) options.limit = common.limit;
  return replay_raw(options);
}

}  // namespace

void add_replay(CLI::App& app, int& exit_code) {
  static ReplayCommand options;
  static ReplayRawCommand raw_options;
  CLI::App* command = app.add_subcommand(
      "replay", "Play one side of captured connections to a live other side, and compare what it says.");
  command->add_option("file", options.file, "pcap or pcapng, as it is or compressed; - is standard input")
      ->required();
  add_places(*command, options);
  add_choice(*command, options);
  add_manner(*command, options);
  command->add_flag("-q,--quiet", options.quiet, "failures only, and the last line");
  add_results(*command, options.results);
  add_seed(*command, options.seed);
  add_color(*command, options.color);
  CLI::Option* raw = add_raw(*command, raw_options);
  command->footer(
      "Exit codes: 0 the same was said; 1 something else was; 2 the command line is invalid, the file is\n"
      "damaged, or nothing in it can be replayed; 3 nothing could run here; 130 and 143 interrupted.\n\n"
      "Examples:\n"
      "  tcpcraft replay trace.pcap --to 127.0.0.1:8080 --ignore '^Date: .*'\n"
      "  tcpcraft replay captures/article.pcap --to 127.0.0.1:9877 --app echo-once\n"
      "  tcpcraft replay trace.pcap --as server --listen 127.0.0.1:8080\n"
      "  tcpcraft replay trace.pcap --raw -i veth0 --speed 2x");
  command->callback([command, raw, &exit_code] {
    if (raw->count() > 0) refuse_with_raw(*command);
    exit_code = raw->count() > 0 ? replay_raw(options, raw_options) : replay(options);
  });
}

}  // namespace tcpcraft::cli
