#pragma once

#include <string>
#include <vector>

namespace tcpcraft::cli {

// What the command line takes, as plain data: manual pages and completions are written from the very options
// that are parsed.

struct OptionHelp {
  std::vector<std::string> names;    ///< `-j`, `--jobs`; none: a positional argument
  std::string value;                 ///< `FILE`, or what a positional argument is called; empty: a flag
  std::vector<std::string> choices;  ///< all that the value may be; none: anything
  std::string about;
  std::string fallback;  ///< where it is left out; may be empty
  bool required = false;
  bool repeated = false;

  /// What the value names; completed by what is there. FILE, FOLDER and SCENARIO are the words for it.
  enum class Kind { other, file, folder, scenario };
  Kind kind = Kind::other;
};

struct CommandHelp {
  std::string name;  ///< `run`; the program's own: `tcpcraft`
  std::string about;
  std::string footer;
  std::vector<OptionHelp> options;
};

struct ProgramHelp {
  CommandHelp program;
  std::vector<CommandHelp> commands;
  std::string version;
};

std::string joined(const std::vector<std::string>& texts, const std::string& with);
/// The text up to its first full stop or semicolon: what fits beside an option.
std::string first_clause(const std::string& text);

/// In man(7): of the whole program, and of one command.
std::string manual_page(const ProgramHelp& help);
std::string manual_page(const ProgramHelp& help, const CommandHelp& command);

std::string bash_completion(const ProgramHelp& help);
std::string zsh_completion(const ProgramHelp& help);
std::string fish_completion(const ProgramHelp& help);

struct HelpCommand {
  std::string command;  ///< about which; empty: the whole program
  bool manual = false;
  std::string shell;   ///< completions for it
  std::string folder;  ///< all of these as files under it, in the places that an installation gives them
};
int show_help(const HelpCommand& options, const ProgramHelp& help);

}  // namespace tcpcraft::cli
