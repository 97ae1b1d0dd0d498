#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <sstream>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/unique_fd.hpp>
#include <tcpcraft/runner/isolate.hpp>

namespace tcpcraft::runner {
namespace {

/// The outcome's fixed part as it goes through the pipe; the reason follows, and then the rules, each behind
/// a zero byte. Both ends are one program.
struct Header {
  engine::Verdict verdict;
  wire::Duration::rep took;
  bool host_fault;
  bool cannot_run;
};

std::string encode(const Outcome& outcome) {
  const Header header{outcome.verdict, outcome.took.count(), outcome.host_fault, outcome.cannot_run};
  std::string bytes(sizeof header, '\0');
  std::memcpy(bytes.data(), &header, sizeof header);
  bytes += outcome.reason;
  for (const std::string& rule : outcome.rules) bytes += '\0' + rule;
  return bytes;
}

Outcome decode(const std::string& bytes) {
  Header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  Outcome outcome{header.verdict, "", wire::Duration(header.took), header.host_fault, header.cannot_run};
  std::istringstream texts(bytes.substr(sizeof header));
  std::getline(texts, outcome.reason, '\0');
  for (std::string rule; std::getline(texts, rule, '\0');) outcome.rules.push_back(std::move(rule));
  return outcome;
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string read_all(int fd) {
  std::string bytes;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

Outcome died(int status) {
  Outcome outcome;
  outcome.host_fault = true;
  if (WIFSIGNALED(status))
    outcome.reason = std::string("its process died: ") + ::strsignal(WTERMSIG(status));
  else
    outcome.reason = "its process ended without a result, exit code " + std::to_string(WEXITSTATUS(status));
  return outcome;
}

}  // namespace

Outcome run_in_child(const std::function<Outcome()>& body) {
  std::fflush(nullptr);
  int ends[2];
  os::check(::pipe2(ends, O_CLOEXEC), "pipe");
  os::UniqueFd read_end(ends[0]), write_end(ends[1]);
  const pid_t parent = ::getpid();
  const pid_t child = os::check(::fork(), "fork");
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    read_end.reset();
    const Outcome outcome = body();
    std::fflush(nullptr);
    write_all(write_end.get(), encode(outcome));
    ::_exit(0);
  }
  write_end.reset();
  const std::string bytes = read_all(read_end.get());
  const int status = wait_for(child);
  return bytes.size() >= sizeof(Header) ? decode(bytes) : died(status);
}

}  // namespace tcpcraft::runner
