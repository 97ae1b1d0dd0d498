// What the parser knows, as plain data.

#include "main_help.hpp"

#include <iostream>
#include <sstream>

#include <CLI/CLI.hpp>

#include "help.hpp"

namespace tcpcraft::cli {
namespace {

/// CLI11 says `TEXT:{auto,always,never}` of an enumeration.
std::vector<std::string> choices_in(const std::string& type) {
  const std::size_t begin = type.find('{'), end = type.find('}');
  std::vector<std::string> choices;
  if (begin == type.npos || end == type.npos) return choices;
  std::istringstream list(type.substr(begin + 1, end - begin - 1));
  for (std::string choice; std::getline(list, choice, ',');) choices.push_back(choice);
  return choices;
}

OptionHelp::Kind kind_of(const std::string& value) {
  using Kind = OptionHelp::Kind;
  if (value == "FILE") return Kind::file;
  if (value == "FOLDER") return Kind::folder;
  return value == "SCENARIO" ? Kind::scenario : Kind::other;
}

OptionHelp describe(const CLI::Option& option) {
  OptionHelp help;
  for (const std::string& name : option.get_snames()) help.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) help.names.push_back("--" + name);
  const std::string type = option.get_type_name();
  if (option.get_items_expected_max() > 0) {
    const std::string word = type.substr(0, type.find(':'));
    const std::string value = word == "UINT" || word == "INT" || word == "FLOAT" ? "N" : word;
    help.value = option.get_positional() ? option.get_name(true) : value;
    help.choices = choices_in(type);
    help.kind = kind_of(value);
    help.fallback = option.get_default_str();
  }
  help.about = option.get_description();
  help.required = option.get_required();
  help.repeated = option.get_items_expected_max() > 1 ||
                  option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
  return help;
}

CommandHelp describe(const CLI::App& app) {
  CommandHelp help{app.get_name(), app.get_description(), app.get_footer(), {}};
  for (const CLI::Option* option : app.get_options())
    if (!option->get_group().empty()) help.options.push_back(describe(*option));
  return help;
}

/// A command whose group is empty is hidden.
ProgramHelp describe_program(const CLI::App& app) {
  ProgramHelp help{describe(app), {}, TCPCRAFT_VERSION};
  for (const CLI::App* command :
       app.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); }))
    help.commands.push_back(describe(*command));
  return help;
}

}  // namespace

void add_help(CLI::App& app, int& exit_code) {
  static HelpCommand options;
  CLI::App* command = app.add_subcommand("help", "Show the manual page of a command, or write completions.");
  std::vector<std::string> names;
  for (const CLI::App* one :
       app.get_subcommands([](const CLI::App* any) { return !any->get_group().empty(); }))
    names.push_back(one->get_name());
  command->add_option("command", options.command, "about which; left out: the whole program")
      ->check(CLI::IsMember(names));
  command->add_flag("--man", options.manual, "the manual page, for man -l -");
  command
      ->add_option("--completions", options.shell, "what a shell needs to complete tcpcraft's command line")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command
      ->add_option("--write", options.folder, "all manual pages and completions, as an installation has them")
      ->type_name("FOLDER");
  command->footer(
      "Examples:\n"
      "  tcpcraft help run\n"
      "  tcpcraft help run --man | man -l -\n"
      "  eval \"$(tcpcraft help --completions bash)\"");
  command->callback([&app, &exit_code] {
    const bool as_text = !options.manual && options.shell.empty() && options.folder.empty();
    if (as_text) {
      const CLI::App* about = options.command.empty() ? &app : app.get_subcommand(options.command);
      std::cout << app.get_formatter()->make_help(
          about, app.get_name() + (about == &app ? "" : " " + about->get_name()), CLI::AppFormatMode::Normal);
      return;
    }
    exit_code = show_help(options, describe_program(app));
  });
}

}  // namespace tcpcraft::cli
