#include "results.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/unique_fd.hpp>
#include <tcpcraft/os/write_all.hpp>
#include <tcpcraft/results/github.hpp>
#include <tcpcraft/results/html.hpp>
#include <tcpcraft/results/json.hpp>
#include <tcpcraft/results/junit.hpp>
#include <tcpcraft/results/tap.hpp>

#include "common.hpp"

namespace tcpcraft::cli {

/// One file with its format. After a failed write nothing more is written to it.
class Results::File {
 public:
  /// `start`: where its own part begins, if it is a file that others do not write to meanwhile.
  File(std::string path, os::UniqueFd fd, MakeWriter make, std::optional<off_t> start)
      : path_(std::move(path)), fd_(std::move(fd)), make_(std::move(make)), start_(start) {}

  /// A run that is killed must not leave the results of another behind.
  void begin(const results::RunInfo& info) {
    if (start_ && (::ftruncate(fd_.get(), *start_) == -1 || ::lseek(fd_.get(), *start_, SEEK_SET) == -1))
      fail();
    writer_ = make_([this](std::string_view text) { write(text); });
    writer_->begin(info);
  }
  results::Writer& writer() { return *writer_; }
  bool failed() const { return failed_; }

 private:
  void write(std::string_view text) {
    if (!failed_ && !os::write_all(fd_.get(), text)) fail();
  }
  void fail() {
    std::fprintf(stderr, "tcpcraft: %s\n", os::SystemError("write " + path_).what());
    failed_ = true;
  }

  std::string path_;
  os::UniqueFd fd_;
  MakeWriter make_;
  std::optional<off_t> start_;
  std::unique_ptr<results::Writer> writer_;
  bool failed_ = false;
};

namespace {

/// Another descriptor of standard output.
os::UniqueFd standard_output() {
  return os::UniqueFd(os::check(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), "dup"));
}

/// Standard output as a file; what else is printed there goes to standard error from now on.
os::UniqueFd take_standard_output() {
  os::UniqueFd fd = standard_output();
  os::check(::dup2(STDERR_FILENO, STDOUT_FILENO), "dup2");
  return fd;
}

/// `prove` and others of perl's harnesses refuse every version above 13.
bool is_run_by_perls_harness() {
  return std::getenv("HARNESS_ACTIVE") != nullptr;
}

std::optional<std::string> read_capture(const std::string& path) {
  struct stat status {};
  const os::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (::fstat(fd.get(), &status) == -1 || !S_ISREG(status.st_mode) ||
      status.st_size >= results::largest_capture)
    return {};
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t got = ::read(fd.get(), bytes.data(), bytes.size());
  if (got != static_cast<ssize_t>(bytes.size())) return {};
  return bytes;
}

std::unique_ptr<results::Writer> html_writer(results::Sink sink) {
  return results::html_writer(std::move(sink), read_capture);
}

}  // namespace

Results::Results(const ResultOptions& options) {
  const auto named = {&options.json, &options.tap, &options.junit, &options.html};
  if (std::count_if(named.begin(), named.end(), [](const std::string* path) { return *path == "-"; }) > 1)
    throw UsageError("only one format can go to the standard output");
  const auto add = [&](const std::string& path, const MakeWriter& make) {
    if (path == "-")
      files_.push_back(std::make_unique<File>("standard output", take_standard_output(), make, std::nullopt));
    else if (!path.empty())
      add_file(path, make, 0);
  };
  add(options.json, results::json_writer);
  add(options.tap, is_run_by_perls_harness() ? results::tap_13_writer : results::tap_writer);
  add(options.junit, results::junit_writer);
  add(options.html, html_writer);
  if (!options.github) return;
  files_.push_back(
      std::make_unique<File>("annotations", standard_output(), results::github_writer, std::nullopt));
  if (const char* summary = std::getenv("GITHUB_STEP_SUMMARY"); summary && *summary)
    add_file(summary, results::github_summary_writer, O_APPEND);
}

void Results::add_file(const std::string& path, const MakeWriter& make, int how) {
  os::UniqueFd fd(
      os::check(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | how, 0666), "open " + path));
  struct stat status {};
  os::check(::fstat(fd.get(), &status), "stat " + path);
  std::optional<off_t> start;
  if (S_ISREG(status.st_mode)) start = how == O_APPEND ? status.st_size : 0;
  files_.push_back(std::make_unique<File>(path, std::move(fd), make, start));
}

Results::~Results() = default;

void Results::begin(const results::RunInfo& info) {
  for (const auto& file : files_) file->begin(info);
}

void Results::add(const results::Record& record) {
  for (const auto& file : files_) file->writer().add(record);
}

void Results::end(const results::RunEnd& end) {
  for (const auto& file : files_) file->writer().end(end);
}

int Results::exit_code(int of_run) const {
  for (const auto& file : files_)
    if (file->failed() && of_run == ok) return cannot_run;
  return of_run;
}

results::RunInfo run_info(const RunCommand& command, std::size_t scenarios, const results::Shard& shard) {
  utsname system{};
  ::uname(&system);
  results::RunInfo info;
  info.version = TCPCRAFT_VERSION;
  info.kernel = std::string("Linux ") + system.release;
  info.network = command.net == runner::Net::host ? "the host's network" : "private network namespace";
  info.seed = command.seed;
  info.started = std::time(nullptr);
  info.scenarios = scenarios;
  info.shard = shard;
  return info;
}

results::Record finished_record(results::Record record, const runner::Outcome& outcome) {
  record.verdict = outcome.verdict;
  record.reason = outcome.reason;
  record.took = outcome.took;
  record.host_fault = outcome.host_fault;
  record.attempts = outcome.attempts;
  record.failures = outcome.failures;
  if (record.verdict != engine::Verdict::fail) record.failure.reset();
  return record;
}

}  // namespace tcpcraft::cli
