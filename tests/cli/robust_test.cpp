// What goes wrong around a run: interrupts at any moment, killed processes, full disks.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <random>
#include <set>
#include <thread>

#include <sched.h>
#include <sys/mount.h>

#include "process.hpp"

namespace tcpcraft::cli_test {
namespace {

using namespace std::chrono_literals;

/// Processes that have a folder as their own.
std::vector<pid_t> processes_in(const fs::path& folder) {
  std::vector<pid_t> result;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::error_code error;
    const fs::path where = fs::read_symlink(entry.path() / "cwd", error);
    const std::string name = entry.path().filename().string();
    if (!error && where == fs::canonical(folder) && name.find_first_not_of("0123456789") == name.npos)
      result.push_back(std::stoi(name));
  }
  return result;
}

std::size_t number_before(const std::string& text, const std::string& word) {
  const auto found = find_pattern(text, "(\\d+) " + word);
  return found.empty() ? 0 : std::stoul(found[1]);
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
  return count;
}

/// Every scenario is accounted for, every capture can be read, and nothing is left but captures.
void expect_in_order(const std::string& output, std::size_t scenarios) {
  const std::string tally = output.substr(output.rfind('\n', output.size() - 2) + 1);
  EXPECT_EQ(number_before(tally, "scenarios"), scenarios) << output;
  EXPECT_EQ(
      number_before(tally, "passed") + number_before(tally, "skipped") + number_before(tally, "not run"),
      scenarios)
      << output;
  EXPECT_EQ(count_of(output, "    PASS ["), number_before(tally, "passed")) << output;
  EXPECT_EQ(contains(output, "not run:\n"), contains(tally, " not run")) << output;
}

/// `killed`: in the middle of anything, such as between making a file and writing to it.
void expect_nothing_left(const TemporaryFolder& folder, bool killed = false) {
  // A process closes its files a moment before it is gone; one that stays, the time limit of tests finds.
  while (!processes_in(folder.path()).empty()) std::this_thread::sleep_for(1ms);
  for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
    const fs::path path = entry.path();
    if (path.extension() == ".pcap" && killed && fs::file_size(path) == 0) continue;
    if (path.extension() == ".pcap")
      EXPECT_GE(packets_in(path), 0) << path;
    else
      EXPECT_TRUE(path.extension() == ".scn" || path.filename() == "captures") << path;
  }
}

TEST(Robust, a_run_that_is_stopped_at_any_moment_is_in_order) {
  REQUIRE_PRIVATE_NETWORK();
  constexpr std::size_t scenarios = 40;
  std::mt19937 random(20261122);
  for (int round = 0; round < 36; ++round) {
    const TemporaryFolder folder;
    for (std::size_t i = 0; i < scenarios; ++i)
      folder.write("s" + std::to_string(i) + ".scn",
                   "scenario: s\nsteps:\n  - use: handshake\n  - wait: " + std::to_string(i * 3) + "ms\n");
    const int signal = std::vector<int>{SIGINT, SIGTERM, SIGKILL}[random() % 3];
    const bool twice = random() % 4 == 0;
    Process process(folder.path(), {"run", "-q", "-j", "6", "."});
    ASSERT_TRUE(process.wait_for("scenarios"));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 150'000));
    process.signal(signal);
    if (twice) process.signal(signal);
    const int code = process.finish();
    // It may have been done before.
    const bool killed = code != 0 && (signal == SIGKILL || twice);
    if (!killed && (code == 0 || code == 128 + signal))
      expect_in_order(process.output, scenarios);
    else
      EXPECT_EQ(code, 128 + signal) << process.output;
    expect_nothing_left(folder, killed);
  }
}

