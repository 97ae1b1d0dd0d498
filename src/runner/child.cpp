#include "child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tcpcraft/os/system_error.hpp>

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

/// Closed at its end.
void read_some(os::UniqueFd& fd, std::string& bytes) {
  std::array<char, 16384> buffer;
  while (fd) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return fd.reset();
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

struct Pipe {
  os::UniqueFd read_end, write_end;
};

Pipe make_pipe() {
  int ends[2];
  os::check(::pipe2(ends, O_CLOEXEC), "pipe");
  os::check(::fcntl(ends[0], F_SETFL, O_NONBLOCK), "fcntl(O_NONBLOCK)");
  return {os::UniqueFd(ends[0]), os::UniqueFd(ends[1])};
}

[[noreturn]] void be_the_child(const std::function<Outcome()>& body, int result, int output) {
  if (output != -1) ::dup2(output, STDOUT_FILENO);
  const Outcome outcome = body();
  std::fflush(nullptr);
  write_all(result, encode(outcome));
  ::_exit(0);
}

}  // namespace

Child::Child(const std::function<Outcome()>& body, Output output) {
  std::fflush(nullptr);
  Pipe result = make_pipe();
  Pipe text;
  if (output == Output::captured) text = make_pipe();
  const pid_t parent = ::getpid();
  pid_ = os::check(::fork(), "fork");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    be_the_child(body, result.write_end.get(), text.write_end ? text.write_end.get() : -1);
  }
  result_ = std::move(result.read_end);
  output_ = std::move(text.read_end);
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      result_(std::move(other.result_)),
      output_(std::move(other.output_)),
      bytes_(std::move(other.bytes_)),
      text_(std::move(other.text_)) {}

Child::~Child() {
  if (pid_ == -1) return;
  signal(SIGKILL);
  wait_for(pid_);
}

void Child::read() {
  read_some(result_, bytes_);
  read_some(output_, text_);
}

void Child::signal(int signal) const {
  ::kill(pid_, signal);
}

Outcome Child::join() {
  const int status = wait_for(std::exchange(pid_, -1));
  return bytes_.size() >= sizeof(Header) ? decode(bytes_) : died(status);
}

}  // namespace tcpcraft::runner
