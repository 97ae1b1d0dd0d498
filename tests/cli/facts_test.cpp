#include <sys/prctl.h>

#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

TEST(Facts, a_wrong_drop_reason_looks_as_written_down) {
  REQUIRE_PRIVATE_NETWORK();
  for (const fs::path& file : files_in(source_dir / "tests/cli/tracing", ".scn")) {
    const TemporaryFolder folder;
    const Ran run = tcpcraft(folder.path(), {"run", file.string()});
    if (run.output.find("does not tell") != std::string::npos) GTEST_SKIP() << run.output;
    EXPECT_EQ(run.exit_code, 1) << file;
    fs::path golden = file;
    expect_golden(golden.replace_extension(".out"), normalized(run.output));
  }
}

TEST(Facts, an_ordinary_user_is_told_why_a_drop_cannot_be_seen) {
  REQUIRE_PRIVATE_NETWORK();
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  const TemporaryFolder folder;
  folder.write("s.scn", "scenario: s\nsteps:\n  - send: ACK\n  - dropped: NO_SOCKET\n");
  const Ran run = tcpcraft(folder.path(), {"run", "--no-captures", "s.scn"}, [] {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(126);
    ::prctl(PR_SET_DUMPABLE, 1);
  });
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_NE(run.output.find("the kernel does not tell this process why it drops a segment"),
            std::string::npos)
      << run.output;
}

TEST(Facts, what_a_scenario_requires_is_looked_for) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const auto verdict = [&](const std::string& condition) {
    folder.write("s.scn", "scenario: s\nrequires: ['" + condition + "']\nsteps:\n  - send: RST\n");
    const Ran run = tcpcraft(folder.path(), {"run", "-q", "--no-captures", "s.scn"});
    EXPECT_EQ(run.exit_code, 0) << run.output;
    const std::size_t at = run.output.find("s: ");
    return at == std::string::npos ? "" : run.output.substr(at + 3, run.output.find('\n', at) - at - 3);
  };
  EXPECT_EQ(verdict("kernel >= 3.0"), "");
  EXPECT_NE(verdict("kernel < 3.0").find("it requires kernel < 3.0, and this is "), std::string::npos);
  EXPECT_EQ(verdict("sysctl tcp_rfc1337"), "");
  EXPECT_EQ(verdict("sysctl net.ipv4.tcp_no_such"),
            "it requires sysctl net.ipv4.tcp_no_such, which this kernel does not have");
  EXPECT_EQ(verdict("root"), ::geteuid() == 0 ? "" : "it requires root");
}

}  // namespace
}  // namespace tcpcraft::cli_test
