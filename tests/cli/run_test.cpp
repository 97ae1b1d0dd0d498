#include <arpa/inet.h>
#include <grp.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>

#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

const std::string server_close = (source_dir / "scenarios/server_close.scn").string();

/// Without what passed, which is hundreds of lines.
std::string but_for_passes(const std::string& output) {
  std::string rest;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);)
    if (line.find("  PASS [") != 2) rest += line + "\n";
  return rest;
}

TEST(Run, every_bundled_scenario_passes) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const Ran run = tcpcraft(folder.path(), {"run", "-q", (source_dir / "scenarios").string()});
  const std::string said = but_for_passes(run.output);
  EXPECT_EQ(run.exit_code, 0) << said;
  EXPECT_EQ(packets_in(folder.path() / "captures/server_close.pcap"), 9);
  EXPECT_EQ(packets_in(folder.path() / "captures/rst_across_window[address=[::1]:9877,offset=1000].pcap"), 5);
  const Ran check = tcpcraft(folder.path(), {"check", (source_dir / "scenarios").string()});
  std::size_t count = std::stoul(check.output);
  EXPECT_GT(count, files_in(source_dir / "scenarios", ".scn").size()) << "variants count";
  // What this host does not tell, or was built without, is skipped, with the reason.
  const auto slow = find_pattern(said, "\n(\\d+) slow scenarios? ");
  if (!slow.empty()) count -= std::stoul(slow[1]);
  const auto passed =
      find_pattern(said, std::to_string(count) + " scenarios: (\\d+) passed(, (\\d+) skipped)? in ");
  ASSERT_FALSE(passed.empty()) << said;
  EXPECT_GE(std::stoul(passed[1]), count - 2) << said;
}

TEST(Run, failures_look_as_written_down) {
  REQUIRE_PRIVATE_NETWORK();
  for (const fs::path& file : files_in(source_dir / "tests/cli/failing", ".scn")) {
    const TemporaryFolder folder;
    const Ran run = tcpcraft(folder.path(), {"run", "-j", "1", file.string()});
    EXPECT_EQ(run.exit_code, 1) << file;
    fs::path golden = file;
    expect_golden(golden.replace_extension(".out"), normalized(run.output));
  }
}

TEST(Check, errors_look_as_written_down) {
  for (const fs::path& file : files_in(source_dir / "tests/cli/invalid", ".scn")) {
    const TemporaryFolder folder;
    const Ran run = tcpcraft(folder.path(), {"check", file.string()});
    EXPECT_EQ(run.exit_code, 2) << file;
    fs::path golden = file;
    expect_golden(golden.replace_extension(".out"), normalized(run.output));
    EXPECT_EQ(tcpcraft(folder.path(), {"run", file.string()}).exit_code, 2) << file;
    EXPECT_FALSE(fs::exists(folder.path() / "captures")) << "nothing is sent";
  }
}

TEST(Check, valid_scenarios_are_valid) {
  const TemporaryFolder folder;
  const Ran run = tcpcraft(folder.path(), {"check", (source_dir / "scenarios").string()});
  EXPECT_EQ(run.exit_code, 0) << run.output;
}

TEST(Run, exit_codes) {
  const TemporaryFolder folder;
  EXPECT_EQ(tcpcraft(folder.path(), {"run", "nowhere.scn"}).exit_code, 2);
  EXPECT_EQ(tcpcraft(folder.path(), {"run", folder.path().string()}).exit_code, 2) << "no scenarios in there";
  EXPECT_EQ(tcpcraft(folder.path(), {"run", "--no-such-option", server_close}).exit_code, 2);
  EXPECT_EQ(tcpcraft(folder.path(), {}).exit_code, 2);
  EXPECT_EQ(tcpcraft(folder.path(), {"--help"}).exit_code, 0);
}

TEST(Run, every_command_has_help_with_an_example) {
  const TemporaryFolder folder;
  for (const std::string command : {"run", "new", "coverage", "check", "serve", "send"}) {
    const Ran run = tcpcraft(folder.path(), {command, "--help"});
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_NE(run.output.find("Example"), std::string::npos) << command;
    EXPECT_NE(run.output.find("  tcpcraft " + command), std::string::npos) << command;
  }
}

TEST(Run, a_failure_among_invalid_ones_is_1) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("a.scn", "scenario: [\n");
  folder.write("b.scn", "scenario: b\nsteps:\n  - send: SYN\n  - expect: nothing\n");
  folder.write("c.scn", "scenario: c\nsteps:\n  - send: SYN\n  - expect: SYN-ACK\n");
  const Ran run = tcpcraft(folder.path(), {"run", "-q", "--color", "never", "."});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_NE(run.output.find("3 scenarios: 1 passed, 1 failed, 1 error"), std::string::npos) << run.output;
}

