#include "progress.hpp"

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <unistd.h>

#include <tcpcraft/report/style.hpp>

#include "common.hpp"

namespace tcpcraft::cli {
namespace {

bool is_terminal() {
  const char* const terminal = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) && terminal && std::string_view(terminal) != "dumb";
}

/// The first characters of an UTF-8 text.
std::string cut(const std::string& text, std::size_t length) {
  std::size_t at = 0;
  for (std::size_t count = 0; at < text.size(); ++at)
    if ((static_cast<unsigned char>(text[at]) & 0xc0) != 0x80 && count++ == length) break;
  return text.substr(0, at);
}

std::string in_seconds(wire::Duration time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", std::chrono::duration<double>(time).count());
  return text;
}

}  // namespace

Progress::Progress(std::size_t total, bool wanted) : shown_(wanted && is_terminal()), total_(total) {}

void Progress::print(const std::string& text) {
  if (text.empty()) return;
  erase();
  cli::print(text);
}

void Progress::update(const runner::Busy& busy, const std::string& oldest) {
  if (!shown_) return;
  std::string line = std::to_string(busy.ended) + "/" + std::to_string(total_);
  if (failed_) line += ", " + std::to_string(failed_) + " failed";
  line += "; " + std::to_string(busy.running) + " running, longest " + in_seconds(busy.age) + " " +
          report::printable(oldest);
  show(line);
}

void Progress::show(const std::string& line) {
  if (!shown_) return;
  cli::print("\r\033[K" + cut(line, terminal_columns().value_or(80) - 1));
  drawn_ = true;
}

bool Progress::is_due() {
  if (!shown_) return false;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < std::chrono::milliseconds(100)) return false;
  last_ = now;
  return true;
}

void Progress::erase() {
  if (std::exchange(drawn_, false)) cli::print("\r\033[K");
}

FileShare::FileShare(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) size_ = std::filesystem::file_size(path, ignored);
}

std::string FileShare::at(std::uint64_t position) const {
  return size_ == 0 ? "" : std::to_string(position * 100 / size_) + "%; ";
}

}  // namespace tcpcraft::cli
