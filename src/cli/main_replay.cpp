#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "main_options.hpp"
#include "replay_raw.hpp"

namespace tcpcraft::cli {

void add_replay(CLI::App& app, int& exit_code) {
  static ReplayRawCommand options;
  CLI::App* command = app.add_subcommand("replay", "Play a capture again.");
  command->add_option("file", options.file, "pcap or pcapng, as it is or compressed by gzip or zstd")
      ->required();
  static bool raw = false;
  command->add_flag("--raw", raw, "send any packet as it is, answers unheard")->required();
  command->add_option("-i,--interface", options.interface, "where to: the name of an interface")->required();
  CLI::Option* speed = command->add_option("--speed", options.speed, "so many times as fast as captured")
                           ->capture_default_str();
  command->add_flag("--as-fast-as-possible", options.as_fast_as_possible, "flat out")->excludes(speed);
  command->add_option("--limit", options.limit, "stop after so many packets")->check(CLI::PositiveNumber);
  command->add_option("--loop", options.loops, "play the file so many times")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option("--allow-interface", options.allowed_interface,
                   "an interface of the host's own network that may be sent to")
      ->type_name("INTERFACE");
  command->footer(
      "Exit codes: 0 all was sent; 1 some packets could not be; 2 the command line is invalid, or the file "
      "is\n"
      "no capture or damaged; 3 it cannot be read or sent; 130 and 143 interrupted.\n\n"
      "Examples:\n"
      "  tcpcraft replay --raw -i lo captures/article.pcap\n"
      "  tcpcraft replay --raw -i veth0 --as-fast-as-possible trace.pcapng.zst");
  command->callback([&exit_code] { exit_code = replay_raw(options); });
}

}  // namespace tcpcraft::cli
