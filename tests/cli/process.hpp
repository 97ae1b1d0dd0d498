#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <regex>
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
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "tcpcraft-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
    fs::permissions(path_, fs::perms::all);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }

 private:
  fs::path path_;
};

inline std::string read_file(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// tcpcraft, started in a folder; its standard output and error come through one pipe.
class Process {
 public:
  explicit Process(const fs::path& folder, const std::vector<std::string>& arguments,
                   const std::function<void()>& in_child = {}, const fs::path& binary = TCPCRAFT_BINARY) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(ends[1], 1);
      ::dup2(ends[1], 2);
      if (::chdir(folder.c_str()) != 0) ::_exit(126);
      for (const char* name : {"GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "HARNESS_ACTIVE"}) ::unsetenv(name);
      if (in_child) in_child();
      std::vector<std::string> words{binary.string()};
      words.insert(words.end(), arguments.begin(), arguments.end());
      std::vector<char*> argv;
      for (std::string& word : words) argv.push_back(word.data());
      argv.push_back(nullptr);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    output_fd_ = ends[0];
  }
  ~Process() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      finish();
    }
  }

  void signal(int number) const { ::kill(child_, number); }

  /// Reads until `text` has been printed, or nothing more comes.
  bool wait_for(const std::string& text) {
    while (output.find(text) == std::string::npos)
      if (!read_some()) return false;
    return true;
  }

  /// Reads until every process that holds the output has ended; the exit code, or 128 and the signal.
  int finish() {
    while (read_some()) continue;
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) continue;
    child_ = -1;
    ::close(output_fd_);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  std::string output;

 private:
  bool read_some() {
    char buffer[4096];
    const ssize_t got = ::read(output_fd_, buffer, sizeof buffer);
    if (got > 0) output.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
  }

  pid_t child_ = -1;
  int output_fd_ = -1;
};

struct Ran {
  int exit_code;
  std::string output;
};

inline Ran tcpcraft(const fs::path& folder, const std::vector<std::string>& arguments,
                    const std::function<void()>& in_child = {}) {
  Process process(folder, arguments, in_child);
  const int exit_code = process.finish();
  return {exit_code, process.output};
}

/// The blocks of a Markdown text that begin with ```LANGUAGE.
inline std::vector<std::string> blocks(const fs::path& file, const std::string& language) {
  const std::string text = read_file(file);
  std::vector<std::string> result;
  const std::string fence = "\n```" + language + "\n";
  for (std::size_t at = 0; (at = text.find(fence, at)) != std::string::npos;) {
    at += fence.size();
    const std::size_t end = text.find("\n```", at);
    result.push_back(text.substr(at, end + 1 - at));
    at = end;
  }
  return result;
}

/// What differs from run to run, made equal: times, seeds, ports, versions, the project's own folder; and
/// attempts that a busy host made inconclusive.
inline std::string normalized(std::string text) {
  const auto replace = [&](const char* pattern, const char* with) {
    text = std::regex_replace(text, std::regex(pattern), with);
  };
  replace("\n[^\n]+: [^\n]+\n(  [^\n]*\n)*  inconclusive: [^\n]*\n", "");
  replace("\\d+\\.\\d{6}", "0.000000");
  replace("\\[ *\\d+\\.\\d ms\\]", "[   0.0 ms]");
  replace("\\d+\\.\\d{3} ms", "0.000 ms");
  replace("in \\d+\\.\\d s", "in 0.0 s");
  replace("seed \\d+", "seed 1");
  replace("Linux [^ ]+", "Linux");
  const std::string root = source_dir.string() + "/";
  for (std::size_t at; (at = text.find(root)) != std::string::npos;) text.erase(at, root.size());
  return text;
}

/// Compares with a golden file; TCPCRAFT_UPDATE_GOLDEN=1 rewrites it.
inline void expect_golden(const fs::path& golden, const std::string& actual) {
  if (std::getenv("TCPCRAFT_UPDATE_GOLDEN")) std::ofstream(golden) << actual;
  EXPECT_EQ(read_file(golden), actual) << golden << ": TCPCRAFT_UPDATE_GOLDEN=1 rewrites it";
}

/// Skips the test, with the reason, where no private network can be made.
#define REQUIRE_PRIVATE_NETWORK()                                                                     \
  do {                                                                                                \
    const ::tcpcraft::cli_test::TemporaryFolder folder_;                                              \
    const auto run_ = ::tcpcraft::cli_test::tcpcraft(folder_.path(), {"send", "SYN", "--wait", "0"}); \
    if (run_.exit_code == 3) GTEST_SKIP() << run_.output;                                             \
  } while (false)

inline std::vector<fs::path> files_in(const fs::path& folder, const std::string& extension) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == extension) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// The packets of a capture that `run` has written, which is of pcapng; nothing where it is not whole.
inline std::optional<std::vector<std::string>> packets_of(const fs::path& capture) {
  const std::string bytes = read_file(capture);
  const auto number = [&](std::size_t at) {
    std::uint32_t result = 0;
    bytes.copy(reinterpret_cast<char*>(&result), 4, at);
    return result;
  };
  constexpr std::uint32_t enhanced_packet = 6;
  std::vector<std::string> packets;
  std::size_t at = 0;
  for (; at + 12 <= bytes.size() && number(at + 4) >= 12; at += number(at + 4))
    if (number(at) == enhanced_packet) packets.push_back(bytes.substr(at + 28, number(at + 20)));
  if (at != bytes.size() || at == 0) return {};
  return packets;
}

/// How many; -1 where it is not whole.
inline int packets_in(const fs::path& capture) {
  const auto packets = packets_of(capture);
  return packets ? static_cast<int>(packets->size()) : -1;
}

}  // namespace tcpcraft::cli_test