TEST(Robust, a_second_interrupt_ends_it_at_once) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("a.scn", "scenario: a\nsteps:\n  - use: handshake\n  - note: now\n  - wait: 600s\n");
  Process process(folder.path(), {"run", "-j", "2", "a.scn", "a.scn"});
  ASSERT_TRUE(process.wait_for("2 scenarios")) << process.output;
  while (processes_in(folder.path()).size() < 3) std::this_thread::sleep_for(1ms);
  // Neither child can answer the first.
  for (const pid_t pid : processes_in(folder.path()))
    if (fs::read_symlink("/proc/" + std::to_string(pid) + "/ns/net") != fs::read_symlink("/proc/self/ns/net"))
      ::kill(pid, SIGSTOP);
  process.signal(SIGINT);
  std::this_thread::sleep_for(20ms);
  process.signal(SIGINT);
  EXPECT_EQ(process.finish(), 128 + SIGINT) << process.output;
  expect_nothing_left(folder, true);
}

/// The children of tcpcraft in a folder that have a network of their own.
std::vector<pid_t> players_in(const fs::path& folder) {
  std::vector<pid_t> result;
  for (const pid_t pid : processes_in(folder)) {
    std::error_code error;
    const fs::path net = fs::read_symlink("/proc/" + std::to_string(pid) + "/ns/net", error);
    if (!error && net != fs::read_symlink("/proc/self/ns/net")) result.push_back(pid);
  }
  return result;
}

TEST(Robust, a_scenario_that_does_not_stop_is_killed_after_an_interrupt) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("a.scn", "scenario: a\nsteps:\n  - use: handshake\n  - wait: 600s\n");
  folder.write("b.scn", "scenario: b\nsteps:\n  - send: RST\n");
  Process process(folder.path(), {"run", "-q", "-j", "2", "b.scn", "a.scn"});
  ASSERT_TRUE(process.wait_for("PASS")) << process.output;
  std::vector<pid_t> players;
  while ((players = players_in(folder.path())).size() != 1) std::this_thread::sleep_for(1ms);
  ::kill(players[0], SIGSTOP);
  process.signal(SIGINT);
  EXPECT_EQ(process.finish(), 128 + SIGINT);
  EXPECT_TRUE(contains(process.output, "a: interrupted, and it did not stop")) << process.output;
  expect_nothing_left(folder);
}

TEST(Robust, the_death_of_one_scenario_leaves_the_others_whole) {
  REQUIRE_PRIVATE_NETWORK();
  for (const int signal : {SIGKILL, SIGABRT}) {
    const TemporaryFolder folder;
    folder.write("a.scn", "scenario: a\nsteps:\n  - use: handshake\n  - wait: 600s\n");
    folder.write("b.scn", "scenario: b\nsteps:\n  - use: handshake\n");
    Process process(folder.path(), {"run", "-q", "-j", "1", "b.scn", "a.scn", "b.scn"});
    std::vector<pid_t> players;
    while ((players = players_in(folder.path())).size() != 1 ||
           packets_in(folder.path() / "captures/a.pcap") != 3)
      std::this_thread::sleep_for(1ms);
    ::kill(players[0], signal);
    EXPECT_EQ(process.finish(), 3);
    EXPECT_TRUE(contains(process.output, "a: its process died: ")) << process.output;
    EXPECT_TRUE(contains(process.output, "3 scenarios: 2 passed, 1 error")) << process.output;
    for (const char* capture : {"a.pcap", "b.pcap", "b-2.pcap"})
      EXPECT_EQ(packets_in(folder.path() / "captures" / capture), 3);
    expect_nothing_left(folder);
  }
}

/// In namespaces of its own, with a file system of `size` at `path`.
std::function<void()> on_a_small_disk(const fs::path& path, const std::string& size) {
  return [path, size] {
    const std::string uid = std::to_string(::getuid()), gid = std::to_string(::getgid());
    const auto write = [](const char* file, const std::string& text) {
      const int fd = ::open(file, O_WRONLY);
      const bool written = fd >= 0 && ::write(fd, text.data(), text.size()) == ssize_t(text.size());
      ::close(fd);
      return written;
    };
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 || !write("/proc/self/uid_map", "0 " + uid + " 1") ||
        !write("/proc/self/setgroups", "deny") || !write("/proc/self/gid_map", "0 " + gid + " 1") ||
        ::mount("tmpfs", path.c_str(), "tmpfs", 0, ("size=" + size).c_str()) != 0)
      ::_exit(125);
  };
}