TEST(Run, colour_only_where_wanted) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  EXPECT_EQ(tcpcraft(folder.path(), {"run", server_close}).output.find('\033'), std::string::npos);
  EXPECT_NE(tcpcraft(folder.path(), {"run", "--color", "always", server_close}).output.find('\033'),
            std::string::npos);
}

TEST(Run, tags_select) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const auto write = [&](const std::string& name, const std::string& tags) {
    folder.write(name + ".scn", "scenario: " + name + "\ntags: " + tags + "\nsteps:\n  - send: RST\n");
  };
  write("one", "[a]");
  write("two", "[a, b]");
  write("three", "[c]");
  const auto count = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {"run", "-q", "--no-captures"});
    options.push_back(".");
    const std::string output = tcpcraft(folder.path(), options).output;
    return output.substr(output.rfind('\n', output.size() - 2) + 1, 1);
  };
  EXPECT_EQ(count({}), "3");
  EXPECT_EQ(count({"--tag", "a"}), "2");
  EXPECT_EQ(count({"--tag", "a", "--tag", "c"}), "3");
  EXPECT_EQ(count({"--tag", "a", "--skip-tag", "b"}), "1");
}

TEST(Run, slow_scenarios_are_for_those_who_ask) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const auto write = [&](const std::string& name, const std::string& tags) {
    folder.write(name + ".scn", "scenario: " + name + "\ntags: " + tags + "\nsteps:\n  - send: RST\n");
  };
  write("quick", "[a]");
  write("minutes", "[a, slow]");
  write("hours", "[slow]");
  const auto played = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {"run", "-q", "--no-captures"});
    const Ran run = tcpcraft(folder.path(), options);
    EXPECT_EQ(run.exit_code, 0) << run.output;
    std::string names;
    for (const char* name : {"quick", "minutes", "hours"})
      if (run.output.find(std::string("./") + name + "\n") != std::string::npos ||
          run.output.find(std::string("] ") + name + "\n") != std::string::npos)
        names += std::string(name) + " ";
    const std::size_t said = run.output.find(" slow scenario");
    return names + (said == std::string::npos ? "" : "-" + run.output.substr(said - 1, 1));
  };
  EXPECT_EQ(played({"."}), "quick -2");
  EXPECT_EQ(played({"--slow", "."}), "quick minutes hours ");
  EXPECT_EQ(played({"--tag", "slow", "."}), "minutes hours ");
  EXPECT_EQ(played({"--tag", "a", "."}), "quick -1");
  EXPECT_EQ(played({"--skip-tag", "slow", "."}), "quick ");
  EXPECT_EQ(played({"hours.scn", "minutes.scn"}), "minutes hours ");
}

TEST(Run, a_port_in_use_is_no_fault_of_the_scenario) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs CAP_NET_RAW";
  const TemporaryFolder folder;
  Process server(folder.path(), {"serve", "--address", "127.0.0.1:29878"});
  ASSERT_TRUE(server.wait_for("29878"));
  folder.write("s.scn", "scenario: s\nkernel: {address: '127.0.0.1:29878'}\nsteps:\n  - send: SYN\n");
  const Ran run = tcpcraft(folder.path(), {"run", "--net", "host", "s.scn"});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_NE(run.output.find("127.0.0.1:29878"), std::string::npos) << run.output;
}

TEST(Run, variants_are_scenarios_of_their_own) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("v.scn",
               "scenario: t${a}\nfor: {a: [1, 2], b: [x, y/z]}\ntags: [\"t${a}\"]\nsteps:\n  - send: RST\n");
  const auto run = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"run", "--color", "never"});
    return tcpcraft(folder.path(), words);
  };
  EXPECT_NE(run({"-q", "v.scn"}).output.find("4 scenarios: 4 passed"), std::string::npos);
  EXPECT_EQ(files_in(folder.path() / "captures", ".pcap").size(), 4u);
  EXPECT_EQ(packets_in(folder.path() / "captures/v[a=2,b=y-z].pcap"), 1);
  EXPECT_NE(run({"-q", "--tag", "t2", "v.scn"}).output.find("2 scenarios: 2 passed"), std::string::npos);
  for (const std::string one : {"v.scn[a=2,b=y/z]", "v[a=2,b=y/z]"}) {
    const std::string output = run({one}).output;
    EXPECT_NE(output.find("\nv[a=2,b=y/z]: t2\n"), std::string::npos) << output;
    EXPECT_NE(output.find("\n1 scenario: 1 passed"), std::string::npos) << output;
  }
  EXPECT_NE(run({"-q", "v[b=x]"}).output.find("2 scenarios: 2 passed"), std::string::npos)
      << "all that agree";
  const Ran none = run({"v[a=3]"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_NE(none.output.find("there are [a=1,b=x], [a=1,b=y/z], [a=2,b=x]"), std::string::npos)
      << none.output;
  EXPECT_EQ(run({"w[a=1]"}).exit_code, 2);
  EXPECT_NE(tcpcraft(folder.path(), {"check", "v.scn"}).output.find("4 scenarios: valid"), std::string::npos);
}

TEST(Run, verbose_cites_rules) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const Ran run = tcpcraft(folder.path(), {"run", "-v", server_close});
  EXPECT_NE(run.output.find("(RFC 9293 3.10.7.4)"), std::string::npos) << run.output;
}

