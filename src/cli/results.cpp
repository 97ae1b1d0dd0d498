#include "results.hpp"

#include <cstdio>
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
#include <tcpcraft/results/json.hpp>

#include "common.hpp"

namespace tcpcraft::cli {

/// One file with its format. After a failed write nothing more is written to it.
class Results::File {
 public:
  using MakeWriter = std::unique_ptr<results::Writer> (*)(results::Sink);

  File(const std::string& path, MakeWriter make)
      : path_(path),
        fd_(os::check(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666), "open " + path)),
        make_(make) {}

  /// A run that is killed must not leave the results of another behind.
  void begin(const results::RunInfo& info) {
    struct stat status {};
    if (::fstat(fd_.get(), &status) == 0 && S_ISREG(status.st_mode) &&
        (::ftruncate(fd_.get(), 0) == -1 || ::lseek(fd_.get(), 0, SEEK_SET) == -1))
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
  std::unique_ptr<results::Writer> writer_;
  bool failed_ = false;
};

Results::Results(const ResultOptions& options) {
  if (!options.json.empty()) files_.push_back(std::make_unique<File>(options.json, results::json_writer));
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

results::Record finished_record(results::Record before, const runner::Outcome& outcome) {
  results::Record record = results::read_record_json(outcome.record).value_or(std::move(before));
  record.verdict = outcome.verdict;
  record.reason = outcome.reason;
  record.took = outcome.took;
  record.attempts = outcome.attempts;
  if (record.verdict != engine::Verdict::fail) record.failure.reset();
  return record;
}

}  // namespace tcpcraft::cli
