#include "help.hpp"

#include <algorithm>
#include <filesystem>

#include "commands.hpp"
#include "common.hpp"

namespace tcpcraft::cli {
namespace {

namespace fs = std::filesystem;

const CommandHelp& find_command(const ProgramHelp& help, const std::string& name) {
  const auto found = std::find_if(help.commands.begin(), help.commands.end(),
                                  [&](const CommandHelp& command) { return command.name == name; });
  if (found == help.commands.end()) throw UsageError("there is no command '" + name + "'");
  return *found;
}

std::string completion(const ProgramHelp& help, const std::string& shell) {
  if (shell == "bash") return bash_completion(help);
  return shell == "zsh" ? zsh_completion(help) : fish_completion(help);
}

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  OutputFile(path.string()).write([&] { return text; });
}

void write_all(const ProgramHelp& help, const fs::path& folder) {
  const std::string& name = help.program.name;
  write(folder / "man/man1" / (name + ".1"), manual_page(help));
  for (const CommandHelp& command : help.commands)
    write(folder / "man/man1" / (name + "-" + command.name + ".1"), manual_page(help, command));
  write(folder / "bash-completion/completions" / name, bash_completion(help));
  write(folder / "zsh/site-functions" / ("_" + name), zsh_completion(help));
  write(folder / "fish/vendor_completions.d" / (name + ".fish"), fish_completion(help));
}

}  // namespace

std::string joined(const std::vector<std::string>& texts, const std::string& with) {
  std::string result;
  for (const std::string& text : texts) result += (result.empty() ? "" : with) + text;
  return result;
}

std::string first_clause(const std::string& text) {
  const std::size_t end = std::min(text.find("; "), text.find(". "));
  std::string clause = text.substr(0, end);
  if (clause.ends_with('.')) clause.pop_back();
  return clause;
}

int show_help(const HelpCommand& options, const ProgramHelp& help) {
  if (!options.folder.empty())
    write_all(help, options.folder);
  else if (!options.shell.empty())
    print(completion(help, options.shell));
  else
    print(options.command.empty() ? manual_page(help)
                                  : manual_page(help, find_command(help, options.command)));
  return ok;
}

}  // namespace tcpcraft::cli
