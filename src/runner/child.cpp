#include "child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/write_all.hpp>

namespace tcpcraft::runner {
namespace {

/// The outcome's fixed part as it goes through the pipe; the texts follow, each behind its length. Both ends
/// are one program.
struct Header {
  engine::Verdict verdict;
  wire::Duration::rep took;
  bool host_fault;
  bool cannot_run;
  std::size_t texts;  ///< bytes
};

void append(std::string& bytes, const std::string& text) {
  const std::size_t length = text.size();
  bytes.append(reinterpret_cast<const char*>(&length), sizeof length).append(text);
}

std::string take(std::string_view& bytes) {
  std::size_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  const std::string text(bytes.substr(sizeof length, length));
  bytes.remove_prefix(sizeof length + length);
  return text;
}

std::string encode(const Outcome& outcome) {
  std::string texts;
  append(texts, outcome.reason);
  append(texts, outcome.record);
  for (const std::string& rule : outcome.rules) append(texts, rule);
  const Header header{outcome.verdict, outcome.took.count(), outcome.host_fault, outcome.cannot_run,
                      texts.size()};
  return std::string(reinterpret_cast<const char*>(&header), sizeof header) + texts;
}

/// Nothing where the child died before it had told all.
std::optional<Outcome> decode(std::string_view bytes) {
  Header header;
  if (bytes.size() < sizeof header) return {};
  std::memcpy(&header, bytes.data(), sizeof header);
  bytes.remove_prefix(sizeof header);
  if (bytes.size() != header.texts) return {};
  Outcome outcome{header.verdict, "", wire::Duration(header.took), header.host_fault, header.cannot_run};
  outcome.reason = take(bytes);
  outcome.record = take(bytes);
  while (!bytes.empty()) outcome.rules.push_back(take(bytes));
  return outcome;
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
  os::write_all(result, encode(outcome));  // the parent sees what is missing
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
  std::optional<Outcome> outcome = decode(bytes_);
  return outcome ? std::move(*outcome) : died(status);
}

}  // namespace tcpcraft::runner
