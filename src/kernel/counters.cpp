#include <array>
#include <charconv>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include <tcpcraft/kernel/diag.hpp>
#include <tcpcraft/os/system_error.hpp>
#include <tcpcraft/os/unique_fd.hpp>

namespace tcpcraft::kernel {
namespace {

std::string read_file(const char* path) {
  const os::UniqueFd file(os::check(::open(path, O_RDONLY | O_CLOEXEC), path));
  std::string text;
  std::array<char, 16384> block;
  while (const int size = os::check(static_cast<int>(::read(file.get(), block.data(), block.size())), path))
    text.append(block.data(), static_cast<std::size_t>(size));
  return text;
}

/// Takes the part of `text` before `end` off its front, and `end` with it; all of it where there is no `end`.
std::string_view take(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view front = text.substr(0, at);
  text.remove_prefix(at == text.npos ? text.size() : at + 1);
  return front;
}

/// Reads pairs of lines: `TcpExt: NAME NAME ...` and `TcpExt: 1 2 ...`.
void parse(std::string_view text, Counters& counters) {
  while (!text.empty()) {
    std::string_view names = take(text, '\n');
    std::string_view values = take(text, '\n');
    const std::string group(take(names, ':'));
    if (take(values, ':') != group) return;
    take(names, ' ');
    take(values, ' ');
    while (!names.empty() && !values.empty()) {
      const std::string_view name = take(names, ' ');
      const std::string_view value = take(values, ' ');
      std::int64_t number = 0;
      std::from_chars(value.data(), value.data() + value.size(), number);
      counters[group + "." + std::string(name)] = number;
    }
  }
}

}  // namespace

Counters read_counters() {
  Counters counters;
  parse(read_file("/proc/thread-self/net/snmp"), counters);
  parse(read_file("/proc/thread-self/net/netstat"), counters);
  return counters;
}

}  // namespace tcpcraft::kernel