TEST(Run, one_seed_gives_one_connection) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const auto first_seq = [&](const std::string& seed) {
    tcpcraft(folder.path(), {"run", "--seed", seed, server_close});
    const auto packets = packets_of(folder.path() / "captures/server_close.pcap");
    return packets->at(0).substr(20 + 4, 4);  // behind the IP header and the ports
  };
  EXPECT_EQ(first_seq("7"), first_seq("7"));
  EXPECT_NE(first_seq("7"), first_seq("8"));
}

TEST(Run, captures_go_where_they_are_wanted) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  EXPECT_EQ(tcpcraft(folder.path(), {"run", "--captures", "deep/down", server_close}).exit_code, 0);
  EXPECT_EQ(packets_in(folder.path() / "deep/down/server_close.pcap"), 9);
  EXPECT_EQ(tcpcraft(folder.path(), {"run", "--no-captures", server_close}).exit_code, 0);
  EXPECT_FALSE(fs::exists(folder.path() / "captures"));
  folder.write("file", "");
  const Ran run = tcpcraft(folder.path(), {"run", "--captures", "file", server_close});
  EXPECT_EQ(run.exit_code, 2) << run.output;
}

TEST(Run, an_interrupted_run_leaves_a_whole_capture_and_no_process) {
  REQUIRE_PRIVATE_NETWORK();
  for (const int signal : {SIGINT, SIGTERM}) {
    const TemporaryFolder folder;
    folder.write("slow.scn", "scenario: slow\nsteps:\n  - use: handshake\n  - note: now\n  - wait: 600s\n");
    Process process(folder.path(), {"run", "-j", "1", "slow.scn", server_close});
    ASSERT_TRUE(process.wait_for("now")) << process.output;
    process.signal(signal);
    EXPECT_EQ(process.finish(), 128 + signal) << "ends when no process holds its output any more";
    EXPECT_EQ(packets_in(folder.path() / "captures/slow.pcap"), 3);
    EXPECT_NE(process.output.find("1 not run"), std::string::npos) << process.output;
  }
}

TEST(Run, interrupting_many_at_a_time_keeps_what_is_done) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("slow.scn", "scenario: slow\nsteps:\n  - use: handshake\n  - note: now\n  - wait: 600s\n");
  Process process(folder.path(), {"run", "-j", "8", server_close, "slow.scn", "slow.scn"});
  ASSERT_TRUE(process.wait_for("PASS")) << process.output;
  process.signal(SIGINT);
  EXPECT_EQ(process.finish(), 128 + SIGINT) << "ends when no process holds its output any more";
  EXPECT_GE(packets_in(folder.path() / "captures/slow.pcap"), 0) << "it can be read";
  EXPECT_NE(process.output.find("1 passed, 2 skipped"), std::string::npos) << process.output;
}

TEST(Run, killing_it_takes_its_child_along) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("slow.scn", "scenario: slow\nsteps:\n  - use: handshake\n  - note: now\n  - wait: 600s\n");
  Process process(folder.path(), {"run", "slow.scn"});
  ASSERT_TRUE(process.wait_for("now")) << process.output;
  process.signal(SIGKILL);
  EXPECT_EQ(process.finish(), 128 + SIGKILL);
  EXPECT_EQ(packets_in(folder.path() / "captures/slow.pcap"), 3);
}

