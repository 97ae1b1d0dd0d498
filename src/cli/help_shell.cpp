// Completions for bash, zsh and fish.

#include <string>

#include "help.hpp"

namespace tcpcraft::cli {
namespace {

using Kind = OptionHelp::Kind;

bool is_positional(const OptionHelp& option) {
  return option.names.empty();
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += with.size())
    text.replace(at, what.size(), with);
  return text;
}

/// What bash runs to complete a value; empty where nothing can be known of it.
std::string bash_action(const OptionHelp& option) {
  if (!option.choices.empty()) return "_tcpcraft_words '" + joined(option.choices, " ") + "'";
  switch (option.kind) {
    case Kind::file:
      return "_tcpcraft_paths -f";
    case Kind::folder:
      return "_tcpcraft_paths -d";
    case Kind::scenario:
      return "_tcpcraft_paths -d; _tcpcraft_paths -f -X '!*.scn'";
    case Kind::other:
      return "";
  }
  return "";
}

/// The cases of one command: the values of its options, and what stands by itself.
std::string bash_cases(const CommandHelp& command) {
  std::string values, names, positional;
  for (const OptionHelp& option : command.options) {
    for (const std::string& name : option.names) names += (names.empty() ? "" : " ") + name;
    const std::string action = bash_action(option);
    if (is_positional(option))
      positional = action;
    else if (!option.value.empty())
      for (const std::string& name : option.names)
        values +=
            "    " + command.name + ":" + name + ") " + (action.empty() ? "" : action + "; ") + "return ;;\n";
  }
  return values + "    " + command.name + ":*) options='" + names + "'; positional=\"" + positional +
         "\" ;;\n";
}

constexpr const char* bash_head = R"(_tcpcraft_words() {
  mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$1" -- "$current")
}

_tcpcraft_paths() {
  compopt -o filenames 2>/dev/null
  mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen "$@" -- "$current")
}

_tcpcraft() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' options='' positional='' i
  COMPREPLY=()
  # bash takes --color=auto for three words.
  if [[ $current == = ]]; then
    current=''
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; ++i)); do
    [[ ${COMP_WORDS[i]} == -* ]] || { command=${COMP_WORDS[i]}; break; }
  done
  case $command:$previous in
)";

constexpr const char* bash_tail = R"(  esac
  if [[ $current == -* ]]; then
    _tcpcraft_words "$options"
  else
    eval "$positional"
  fi
}

complete -F _tcpcraft tcpcraft
)";

std::string zsh_quoted(const std::string& text) {
  std::string result = replaced(text, "'", "'\\''");
  for (const char* special : {"[", "]", ":"}) result = replaced(result, special, std::string("\\") + special);
  return result;
}

std::string zsh_action(const OptionHelp& option) {
  if (!option.choices.empty()) return "(" + joined(option.choices, " ") + ")";
  switch (option.kind) {
    case Kind::file:
      return "_files";
    case Kind::folder:
      return "_files -/";
    case Kind::scenario:
      return "_files -g \"*.scn(-.)\"";
    case Kind::other:
      return " ";
  }
  return "";
}

/// One argument of _arguments for each name of an option.
std::string zsh_specs(const OptionHelp& option) {
  const std::string value = zsh_quoted(option.value) + ":" + zsh_action(option);
  if (is_positional(option))
    return " \\\n        '" +
           std::string(option.repeated   ? "*"
                       : option.required ? "1"
                                         : "1:") +
           ":" + value + "'";
  const std::string others = option.repeated ? "*" : "(" + joined(option.names, " ") + ")";
  std::string result;
  for (const std::string& name : option.names)
    result += " \\\n        '" + others + name +
              (option.value.empty() || !name.starts_with("--") ? "" : "=") + "[" +
              zsh_quoted(first_clause(option.about)) + "]" + (option.value.empty() ? "" : ":" + value) + "'";
  return result;
}

std::string zsh_arguments(const CommandHelp& command) {
  std::string result = "_arguments -S";
  for (const OptionHelp& option : command.options) result += zsh_specs(option);
  return result;
}

std::string fish_quoted(const std::string& text) {
  return "'" + replaced(replaced(text, "\\", "\\\\"), "'", "\\'") + "'";
}

/// With `-x` only what is listed, with `-r` files as well.
std::string fish_action(const OptionHelp& option) {
  if (!option.choices.empty()) return " -x -a " + fish_quoted(joined(option.choices, " "));
  switch (option.kind) {
    case Kind::file:
      return " -r -F";
    case Kind::folder:
      return " -x -a '(__fish_complete_directories)'";
    case Kind::scenario:
      return " -x -a '(__fish_complete_suffix .scn)'";
    case Kind::other:
      return " -x";
  }
  return "";
}

std::string fish_line(const std::string& condition, const OptionHelp& option) {
  std::string names;
  for (const std::string& name : option.names)
    names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  std::string line = "complete -c tcpcraft -n " + fish_quoted(condition) + names;
  if (is_positional(option))
    return option.kind == Kind::other && option.choices.empty() ? "" : line + fish_action(option) + "\n";
  if (!option.value.empty()) line += fish_action(option);
  return line + " -d " + fish_quoted(first_clause(option.about)) + "\n";
}

}  // namespace

std::string bash_completion(const ProgramHelp& help) {
  std::string commands, options;
  for (const CommandHelp& command : help.commands) commands += (commands.empty() ? "" : " ") + command.name;
  for (const OptionHelp& option : help.program.options)
    options += (options.empty() ? "" : " ") + joined(option.names, " ");
  std::string text = bash_head;
  for (const CommandHelp& command : help.commands) text += bash_cases(command);
  return text + "    :*) options='" + options + "'; positional=\"_tcpcraft_words '" + commands + "'\" ;;\n" +
         bash_tail;
}

std::string zsh_completion(const ProgramHelp& help) {
  std::string text =
      "#compdef tcpcraft\n\n_tcpcraft() {\n  local context state state_descr line\n  typeset -A opt_args\n";
  text += "  _arguments -C -S";
  for (const OptionHelp& option : help.program.options) text += zsh_specs(option);
  text +=
      " \\\n        '1:command:->command' '*::argument:->argument'\n  case $state in\n    command)\n      "
      "local -a commands=(";
  for (const CommandHelp& command : help.commands)
    text += "\n        '" + command.name + ":" + zsh_quoted(first_clause(command.about)) + "'";
  text += ")\n      _describe command commands\n      ;;\n    argument)\n      case $words[1] in\n";
  for (const CommandHelp& command : help.commands)
    text += "      " + command.name + ")\n        " + zsh_arguments(command) + "\n        ;;\n";
  return text +
         "      esac\n      ;;\n  esac\n}\n\nif [ \"$funcstack[1]\" = _tcpcraft ]; then\n  _tcpcraft "
         "\"$@\"\nelse\n  compdef _tcpcraft tcpcraft\nfi\n";
}

std::string fish_completion(const ProgramHelp& help) {
  std::string text = "complete -c tcpcraft -f\n";
  for (const OptionHelp& option : help.program.options) text += fish_line("__fish_use_subcommand", option);
  for (const CommandHelp& command : help.commands)
    text += "complete -c tcpcraft -n __fish_use_subcommand -a " + command.name + " -d " +
            fish_quoted(first_clause(command.about)) + "\n";
  for (const CommandHelp& command : help.commands)
    for (const OptionHelp& option : command.options)
      text += fish_line("__fish_seen_subcommand_from " + command.name, option);
  return text;
}

}  // namespace tcpcraft::cli
