#include "replace_file.hpp"

#include <cerrno>
#include <cstdio>
#include <stdexcept>

#include <sys/stat.h>
#include <unistd.h>

#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/unique_fd.hpp>
#include <tcpcraft/os/write_all.hpp>
#include <tcpcraft/scenario/source.hpp>

namespace tcpcraft::cli {
namespace {

namespace fs = std::filesystem;

/// A file that is gone at the end, unless it has been renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& beside)
      : path_((beside.parent_path() / ("." + beside.filename().string() + ".XXXXXX")).string()),
        fd_(os::check(::mkstemp(path_.data()), "create a file beside " + beside.string())) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  void write(const std::string& content) const {
    os::check(os::write_all(fd_.get(), content) ? 0 : -1, "write " + path_);
  }

  void take_mode_of(const fs::path& other) const {
    struct stat status {};
    os::check(::stat(other.c_str(), &status), "stat " + other.string());
    // The owner first, which clears bits of the mode. An ordinary user cannot give a file away.
    if (::fchown(fd_.get(), status.st_uid, status.st_gid) == -1 && errno != EPERM)
      os::check(-1, "chown " + path_);
    os::check(::fchmod(fd_.get(), status.st_mode & 07777), "chmod " + path_);
  }

  void rename_to(const fs::path& target) {
    os::check(::fsync(fd_.get()), "sync " + path_);
    os::check(::rename(path_.c_str(), target.c_str()), "rename " + path_ + " to " + target.string());
    path_.clear();
  }

 private:
  std::string path_;
  os::UniqueFd fd_;
};

}  // namespace

void replace_file(const fs::path& path, const std::string& old, const std::string& content) {
  const fs::path target = fs::canonical(path);
  os::check(::access(target.c_str(), W_OK), "write " + path.string());  // a rename would not ask
  TemporaryFile file(target);
  file.write(content);
  file.take_mode_of(target);
  if (scenario::load(target.string()).text != old)
    throw std::runtime_error(path.string() + " was changed meanwhile: it is left as it is");
  file.rename_to(target);
}

}  // namespace tcpcraft::cli
