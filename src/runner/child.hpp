#pragma once

#include <functional>
#include <string>

#include <poll.h>
#include <sys/types.h>

#include <tcpcraft/os/unique_fd.hpp>
#include <tcpcraft/runner/isolate.hpp>

namespace tcpcraft::runner {

/// A child process that runs a body and tells its outcome through a pipe. It dies with this process. What is
/// not joined is killed.
class Child {
 public:
  enum class Output { shared, captured };

  /// Throws os::SystemError. This process must have one thread.
  Child(const std::function<Outcome()>& body, Output output);
  ~Child();
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;

  /// What to poll for; both read as -1 where they have come to their end.
  pollfd result_to_poll() const { return {result_.get(), POLLIN, 0}; }
  pollfd output_to_poll() const { return {output_.get(), POLLIN, 0}; }
  /// Takes in what has come, as far as it comes without waiting.
  void read();
  /// It has told everything.
  bool is_done() const { return !result_ && !output_; }

  void signal(int signal) const;
  /// Waits for its end. To be called once.
  Outcome join();
  std::string take_output() { return std::move(text_); }

 private:
  pid_t pid_ = -1;
  os::UniqueFd result_, output_;  // none once at their end
  std::string bytes_, text_;
};

}  // namespace tcpcraft::runner
