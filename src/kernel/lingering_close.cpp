#include "lingering_close.hpp"

#include <array>
#include <atomic>
#include <cstring>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <tcpcraft/os/system_error.hpp>

namespace tcpcraft::kernel {

struct LingeringClose::Shared {
  os::UniqueFd socket;
  os::UniqueFd event;
  std::atomic<pid_t> thread = 0;  ///< set right before the close
  std::atomic<bool> done = false;
};

namespace {

/// Whether a thread of this process sleeps: the third field of its stat, behind the name in brackets.
bool is_asleep(pid_t thread) {
  const std::string path = "/proc/self/task/" + std::to_string(thread) + "/stat";
  const os::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 256> text{};
  if (!file || ::read(file.get(), text.data(), text.size() - 1) <= 0) return true;  // it is gone
  const char* name_end = std::strrchr(text.data(), ')');
  return name_end && std::strncmp(name_end, ") S", 3) == 0;
}

}  // namespace

LingeringClose::LingeringClose(os::UniqueFd socket) : shared_(std::make_shared<Shared>()) {
  shared_->socket = std::move(socket);
  shared_->event = os::UniqueFd(os::check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"));
  std::thread([shared = shared_] {
    shared->thread = ::gettid();
    shared->socket.reset();
    shared->done = true;
    ::eventfd_write(shared->event.get(), 1);
  }).detach();
  settle();
}

bool LingeringClose::is_done() const {
  return shared_->done;
}

int LingeringClose::fd() const {
  return shared_->event.get();
}

void LingeringClose::settle() const {
  while (!shared_->done && (shared_->thread == 0 || !is_asleep(shared_->thread))) ::usleep(10);
}

}  // namespace tcpcraft::kernel
