#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/runner/interrupt.hpp>

namespace tcpcraft::runner {
namespace {

volatile std::sig_atomic_t caught = 0;
int pipe_ends[2] = {-1, -1};

void on_signal(int signal) {
  const int saved = errno;
  caught = signal;
  [[maybe_unused]] const ssize_t written = ::write(pipe_ends[1], "", 1);
  errno = saved;
}

}  // namespace

void catch_interrupts() {
  os::check(::pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK), "pipe");
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // the second ends it at once
  for (const int signal : {SIGINT, SIGTERM}) os::check(::sigaction(signal, &action, nullptr), "sigaction");
}

int interrupt_signal() {
  return caught;
}
int interrupt_fd() {
  return pipe_ends[0];
}

}  // namespace tcpcraft::runner
