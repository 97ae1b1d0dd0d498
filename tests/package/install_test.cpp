#include "shell.hpp"

namespace tcpcraft::package_test {
namespace {

const std::string cmake = std::string("'") + CMAKE_PROGRAM + "'";

/// tcpcraft installed, and then moved to another place: nothing may know where it was.
class Installed : public testing::Test {
 protected:
  void SetUp() override {
    const Ran install = shell(folder_.path(), cmake + " --install '" TCPCRAFT_BUILD_DIR
                                                      "' --prefix \"$PWD/first\" && mv first moved");
    ASSERT_EQ(install.exit_code, 0) << install.output;
  }

  fs::path prefix() const { return folder_.path() / "moved"; }
  TemporaryFolder folder_;
};

TEST_F(Installed, everything_is_there) {
  for (const char* file :
       {"bin/tcpcraft", "share/tcpcraft/scenarios/server_close.scn", "share/tcpcraft/scenario.schema.json",
        "share/man/man1/tcpcraft.1", "share/man/man1/tcpcraft-run.1",
        "share/bash-completion/completions/tcpcraft", "share/zsh/site-functions/_tcpcraft",
        "share/fish/vendor_completions.d/tcpcraft.fish", "share/doc/tcpcraft/LICENSE",
        "share/doc/tcpcraft/README.md", "share/doc/tcpcraft/docs/installing.md",
        "share/doc/tcpcraft/examples/gtest/CMakeLists.txt", "include/tcpcraft/testing/gtest.hpp"})
    EXPECT_TRUE(fs::is_regular_file(prefix() / file)) << file;
  EXPECT_EQ(cli_test::files_in(prefix() / "share/tcpcraft/scenarios", ".scn").size(),
            cli_test::files_in(cli_test::source_dir / "scenarios", ".scn").size());
}

TEST_F(Installed, the_program_runs) {
  EXPECT_EQ(shell(folder_.path(), "moved/bin/tcpcraft --version").output, "tcpcraft " VERSION "\n");
  const Ran check = shell(folder_.path(), "moved/bin/tcpcraft check moved/share/tcpcraft/scenarios");
  EXPECT_EQ(check.exit_code, 0) << check.output;
}

/// The example project, configured and built as a user would.
std::string build_example() {
  return "cp -r moved/share/doc/tcpcraft/examples/gtest example && " + cmake +
         " -S example -B build -G '" GENERATOR "' -DCMAKE_MAKE_PROGRAM='" MAKE_PROGRAM
         "' -DCMAKE_CXX_COMPILER='" CXX_COMPILER "' -DCMAKE_BUILD_TYPE='" BUILD_TYPE
         "' -DCMAKE_CXX_FLAGS='-O0 -Wall -Wextra -Wpedantic -Wshadow -Werror' "
         "-DCMAKE_PREFIX_PATH=\"$PWD/moved\" && " +
         cmake + " --build build";
}

TEST_F(Installed, the_example_project_builds_and_plays) {
  const Ran build = shell(folder_.path(), build_example());
  ASSERT_EQ(build.exit_code, 0) << build.output;
  const Ran test = shell(folder_.path(), "cd build && ./echo_test");
  ASSERT_EQ(test.exit_code, 0) << test.output;
  if (test.output.find("[  SKIPPED ]") != std::string::npos) GTEST_SKIP() << test.output;
  EXPECT_NE(test.output.find("Scenarios/Urgent.as_the_scenario_says/urgent_inline"), std::string::npos)
      << test.output;

  const Ran fails =
      shell(folder_.path(), "build/echo_test --gtest_also_run_disabled_tests --gtest_filter='*wrong_ack'");
  EXPECT_EQ(fails.exit_code, 1) << fails.output;
  EXPECT_NE(fails.output.find("example/scenarios/wrong_ack.scn:7: Failure"), std::string::npos)
      << fails.output;
  EXPECT_NE(fails.output.find("^^^^^ received ack=3"), std::string::npos) << fails.output;
}

}  // namespace
}  // namespace tcpcraft::package_test
