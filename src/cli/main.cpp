// The command line. The only file that includes CLI11, which takes long to compile.

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <optional>
#include <random>

#include <CLI/CLI.hpp>

#include <tcpcraft/wire/notation.hpp>

#include "commands.hpp"
#include "main_help.hpp"
#include "main_options.hpp"

namespace tcpcraft::cli {

void add_seed(CLI::App& command, std::uint64_t& seed) {
  seed = std::random_device()();
  command
      .add_option("--seed", seed, "for what is left to chance, such as the peer's initial sequence number")
      ->default_str("random");
}

void add_results(CLI::App& command, ResultOptions& results) {
  const auto add = [&](const char* name, std::string& file, const char* about) {
    command.add_option(name, file, about)->type_name("FILE");
  };
  add("--json", results.json,
      "write the results to this file as JSON (docs/results-json.md); - is standard output, here "
      "and below: what else is printed goes to standard error then");
  add("--tap", results.tap, "the same in the Test Anything Protocol");
  add("--junit", results.junit, "the same as JUnit's XML, for Jenkins, GitLab and others");
  add("--html", results.html,
      "the same as a page to be read, with a ladder diagram and the capture of each scenario");
  command
      .add_flag("--github,!--no-github", results.github,
                "print annotations for GitHub, and write the job's summary; on where GitHub runs it")
      ->envname("GITHUB_ACTIONS");
}

CLI::Option* add_duration(CLI::App& command, const std::string& name, std::optional<wire::Duration>& duration,
                          const std::string& description) {
  return command
      .add_option_function<std::string>(
          name,
          [&duration, name](const std::string& text) {
            duration = wire::parse_duration(text);
            if (!duration || *duration <= wire::Duration{})
              throw CLI::ValidationError(name, "'" + text + "' is not a duration such as 500ms, 30s or 1.5s");
          },
          description)
      ->type_name("DURATION");
}

namespace {

CLI::Option* add_net(CLI::App& command, runner::Net& net) {
  static const std::map<std::string, runner::Net> names{{"private", runner::Net::isolated},
                                                        {"host", runner::Net::host}};
  return command
      .add_option_function<std::string>(
          "--net", [&net](const std::string& name) { net = names.at(name); },
          "private: a network namespace of its own, which needs no privilege; host: the host's own loopback, "
          "which needs "
          "CAP_NET_RAW")
      ->check(CLI::IsMember({"private", "host"}))
      ->default_str("private");
}

void add_selection(CLI::App& command, Selection& selection) {
  command.add_option("--tag", selection.tags, "only scenarios with this tag; may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  command.add_option("--skip-tag", selection.skipped_tags, "no scenario with this tag; may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  command
      .add_option("--filter", selection.filters,
                  "only scenarios whose name, from any folder on, with or without the variant, matches this "
                  "pattern of * and ?; may be repeated")
      ->type_name("GLOB")
      ->take_all()
      ->allow_extra_args(false);
  command.add_flag("--slow", selection.slow,
                   "those that folders have under the tag 'slow', too: they wait for minutes. A file that is "
                   "named is played anyway, and '--tag slow' plays nothing else");
}

void add_jobs(CLI::App& command, std::size_t& jobs) {
  command
      .add_option(
          "-j,--jobs", jobs,
          "how many scenarios to play at a time, each in a network of its own; 1 prints what passes as "
          "it passes. On the host's network it is always 1")
      ->check(CLI::Range(1, 4096))
      ->default_str("8 for each processor");
}

/// How often, how long and which part: nothing that `--update` knows.
void add_repetition(CLI::App& command, RunCommand& options, CLI::Option* update) {
  CLI::Option* retry =
      command
          .add_option("--retry", options.retries,
                      "play what fails again, alone, up to so many times: what passes then is flaky")
          ->check(CLI::Range(1, 1000));
  CLI::Option* repeat = command
                            .add_option("--repeat", options.repeats,
                                        "play everything so many times, each with a seed of its own")
                            ->check(CLI::Range(1, 1'000'000));
  CLI::Option* fail_fast =
      command.add_flag("--fail-fast", options.fail_fast, "start no more scenarios once one has failed");
  CLI::Option* until_fail =
      command.add_flag("--until-fail", options.until_fail,
                       "play everything again and again, with another seed each time, until something fails");
  until_fail->excludes(retry)->excludes(repeat)->excludes(fail_fast);
  CLI::Option* timeout = add_duration(command, "--timeout", options.timeout,
                                      "stop a scenario that takes longer, as an error; without it none is");
  CLI::Option* shard = command
                           .add_option("--shard", options.shard,
                                       "only the i-th of n parts of about equal length; without it, what the "
                                       "environment says (Bazel, GoogleTest, a Slurm job array)")
                           ->type_name("i/n");
  CLI::Option* durations =
      command.add_option("--durations", options.durations,
                         "the --json of an earlier run: how long scenarios take, for --shard and for the "
                         "order of start; without it, the waits that they state are counted");
  CLI::Option* list = command.add_flag("--list", options.list,
                                       "play nothing, print a line for each scenario: name, tab, tags");
  for (CLI::Option* option : {retry, repeat, fail_fast, until_fail, timeout, shard, durations, list})
    update->excludes(option);
  for (CLI::Option* option : {retry, repeat, fail_fast, until_fail, timeout}) list->excludes(option);
}

void add_run(CLI::App& app, int& exit_code) {
  static RunCommand options;
  CLI::App* command = app.add_subcommand("run", "Play scenarios against the kernel and check every answer.");
  command->add_option("path", options.paths, "scenario files, with or without a variant, or folders of them")
      ->required()
      ->type_name("SCENARIO");
  add_selection(*command, options);
  CLI::Option* net = add_net(*command, options.net);
  CLI::Option* captures =
      command->add_option("--captures", options.captures, "the folder for captures, one NAME.pcap each")
          ->type_name("FOLDER")
          ->capture_default_str();
  command->add_flag("--no-captures", options.no_captures, "write no captures")->excludes(captures);
  command->add_flag("-v,--verbose", options.verbose, "say of each segment by which rule it is right");
  command->add_flag("-q,--quiet", options.quiet, "verdicts and failures only");
  command->add_flag("--ladder", options.ladder,
                    "draw each scenario as a ladder diagram, instead of a list of what passes");
  CLI::Option* update = command->add_flag("--update", options.update,
                                          "rewrite what is wrong in the files by what the kernel does");
  update->excludes(net)->excludes(captures);
  command->add_flag("--dry-run", options.dry_run, "with --update: show the difference, write nothing")
      ->needs(update);
  add_results(*command, options.results);
  add_repetition(*command, options, update);
  add_jobs(*command, options.jobs);
  add_seed(*command, options.seed);
  add_color(*command, options.color);
  command->footer(
      "Exit codes: 0 all passed or skipped; 1 a scenario failed; 2 the command line or a scenario is\n"
      "invalid; 3 nothing could run here, or a scenario could not be judged; 130 and 143 interrupted.\n\n"
      "Examples:\n"
      "  tcpcraft run scenarios/server_close.scn\n"
      "  tcpcraft run 'scenarios/reset/rst_across_window.scn[offset=1]'\n"
      "  tcpcraft run -q scenarios/\n"
      "  tcpcraft run -q --slow scenarios/\n"
      "  tcpcraft run -q --filter 'close/*[ip=6]' --retry 2 scenarios/\n"
      "  tcpcraft run --until-fail scenarios/close/\n"
      "  tcpcraft run -q --shard 2/4 scenarios/\n"
      "  tcpcraft run --update my_scenario.scn");
  command->callback([captures, &exit_code] {
    options.captures_named = captures->count() > 0;
    exit_code = run(options);
  });
}

void add_merge(CLI::App& app, int& exit_code) {
  static MergeCommand options;
  CLI::App* command =
      app.add_subcommand("merge", "Join the JSON results of several runs, such as shards, into one.");
  command->add_option("file", options.files, "what 'tcpcraft run --json' wrote")
      ->required()
      ->type_name("FILE");
  add_results(*command, options.results);
  add_color(*command, options.color);
  command->footer(
      "Exit codes: that of a run with these results; 2 as well where the files are not the parts of one "
      "whole.\n\n"
      "Examples:\n"
      "  tcpcraft merge shard-1.json shard-2.json --junit results.xml\n"
      "  tcpcraft merge results.json --tap -");
  command->callback([&exit_code] { exit_code = merge(options); });
}

void add_new(CLI::App& app, int& exit_code) {
  static NewCommand options;
  CLI::App* command = app.add_subcommand("new", "Write a scenario that passes, to begin from.");
  command->add_option("name", options.name, "what it is called: my_half_close, or close/my_half_close")
      ->required();
  command->add_option("--topic", options.topic, "the folder it goes to")->type_name("FOLDER");
  command->add_option("--template", options.kind, "what happens in it")
      ->check(CLI::IsMember({"passive", "active", "half-close", "zero-window", "reset"}))
      ->capture_default_str();
  command->footer(
      "The file is called NAME.scn; one that is there already is never written over.\n\n"
      "Examples:\n"
      "  tcpcraft new my_half_close --template half-close\n"
      "  tcpcraft new my_half_close --topic scenarios/close");
  command->callback([&exit_code] { exit_code = make_new(options); });
}

void add_coverage(CLI::App& app, int& exit_code) {
  static CoverageCommand options;
  CLI::App* command = app.add_subcommand(
      "coverage", "Play scenarios and tell which of RFC 9293's requirements they test, and which none does.");
  command->add_option("path", options.paths, "scenario files, with or without a variant, or folders of them")
      ->required()
      ->type_name("SCENARIO");
  add_selection(*command, options);
  add_net(*command, options.net);
  command->add_option("--json", options.json, "write the result to this file")->type_name("FILE");
  command->add_flag("-v,--verbose", options.verbose,
                    "name every scenario that tests a requirement, and by what; where none does, those that "
                    "name its section");
  add_jobs(*command, options.jobs);
  add_seed(*command, options.seed);
  add_color(*command, options.color);
  command->footer(
      "Exit codes: 0 the scenarios passed or were skipped, whatever they test; 1 one failed; 2 the command\n"
      "line or a scenario is invalid; 3 nothing could run here.\n\n"
      "Examples:\n"
      "  tcpcraft coverage scenarios/\n"
      "  tcpcraft coverage -v --slow --json coverage.json scenarios/");
  command->callback([&exit_code] { exit_code = show_coverage(options); });
}

void add_check(CLI::App& app, int& exit_code) {
  static CheckCommand options;
  CLI::App* command =
      app.add_subcommand("check", "Read scenarios and report what is wrong with them; nothing is sent.");
  command->add_option("path", options.paths, "scenario files, or folders of them")
      ->required()
      ->type_name("SCENARIO");
  add_color(*command, options.color);
  command->footer("Exit codes: 0 all are valid; 2 one is not.\n\nExample:\n  tcpcraft check scenarios/");
  command->callback([&exit_code] { exit_code = check(options); });
}

void add_fmt(CLI::App& app, int& exit_code) {
  static FmtCommand options;
  CLI::App* command = app.add_subcommand(
      "fmt", "Write scenarios in the layout that all of them have; prints the names of those that changed.");
  command
      ->add_option("path", options.paths,
                   "scenario files, or folders of them; - reads the standard input and prints the result")
      ->required()
      ->type_name("SCENARIO");
  command->add_flag("--check", options.check,
                    "write nothing; print the names of the files that would change");
  command->add_flag("--diff", options.diff, "write nothing; show what would change");
  add_color(*command, options.color);
  command->footer(
      "Exit codes: 0 done, or nothing to do; 1 with --check or --diff: a file would change; 2 the command "
      "line "
      "or\na scenario is invalid, which stays as it is.\n\n"
      "Examples:\n"
      "  tcpcraft fmt scenarios/\n"
      "  tcpcraft fmt --check --diff scenarios/\n"
      "  tcpcraft fmt - < draft.scn");
  command->callback([&exit_code] { exit_code = fmt(options); });
}

void add_serve(CLI::App& app, int& exit_code) {
  static ServeCommand options;
  CLI::App* command =
      app.add_subcommand("serve", "Start one of the scenarios' servers by hand, on the host's loopback.");
  command->add_option("--app", options.app, "what it does")
      ->check(CLI::IsMember({"echo-once", "echo", "discard"}))
      ->capture_default_str();
  command->add_option("--address", options.address, "where it listens: A.B.C.D:PORT or [V6]:PORT")
      ->capture_default_str();
  command->footer(
      "Example, while tcpdump -i lo port 9877 runs in another terminal:\n"
      "  tcpcraft serve &\n"
      "  echo a | nc 127.0.0.1 9877");
  command->callback([&exit_code] { exit_code = serve(options); });
}

void add_send(CLI::App& app, int& exit_code) {
  static SendCommand options;
  CLI::App* command = app.add_subcommand("send", "Craft one segment, send it, and print what comes back.");
  command->add_option("segment", options.segment, "the segment, in the notation of the scenarios")
      ->required();
  command->add_option("--to", options.to, "where it goes: A.B.C.D:PORT or [V6]:PORT")->capture_default_str();
  add_net(*command, options.net);
  command->add_option("--app", options.app, "what listens there, in a private network")
      ->check(CLI::IsMember({"echo-once", "echo", "discard", "none"}))
      ->capture_default_str();
  command->add_option("--allow-target", options.allowed_targets,
                      "an address outside loopback that may be sent to, over the host's network");
  command->add_option("--wait", options.wait, "how long to listen for answers")->capture_default_str();
  command->add_flag("-v,--verbose", options.verbose, "say of each segment by which rule it is right");
  add_seed(*command, options.seed);
  add_color(*command, options.color);
  command->footer(
      "Examples:\n"
      "  tcpcraft send 'SYN <mss 1460>' --to 127.0.0.1:9877\n"
      "  tcpcraft send SYN --to 127.0.0.1:22 --net host");
  command->callback([&exit_code] { exit_code = send(options); });
}

int main(int argc, char** argv) {
  CLI::App app("Crafts TCP segments, plays them against the real kernel, and checks every answer.",
               "tcpcraft");
  app.set_version_flag("--version", "tcpcraft " TCPCRAFT_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 everything passed or was skipped; 1 a scenario failed; 2 the command line or a "
      "scenario\n"
      "is invalid; 3 nothing could run here.\n\n"
      "Example:\n  tcpcraft run scenarios/server_close.scn");
  int exit_code = ok;
  add_run(app, exit_code);
  add_merge(app, exit_code);
  add_new(app, exit_code);
  add_coverage(app, exit_code);
  add_check(app, exit_code);
  add_fmt(app, exit_code);
  add_serve(app, exit_code);
  add_send(app, exit_code);
  add_explain(app, exit_code);
  add_record(app, exit_code);
  add_replay(app, exit_code);
  add_matrix(app, exit_code);
  add_help(app, exit_code);
  try {
    app.parse(argc, argv);
    return exit_code;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ok : invalid;
  } catch (const UsageError& error) {
    std::fprintf(stderr, "tcpcraft: %s\n", error.what());
    return invalid;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tcpcraft: %s\n", error.what());
    return cannot_run;
  }
}

}  // namespace
}  // namespace tcpcraft::cli

int main(int argc, char** argv) {
  return tcpcraft::cli::main(argc, argv);
}
