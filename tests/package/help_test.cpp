#include <regex>
#include <set>
#include <sstream>

#include "shell.hpp"

namespace tcpcraft::package_test {
namespace {

const std::string tcpcraft = std::string("'") + TCPCRAFT_BINARY + "'";

/// The commands, as --help lists them.
std::vector<std::string> commands() {
  std::istringstream lines(shell("/", tcpcraft + " --help").output);
  std::vector<std::string> result;
  bool listed = false;
  for (std::string line; std::getline(lines, line);) {
    if (listed && line.empty()) break;
    if (listed) result.push_back(line.substr(2, line.find(' ', 2) - 2));
    listed = listed || line == "Subcommands:";
  }
  return result;
}

/// The long options of a command, as its --help lists them.
std::set<std::string> options_of(const std::string& command) {
  const std::string help = shell("/", tcpcraft + " " + command + " --help").output;
  std::set<std::string> result;
  const std::regex option("^  (?:-.,)?(--[a-z-]+)", std::regex::multiline);
  for (std::sregex_iterator at(help.begin(), help.end(), option), end; at != end; ++at)
    result.insert((*at)[1]);
  return result;
}

TEST(Help, is_the_same_by_either_way) {
  ASSERT_GE(commands().size(), 9u);
  for (const std::string& command : commands())
    EXPECT_EQ(shell("/", tcpcraft + " help " + command).output,
              shell("/", tcpcraft + " " + command + " --help").output);
  EXPECT_EQ(shell("/", tcpcraft + " help").output, shell("/", tcpcraft + " --help").output);
}

TEST(Help, every_option_is_in_the_manual) {
  for (const std::string& command : commands()) {
    std::string page = shell("/", tcpcraft + " help --man " + command).output;
    page = std::regex_replace(page, std::regex("\\\\-"), "-");
    ASSERT_GE(options_of(command).size(), 1u) << command;
    for (const std::string& option : options_of(command))
      EXPECT_NE(page.find("\\fB" + option + "\\fR"), std::string::npos) << command << " " << option;
  }
  const std::string whole = shell("/", tcpcraft + " help --man").output;
  for (const std::string& command : commands())
    EXPECT_NE(whole.find("tcpcraft\\-" + command), std::string::npos);
}

TEST(Help, the_manual_pages_are_well_formed) {
  REQUIRE_PROGRAM("man");
  const TemporaryFolder folder;
  ASSERT_EQ(shell(folder.path(), tcpcraft + " help --write .").exit_code, 0);
  const std::vector<fs::path> pages = cli_test::files_in(folder.path() / "man/man1", ".1");
  EXPECT_EQ(pages.size(), commands().size() + 1);
  for (const fs::path& page : pages) {
    const Ran man = shell(folder.path(), "LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z '" +
                                             page.string() + "' 2>&1 >/dev/null");
    EXPECT_EQ(man.output, "") << page;
  }
}

TEST(Help, mandoc_has_no_complaint) {
  REQUIRE_PROGRAM("mandoc");
  // A date would make two builds of one version differ.
  const Ran lint = shell(
      "/", "for c in '' " +
               [] {
                 std::string words;
                 for (const std::string& command : commands()) words += command + " ";
                 return words;
               }() +
               "; do " + tcpcraft +
               " help --man $c | mandoc -Tlint -W warning | grep -v 'missing date'; done; true");
  EXPECT_EQ(lint.output, "");
}

/// What bash offers for a command line whose last word is being completed; sorted, a line each.
std::string completed(const fs::path& folder, const std::string& words) {
  return shell(folder, "source <(" + tcpcraft +
                           " help --completions bash); complete -p tcpcraft >/dev/null || exit 1; "
                           "COMP_WORDS=(tcpcraft " +
                           words +
                           "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _tcpcraft; "
                           "printf '%s\\n' \"${COMPREPLY[@]}\" | sort -u")
      .output;
}

TEST(Completion, of_commands_and_options) {
  for (const std::string& command : commands()) {
    EXPECT_NE(("\n" + completed("/", "''")).find("\n" + command + "\n"), std::string::npos) << command;
    const std::string offered = "\n" + completed("/", command + " --");
    for (const std::string& option : options_of(command))
      EXPECT_NE(offered.find("\n" + option + "\n"), std::string::npos) << command << " " << option;
  }
  EXPECT_EQ(completed("/", "cov"), "coverage\n");
  EXPECT_EQ(completed("/", "--v"), "--version\n");
}

TEST(Completion, of_what_an_option_may_be) {
  EXPECT_EQ(completed("/", "run --color ''"), "always\nauto\nnever\n");
  EXPECT_EQ(completed("/", "run --color = al"), "always\n");
  EXPECT_EQ(completed("/", "matrix --link = ''"), completed("/", "matrix --link ''"));
  EXPECT_EQ(completed("/", "run --seed ''"), "\n");
  EXPECT_EQ(completed("/", "help ma"), "matrix\n");
}

TEST(Completion, of_paths) {
  const TemporaryFolder folder;
  folder.write("one.scn", "");
  folder.write("two words.scn", "");
  folder.write("notes.txt", "");
  fs::create_directory(folder.path() / "topic");
  EXPECT_EQ(completed(folder.path(), "run ''"), "one.scn\ntopic\ntwo words.scn\n");
  EXPECT_EQ(completed(folder.path(), "check --color never t"), "topic\ntwo words.scn\n");
  EXPECT_EQ(completed(folder.path(), "run --captures ''"), "topic\n");
  EXPECT_EQ(completed(folder.path(), "coverage --json ''"), "notes.txt\none.scn\ntopic\ntwo words.scn\n");
}

TEST(Completion, zsh_can_read_its_own) {
  REQUIRE_PROGRAM("zsh");
  EXPECT_EQ(shell("/", "zsh -n <(" + tcpcraft + " help --completions zsh)").output, "");
}

TEST(Completion, fish_can_read_its_own) {
  REQUIRE_PROGRAM("fish");
  const TemporaryFolder folder;  // fish writes to its home
  const std::string offered =
      shell(folder.path(),
            "export HOME=$PWD; " + tcpcraft + " help --completions fish >c.fish; " +
                "fish -n c.fish && fish -c 'source c.fish; complete -C \"tcpcraft run --color al\"'")
          .output;
  EXPECT_TRUE(offered.starts_with("always")) << offered;
}

}  // namespace
}  // namespace tcpcraft::package_test
