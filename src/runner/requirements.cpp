#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <vector>

#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <zlib.h>

#include <tcpcraft/runner/requirements.hpp>

namespace tcpcraft::runner {
namespace {

using Kind = scenario::Requirement::Kind;

/// The first `count` numbers of a release; what is not there is 0.
std::vector<int> version_of(const std::string& release, std::size_t count) {
  std::vector<int> numbers(count);
  const char* at = release.data();
  const char* const end = at + release.size();
  for (int& number : numbers) {
    const auto [rest, error] = std::from_chars(at, end, number);
    if (error != std::errc() || rest == end || *rest != '.') break;
    at = rest + 1;
  }
  return numbers;
}

/// zlib reads what is not compressed as it is.
std::optional<std::string> read_maybe_compressed(const std::string& path) {
  const gzFile file = ::gzopen(path.c_str(), "rbe");
  if (!file) return {};
  std::string text;
  std::array<char, 16384> block;
  int size = 0;
  while ((size = ::gzread(file, block.data(), block.size())) > 0)
    text.append(block.data(), static_cast<std::size_t>(size));
  ::gzclose(file);
  if (size < 0 || text.empty()) return {};
  return text;
}

std::optional<std::string> read_config(const std::string& release) {
  if (auto config = read_maybe_compressed("/proc/config.gz")) return config;
  return read_maybe_compressed("/boot/config-" + release);
}

bool has_sysctl(const std::string& name) {
  std::string path = "/proc/sys/" + name;
  std::replace(path.begin(), path.end(), '.', '/');
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

std::uint64_t effective_capabilities() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "CapEff:") {
      std::uint64_t mask = 0;
      status >> std::hex >> mask;
      return mask;
    }
  return 0;
}

std::optional<std::string> unmet_config(const scenario::Requirement& requirement, const System& system) {
  const auto config = system.config();
  if (!config)
    return ", but this host does not tell how its kernel was configured: neither /proc/config.gz nor "
           "/boot/config-" +
           system.release + " can be read";
  const std::string line = "\n" + *config;
  for (const char* value : {"=y\n", "=m\n"})
    if (line.find("\nCONFIG_" + requirement.name + value) != line.npos) return {};
  return ", and this kernel was built without";
}

/// What goes on behind "it requires ...".
std::optional<std::string> shortcoming(const scenario::Requirement& requirement, const System& system) {
  switch (requirement.kind) {
    case Kind::kernel: {
      // As many numbers are compared as are written: all of 6.18.x is 6.18.
      const auto present = version_of(system.release, requirement.version.size());
      if (scenario::holds(present, requirement.comparator, requirement.version)) return {};
      return ", and this is " + system.release;
    }
    case Kind::sysctl:
      if (system.has_sysctl(requirement.name)) return {};
      return ", which this kernel does not have";
    case Kind::config:
      return unmet_config(requirement, system);
    case Kind::capability:
      if (system.capabilities >> requirement.capability & 1) return {};
      return ", which this process does not have";
    case Kind::root:
      break;
  }
  if (system.root) return {};
  return "";
}

}  // namespace

System this_system() {
  utsname names{};
  ::uname(&names);
  const std::string release = names.release;
  return {release, ::geteuid() == 0, effective_capabilities(), [release] { return read_config(release); },
          has_sysctl};
}

std::optional<std::string> unmet(const scenario::Requirement& requirement, const System& system) {
  const auto why = shortcoming(requirement, system);
  if (!why) return {};
  return "it requires " + requirement.text + *why;
}

}  // namespace tcpcraft::runner