TEST(Run, as_an_ordinary_user) {
  REQUIRE_PRIVATE_NETWORK();
  if (::geteuid() != 0) GTEST_SKIP() << "this is the ordinary user";
  const TemporaryFolder folder;
  const fs::path binary = folder.path() / "tcpcraft";
  fs::copy_file(TCPCRAFT_BINARY, binary);
  fs::copy_file(server_close, folder.path() / "server_close.scn");
  const auto become_nobody = [] {
    if (::setgroups(0, nullptr) != 0 || ::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(125);
  };
  Process process(folder.path(), {"run", "server_close.scn"}, become_nobody, binary);
  EXPECT_EQ(process.finish(), 0) << process.output;
  EXPECT_EQ(packets_in(folder.path() / "captures/server_close.pcap"), 9);
  Process host(folder.path(), {"run", "--net", "host", "server_close.scn"}, become_nobody, binary);
  EXPECT_EQ(host.finish(), 3);
  EXPECT_NE(host.output.find("CAP_NET_RAW"), std::string::npos) << host.output;
}

/// Neither root nor allowed to make a user namespace.
void lose_everything() {
  const auto write = [](const char* path, const char* text) {
    const int fd = ::open(path, O_WRONLY);
    if (fd < 0 || ::write(fd, text, strlen(text)) < 0) ::_exit(125);
    ::close(fd);
  };
  const std::string outside = std::to_string(::getuid());
  if (::unshare(CLONE_NEWUSER) != 0) ::_exit(125);
  write("/proc/self/uid_map", ("1000 " + outside + " 1").c_str());
  write("/proc/sys/user/max_user_namespaces", "0");
}

TEST(Run, where_namespaces_are_forbidden_it_says_what_would_help) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const Ran run = tcpcraft(folder.path(), {"run", server_close}, lose_everything);
  if (run.exit_code == 125) GTEST_SKIP() << "cannot forbid namespaces here";
  EXPECT_EQ(run.exit_code, 3) << run.output;
  EXPECT_NE(run.output.find("max_user_namespaces"), std::string::npos) << run.output;
}

TEST(Run, on_the_hosts_own_loopback) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs CAP_NET_RAW";
  const TemporaryFolder folder;
  std::string text = read_file(server_close);
  text.replace(text.find("  app: echo-once"), 16, "  app: echo-once\n  address: 127.0.0.1:29877");
  folder.write("host.scn", text);
  const Ran run = tcpcraft(folder.path(), {"run", "--net", "host", "host.scn"});
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_EQ(packets_in(folder.path() / "captures/host.pcap"), 9);
  folder.write("sysctl.scn", "scenario: s\nkernel: {sysctl: {tcp_sack: 0}}\nsteps:\n  - send: SYN\n");
  const Ran skipped = tcpcraft(folder.path(), {"run", "--net", "host", "sysctl.scn"});
  EXPECT_EQ(skipped.exit_code, 0);
  EXPECT_NE(skipped.output.find("SKIP"), std::string::npos) << skipped.output;
}

TEST(Run, an_unknown_sysctl_is_an_error_with_its_place) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("s.scn", "scenario: s\nkernel: {sysctl: {tcp_no_such: 1}}\nsteps:\n  - send: SYN\n");
  const Ran run = tcpcraft(folder.path(), {"run", "s.scn"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_NE(run.output.find("s.scn:2:19"), std::string::npos) << run.output;
}

TEST(Send, prints_what_comes_back) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  const Ran run = tcpcraft(folder.path(), {"send", "SYN <mss 1460>", "--to", "127.0.0.1:9877"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_NE(run.output.find("SYN-ACK  seq=0 ack=1"), std::string::npos) << run.output;
  const Ran v6 = tcpcraft(folder.path(), {"send", "SYN", "--to", "[::1]:9877", "--app", "none"});
  EXPECT_NE(v6.output.find("RST-ACK  seq=0 ack=1"), std::string::npos) << v6.output;
  const Ran elsewhere = tcpcraft(folder.path(), {"send", "SYN", "--to", "198.51.100.7:80"});
  EXPECT_NE(elsewhere.output.find("SYN-ACK"), std::string::npos)
      << "in its own network any address is its own";
}

TEST(Send, refuses_addresses_that_nobody_named) {
  const TemporaryFolder folder;
  const Ran run = tcpcraft(folder.path(), {"send", "SYN", "--to", "198.51.100.7:80", "--net", "host"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_NE(run.output.find("--allow-target 198.51.100.7"), std::string::npos) << run.output;
}

TEST(Send, points_at_what_is_wrong) {
  const TemporaryFolder folder;
  const Ran run = tcpcraft(folder.path(), {"send", "SYM"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_NE(run.output.find("^^^ did you mean 'SYN'?"), std::string::npos) << run.output;
}

TEST(Serve, serves_the_article) {
  const TemporaryFolder folder;
  Process process(folder.path(), {"serve", "--address", "127.0.0.1:19877"});
  ASSERT_TRUE(process.wait_for("127.0.0.1:19877")) << process.output;
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(19877);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::write(fd, "a\n", 2), 2);
  char buffer[8];
  EXPECT_EQ(::recv(fd, buffer, sizeof buffer, MSG_WAITALL), 2) << "the echo, then end of file";
  ::close(fd);
  process.signal(SIGINT);
  EXPECT_EQ(process.finish(), 0);
  EXPECT_EQ(tcpcraft(folder.path(), {"serve", "--address", "0.0.0.0:19877"}).exit_code, 2);
}

}  // namespace
}  // namespace tcpcraft::cli_test
