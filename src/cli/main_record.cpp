#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "main_options.hpp"

namespace tcpcraft::cli {

void add_record(CLI::App& app, int& exit_code) {
  static RecordCommand options;
  CLI::App* command =
      app.add_subcommand("record", "Write the scenarios that play the connections of a capture again.");
  command->add_option("files", options.files,
                      "pcap or pcapng, as it is or compressed by gzip or zstd; - is the standard input");
  command
      ->add_option("-i,--interface", options.interface, "instead of a file: what passes there, until Ctrl-C")
      ->type_name("INTERFACE");
  command
      ->add_option("--side", options.side,
                   "who becomes the crafted peer, and the other the kernel under test; the client, where the "
                   "capture says nothing of it")
      ->check(CLI::IsMember({"client", "server"}));
  command
      ->add_option(
          "--flow", options.flows,
          "only connections with this at an end: an address, a port, or A.B.C.D:PORT; may be repeated, "
          "for both ends")
      ->take_all()
      ->allow_extra_args(false);
  command
      ->add_option("-o,--output", options.output,
                   "the folder for the scenarios, one a connection; without it the only one is printed")
      ->type_name("FOLDER");
  command
      ->add_option(
          "--app", options.app,
          "what listens there, where it is not to be told by what it sent; external is the server itself, "
          "for run --net host")
      ->check(CLI::IsMember({"echo-once", "echo", "discard", "none", "script", "external"}));
  command->add_flag("--force", options.force, "replace scenarios that are there already");
  command->add_flag_callback(
      "--no-check", [] { options.check = false; },
      "do not play what was recorded; else it is, in a private network, where that takes less than 5 s");
  command->footer(
      "Exit codes: 0 all were recorded; 1 one could not be, or does not pass, and why is told; 2 the command "
      "line is invalid, "
      "or\n"
      "the file is no capture or damaged; 3 it cannot be read.\n\n"
      "Examples:\n"
      "  tcpcraft record captures/article.pcap\n"
      "  tcpcraft record trace.pcapng.zst --flow 443 --side server -o recorded\n"
      "  tcpcraft record -i lo --flow 9877 -o recorded");
  command->callback([&exit_code] { exit_code = record(options); });
}

}  // namespace tcpcraft::cli
