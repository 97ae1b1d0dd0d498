#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tcpcraft::cli_test {

namespace fs = std::filesystem;

inline const fs::path source_dir = TCPCRAFT_SOURCE_DIR;

/// A folder that is gone with the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  const fs::path& path() const { return path_; }
  fs::path write(const std::string& name, const std::string& text) const;

 private:
  fs::path path_;
};

std::string read_file(const fs::path& path);

/// tcpcraft, started in a folder; its standard output and error come through one pipe.
class Process {
 public:
  explicit Process(const fs::path& folder, const std::vector<std::string>& arguments,
                   const std::function<void()>& in_child = {}, const fs::path& binary = TCPCRAFT_BINARY);
  ~Process();

  void signal(int number) const;
  /// Reads until `text` has been printed, or nothing more comes.
  bool wait_for(const std::string& text);
  /// Reads until every process that holds the output has ended; the exit code, or 128 and the signal.
  int finish();

  std::string output;

 private:
  bool read_some();

  pid_t child_ = -1;
  int output_fd_ = -1;
};

struct Ran {
  int exit_code;
  std::string output;
};

Ran tcpcraft(const fs::path& folder, const std::vector<std::string>& arguments,
             const std::function<void()>& in_child = {});

bool contains(const std::string& text, const std::string& part);

/// What the pattern, a regular expression, and then each of its groups, matches first; empty where nothing.
std::vector<std::string> find_pattern(const std::string& text, const std::string& pattern);

/// The text with whatever the pattern matches replaced.
std::string replace_pattern(const std::string& text, const std::string& pattern, const std::string& with);

/// The blocks of a Markdown text that begin with ```LANGUAGE.
std::vector<std::string> blocks(const fs::path& file, const std::string& language);

/// What differs from run to run, made equal: times, seeds, ports, versions, the project's own folder; and
/// attempts that a busy host made inconclusive.
std::string normalized(std::string text);

/// Compares with a golden file; TCPCRAFT_UPDATE_GOLDEN=1 rewrites it.
void expect_golden(const fs::path& golden, const std::string& actual);

/// Skips the test, with the reason, where no private network can be made.
#define REQUIRE_PRIVATE_NETWORK()                                                                     \
  do {                                                                                                \
    const ::tcpcraft::cli_test::TemporaryFolder folder_;                                              \
    const auto run_ = ::tcpcraft::cli_test::tcpcraft(folder_.path(), {"send", "SYN", "--wait", "0"}); \
    if (run_.exit_code == 3) GTEST_SKIP() << run_.output;                                             \
  } while (false)

std::vector<fs::path> files_in(const fs::path& folder, const std::string& extension);

/// The packets of a capture that `run` has written, which is of pcapng; nothing where it is not whole.
std::optional<std::vector<std::string>> packets_of(const fs::path& capture);

/// How many; -1 where it is not whole.
int packets_in(const fs::path& capture);

}  // namespace tcpcraft::cli_test
