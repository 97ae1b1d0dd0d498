#include <cstdlib>

#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

std::string scenario(const char* name) {
  return (source_dir / "scenarios" / name).string();
}

/// With a terminal of so many columns.
Ran drawn(const fs::path& folder, std::vector<std::string> arguments, const char* columns,
          const char* locale) {
  return tcpcraft(folder, arguments, [&] {
    ::setenv("COLUMNS", columns, 1);
    ::setenv("LC_ALL", locale, 1);
  });
}

TEST(LadderCommand, adapts_to_the_terminal) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const Ran wide = drawn(folder.path(), {"run", "--ladder", scenario("server_close.scn")}, "120", "C.UTF-8");
  EXPECT_EQ(wide.exit_code, 0);
  EXPECT_NE(wide.output.find("├── SYN seq=0 win=65535 <mss 1460> ──"), std::string::npos) << wide.output;
  EXPECT_NE(wide.output.find("│ ✓ state: FIN-WAIT-2\n"), std::string::npos) << wide.output;
  EXPECT_EQ(wide.output.find("  kernel  "), std::string::npos) << "it is instead of the list";
  const Ran narrow = drawn(folder.path(), {"run", "--ladder", scenario("server_close.scn")}, "70", "C");
  EXPECT_NE(narrow.output.find("|-- SYN seq=0"), std::string::npos) << narrow.output;
}

TEST(LadderCommand, marks_the_segment_that_fails) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("wrong.scn", "scenario: Wrong\nsteps:\n  - send: SYN\n  - expect: SYN-ACK ack=2\n");
  const Ran run = drawn(folder.path(), {"run", "--ladder", "wrong.scn"}, "100", "C.UTF-8");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_NE(run.output.find("┤ ✗\n"), std::string::npos) << run.output;
  EXPECT_NE(run.output.find("│   expected SYN-ACK"), std::string::npos) << run.output;
}

TEST(LadderCommand, is_quiet_when_asked_to) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const Ran run =
      drawn(folder.path(), {"run", "-q", "--ladder", scenario("server_close.scn")}, "100", "C.UTF-8");
  EXPECT_EQ(run.output.find("├"), std::string::npos) << run.output;
}

/// The page as a browser has it when its script has run; what the script complains of goes to `complaints`.
std::string page_in_browser(const fs::path& page, const std::string& hash, std::string& complaints) {
  const fs::path profile = page.parent_path() / "profile", log = page.parent_path() / "log";
  const std::string command =
      "timeout 100 chromium --headless --no-sandbox --disable-gpu --user-data-dir=" + profile.string() +
      " --enable-logging=stderr --dump-dom 'file://" + page.string() + hash + "' 2>" + log.string();
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  std::string dom;
  for (int c; (c = std::fgetc(pipe)) != EOF;) dom += static_cast<char>(c);
  ::pclose(pipe);
  for (std::istringstream lines(read_file(log)); std::getline(lines, complaints);)
    if (complaints.find(":CONSOLE") != std::string::npos) return dom;
  complaints.clear();
  return dom;
}

TEST(HtmlPage, works_in_a_browser) {
  REQUIRE_PRIVATE_NETWORK();
  if (std::system("chromium --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no chromium is installed";
  const TemporaryFolder folder;
  folder.write("wrong.scn", "scenario: Wrong\nsteps:\n  - send: SYN\n  - expect: SYN-ACK ack=2\n");
  const Ran run =
      tcpcraft(folder.path(), {"run", "-q", "--html", "page.html", "wrong.scn", scenario("server_close.scn"),
                               scenario("close/linger2_timeout.scn")});
  ASSERT_EQ(run.exit_code, 1) << run.output;
  std::string complaints;
  const std::string all = page_in_browser(folder.path() / "page.html", "", complaints);
  EXPECT_EQ(complaints, "");
  EXPECT_NE(all.find("data-shown=\"3\""), std::string::npos) << "the script has not run";
  EXPECT_NE(all.find("base64,"), std::string::npos) << "the captures are in it";
  EXPECT_LT(all.find("<h2>"), all.find(">Wrong<")) << "in a topic";
  EXPECT_LT(all.find(">Wrong<"), all.find(">The server closes first<")) << "failures come first";
  const std::string some = page_in_browser(folder.path() / "page.html",
                                           "#q=linger2&verdict=pass&topic=close&tag=timer", complaints);
  EXPECT_EQ(complaints, "");
  EXPECT_NE(some.find("data-shown=\"1\""), std::string::npos);
  EXPECT_NE(some.find("1 shown"), std::string::npos);
}

}  // namespace
}  // namespace tcpcraft::cli_test
