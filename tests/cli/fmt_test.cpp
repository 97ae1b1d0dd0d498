#include <sys/stat.h>

#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

const std::string untidy = "scenario: An opening\nsteps:\n- send: SYN # first\n- expect: SYN-ACK\n";
const std::string tidy = "scenario: An opening\nsteps:\n  - send:   SYN  # first\n  - expect: SYN-ACK\n";

TEST(Fmt, the_layout_of_each_file) {
  const TemporaryFolder folder;
  const std::vector<fs::path> files = files_in(source_dir / "tests/cli/unformatted", ".scn");
  EXPECT_GE(files.size(), 2u);
  for (const fs::path& file : files) {
    folder.write("one.scn", read_file(file));
    const Ran first = tcpcraft(folder.path(), {"fmt", "one.scn"});
    EXPECT_EQ(first.exit_code, 0) << first.output;
    EXPECT_EQ(first.output, "one.scn\n") << "changed, and said so";
    expect_golden(fs::path(file).replace_extension(".out"), read_file(folder.path() / "one.scn"));
    EXPECT_EQ(tcpcraft(folder.path(), {"fmt", "one.scn"}).output, "") << file << ": another time changes it";
  }
}

TEST(Fmt, every_bundled_scenario_has_the_layout) {
  const Ran run = tcpcraft(source_dir, {"fmt", "--check", "--diff", "scenarios"});
  EXPECT_EQ(run.exit_code, 0) << run.output << "tcpcraft fmt scenarios/ writes it";
}

TEST(Fmt, check_names_what_would_change_and_writes_nothing) {
  const TemporaryFolder folder;
  folder.write("a.scn", untidy);
  folder.write("b.scn", tidy);
  const Ran named = tcpcraft(folder.path(), {"fmt", "--check", "."});
  EXPECT_EQ(named.exit_code, 1);
  EXPECT_EQ(named.output, "./a.scn\n");
  for (const std::vector<std::string>& how :
       {std::vector<std::string>{"fmt", "--diff", "a.scn"}, {"fmt", "--check", "--diff", "a.scn"}}) {
    const Ran shown = tcpcraft(folder.path(), how);
    EXPECT_EQ(shown.exit_code, 1);
    EXPECT_EQ(shown.output,
              "--- a.scn\n+++ a.scn\n@@ -1,4 +1,4 @@\n scenario: An opening\n steps:\n"
              "-- send: SYN # first\n-- expect: SYN-ACK\n"
              "+  - send:   SYN  # first\n+  - expect: SYN-ACK\n");
  }
  EXPECT_EQ(read_file(folder.path() / "a.scn"), untidy);
  EXPECT_EQ(tcpcraft(folder.path(), {"fmt", "--check", "b.scn"}).exit_code, 0);
}

TEST(Fmt, a_diff_has_three_lines_around_each_change) {
  const TemporaryFolder folder;
  std::string text = "scenario: Far apart\nsteps:\n  - send:  SYN\n";
  for (int i = 0; i < 10; ++i) text += "  - send: ACK\n";
  folder.write("a.scn", text + "  - send:  RST");
  const Ran shown = tcpcraft(folder.path(), {"fmt", "--diff", "a.scn"});
  EXPECT_EQ(shown.output,
            "--- a.scn\n+++ a.scn\n"
            "@@ -1,6 +1,6 @@\n scenario: Far apart\n steps:\n-  - send:  SYN\n+  - send: SYN\n"
            "   - send: ACK\n   - send: ACK\n   - send: ACK\n"
            "@@ -11,4 +11,4 @@\n   - send: ACK\n   - send: ACK\n   - send: ACK\n"
            "-  - send:  RST\n\\ No newline at end of file\n+  - send: RST\n");
}

TEST(Fmt, what_is_no_scenario_stays_as_it_is) {
  const TemporaryFolder folder;
  const std::string wrong = "scenario: t\nsteps:\n- sned: SYN\n";
  folder.write("a.scn", wrong);
  folder.write("b.scn", untidy);
  const Ran run = tcpcraft(folder.path(), {"fmt", "."});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_NE(run.output.find("did you mean 'send'?"), std::string::npos) << run.output;
  EXPECT_EQ(read_file(folder.path() / "a.scn"), wrong);
  EXPECT_EQ(read_file(folder.path() / "b.scn"), tidy) << "the others are written";
  for (const fs::path& file : files_in(source_dir / "tests/cli/invalid", ".scn"))
    EXPECT_EQ(tcpcraft(folder.path(), {"fmt", "--check", file.string()}).exit_code, 2) << file;
}

TEST(Fmt, a_file_keeps_its_mode_and_a_link_its_target) {
  const TemporaryFolder folder;
  const fs::path file = folder.write("file.scn", untidy);
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  fs::create_symlink("file.scn", folder.path() / "link.scn");
  EXPECT_EQ(tcpcraft(folder.path(), {"fmt", "link.scn"}).exit_code, 0);
  EXPECT_TRUE(fs::is_symlink(folder.path() / "link.scn"));
  EXPECT_EQ(read_file(file), tidy);
  EXPECT_EQ(fs::status(file).permissions(),
            fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 2) << "a temporary file is left";
}

TEST(Fmt, what_has_the_layout_is_not_written) {
  const TemporaryFolder folder;
  const fs::path file = folder.write("a.scn", tidy);
  struct stat before {
  }, after{};
  ASSERT_EQ(::stat(file.c_str(), &before), 0);
  EXPECT_EQ(tcpcraft(folder.path(), {"fmt", "a.scn"}).output, "");
  ASSERT_EQ(::stat(file.c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
  EXPECT_EQ(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}

TEST(Fmt, the_standard_input_goes_to_the_standard_output) {
  const TemporaryFolder folder;
  const fs::path file = folder.write("a.scn", untidy);
  const auto input = [&] { ::dup2(::open(file.c_str(), O_RDONLY), 0); };
  const Ran run = tcpcraft(folder.path(), {"fmt", "-"}, input);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.output, tidy);
  EXPECT_EQ(tcpcraft(folder.path(), {"fmt", "--check", "-"}, input).exit_code, 1);
  EXPECT_EQ(read_file(file), untidy);
  EXPECT_EQ(tcpcraft(folder.path(), {"fmt", "-", "a.scn"}, input).exit_code, 2);
}

}  // namespace
}  // namespace tcpcraft::cli_test
