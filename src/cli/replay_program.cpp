#include "replay_program.hpp"

#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/runner/interrupt.hpp>

namespace tcpcraft::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds patience = 30s, grace = 2s, pause = 2ms;

/// Our own children: what a program left behind, such as a daemon, becomes one.
std::vector<pid_t> children() {
  std::ifstream file("/proc/self/task/" + std::to_string(::getpid()) + "/children");
  std::vector<pid_t> found;
  for (pid_t child; file >> child;) found.push_back(child);
  return found;
}

void end_all(int signal) {
  for (const pid_t child : children()) ::kill(child, signal);
}

/// Whether none is left by then.
bool reap_until(std::chrono::steady_clock::time_point end) {
  for (;;) {
    const pid_t ended = ::waitpid(-1, nullptr, WNOHANG);
    if (ended == -1) return true;
    if (ended > 0) continue;
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace

Program::Program(const std::string& command) {
  os::check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl(PR_SET_CHILD_SUBREAPER)");
  const pid_t parent = ::getpid();
  child_ = os::check(::fork(), "fork");
  if (child_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  ::setpgid(0, 0);  // Ctrl-C is for us
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
  ::_exit(127);
}

Program::~Program() {
  if (child_ > 0) ::kill(-child_, SIGTERM);
  end_all(SIGTERM);
  if (reap_until(std::chrono::steady_clock::now() + grace)) return;
  if (child_ > 0) ::kill(-child_, SIGKILL);
  do end_all(SIGKILL);
  while (!reap_until(std::chrono::steady_clock::now() + 10ms));
}

bool Program::has_ended() {
  if (child_ > 0 && ::waitpid(child_, nullptr, WNOHANG) == child_) child_ = -1;
  return child_ < 0;
}

void Program::await_end() {
  const auto end = std::chrono::steady_clock::now() + grace;
  while (!has_ended() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(pause);
}

bool is_listened_to(std::uint16_t port) {
  char wanted[8];
  std::snprintf(wanted, sizeof wanted, ":%04X", port);
  for (const char* path : {"/proc/self/net/tcp", "/proc/self/net/tcp6"}) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string number, local, remote, state;
      if (words >> number >> local >> remote >> state && state == "0A" && local.ends_with(wanted))
        return true;
    }
  }
  return false;
}

bool Program::await_listener(std::uint16_t port) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end && runner::interrupt_signal() == 0) {
    if (is_listened_to(port)) return true;
    // A program that has gone to the background has ended, and listens soon, or never.
    if (has_ended() && children().empty()) return is_listened_to(port);
    std::this_thread::sleep_for(pause);
  }
  return false;
}

}  // namespace tcpcraft::cli