TEST(Robust, a_full_disk_costs_captures_and_no_verdicts) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("a.scn",
               "scenario: a\nkernel: {app: discard}\nsteps:\n  - use: handshake\n  - repeat:\n      times: "
               "40\n      steps:\n"
               "        - send: PSH-ACK len=1000\n        - expect: ACK\n");
  folder.write("b.scn", "scenario: b\nsteps:\n  - use: handshake\n");
  fs::create_directories(folder.path() / "captures");
  const std::string check =
      "\"$0\" run -q -j 1 a.scn b.scn; echo code $?; cat captures/a.pcap | wc -c; "
      "ls captures; cp captures/*.pcap copies/";
  fs::create_directories(folder.path() / "copies");
  Process process(folder.path(), {"-c", check, TCPCRAFT_BINARY},
                  on_a_small_disk(folder.path() / "captures", "16k"), "/bin/sh");
  const int code = process.finish();
  if (code == 125) GTEST_SKIP() << "cannot mount a file system of its own here";
  EXPECT_TRUE(contains(process.output, "code 0\n")) << process.output;
  EXPECT_TRUE(contains(process.output, "2 scenarios: 2 passed")) << process.output;
  EXPECT_TRUE(contains(process.output, "capture cut short")) << process.output;
  EXPECT_GT(packets_in(folder.path() / "copies/a.pcap"), 3) << "what is there is whole";
}

TEST(Robust, results_that_cannot_be_printed_are_an_error) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("a.scn", "scenario: a\nsteps:\n  - send: RST\n");
  const Ran run =
      tcpcraft(folder.path(), {"run", "a.scn", "a.scn"}, [] { ::dup2(::open("/dev/full", O_WRONLY), 1); });
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_TRUE(contains(run.output, "write the standard output: No space left on device")) << run.output;
}

TEST(Robust, a_scenario_from_a_pipe_is_read_once) {
  REQUIRE_PRIVATE_NETWORK();
  const TemporaryFolder folder;
  folder.write("a.scn", "scenario: a\nsteps:\n  - use: handshake\n");
  const std::string check =
      "mkfifo b.scn && cat a.scn >b.scn & while ! [ -p b.scn ]; do :; done; \"$0\" run -q --no-captures -j 2 "
      "a.scn b.scn";
  Process process(folder.path(), {"-c", check, TCPCRAFT_BINARY}, {}, "/bin/sh");
  EXPECT_EQ(process.finish(), 0);
  EXPECT_TRUE(contains(process.output, "2 scenarios: 2 passed")) << process.output;
}

TEST(Robust, a_scenario_that_changes_before_its_turn_is_judged_by_its_new_text) {
  REQUIRE_PRIVATE_NETWORK();
  for (int attempt = 0; attempt < 10; ++attempt) {  // where the host let the second's turn come first
    const TemporaryFolder folder;
    folder.write("a.scn", "scenario: a\nsteps:\n  - use: handshake\n  - note: now\n  - wait: 1s\n");
    folder.write("b.scn", "scenario: b\nfor: {ip: [4]}\nsteps:\n  - use: handshake\n");
    Process process(folder.path(), {"run", "--no-captures", "-j", "1", "--json", "r.json", "a.scn", "b.scn"});
    ASSERT_TRUE(process.wait_for("now")) << process.output;
    folder.write("b.scn", "scenario: b\nsteps:\n  - use: handshake\n");
    if (process.finish() == 0) continue;
    EXPECT_TRUE(contains(process.output, "b[ip=4] is no longer there: the file has changed"))
        << process.output;
    EXPECT_TRUE(contains(process.output, "2 scenarios: 1 passed, 1 error")) << process.output;
    EXPECT_TRUE(contains(read_file(folder.path() / "r.json"), "is no longer there"));
    return;
  }
  FAIL() << "each time the second was played before its file had changed";
}

}  // namespace
}  // namespace tcpcraft::cli_test
