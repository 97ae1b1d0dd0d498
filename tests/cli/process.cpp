#include "process.hpp"

#include <regex>

namespace tcpcraft::cli_test {

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "tcpcraft-test-XXXXXX").string();
  path_ = ::mkdtemp(name.data());
  fs::permissions(path_, fs::perms::all);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path TemporaryFolder::write(const std::string& name, const std::string& text) const {
  std::ofstream(path_ / name) << text;
  return path_ / name;
}

std::string read_file(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

Process::Process(const fs::path& folder, const std::vector<std::string>& arguments,
                 const std::function<void()>& in_child, const fs::path& binary) {
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

Process::~Process() {
  if (child_ > 0) {
    ::kill(child_, SIGKILL);
    finish();
  }
}

void Process::signal(int number) const {
  ::kill(child_, number);
}

bool Process::wait_for(const std::string& text) {
  while (output.find(text) == std::string::npos)
    if (!read_some()) return false;
  return true;
}

int Process::finish() {
  while (read_some()) continue;
  int status = 0;
  while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) continue;
  child_ = -1;
  ::close(output_fd_);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool Process::read_some() {
  char buffer[4096];
  const ssize_t got = ::read(output_fd_, buffer, sizeof buffer);
  if (got > 0) output.append(buffer, static_cast<std::size_t>(got));
  return got > 0;
}

Ran tcpcraft(const fs::path& folder, const std::vector<std::string>& arguments,
             const std::function<void()>& in_child) {
  Process process(folder, arguments, in_child);
  const int exit_code = process.finish();
  return {exit_code, process.output};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::string> find_pattern(const std::string& text, const std::string& pattern) {
  std::smatch found;
  if (!std::regex_search(text, found, std::regex(pattern))) return {};
  return {found.begin(), found.end()};
}

std::string replace_pattern(const std::string& text, const std::string& pattern, const std::string& with) {
  return std::regex_replace(text, std::regex(pattern), with);
}

std::vector<std::string> blocks(const fs::path& file, const std::string& language) {
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

std::string normalized(std::string text) {
  const auto replace = [&](const char* pattern, const char* with) {
    text = replace_pattern(text, pattern, with);
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

void expect_golden(const fs::path& golden, const std::string& actual) {
  if (std::getenv("TCPCRAFT_UPDATE_GOLDEN")) std::ofstream(golden) << actual;
  EXPECT_EQ(read_file(golden), actual) << golden << ": TCPCRAFT_UPDATE_GOLDEN=1 rewrites it";
}

std::vector<fs::path> files_in(const fs::path& folder, const std::string& extension) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == extension) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::optional<std::vector<std::string>> packets_of(const fs::path& capture) {
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

int packets_in(const fs::path& capture) {
  const auto packets = packets_of(capture);
  return packets ? static_cast<int>(packets->size()) : -1;
}

}  // namespace tcpcraft::cli_test
