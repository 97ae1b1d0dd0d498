#include "tracepoint.hpp"

#include <charconv>

namespace tcpcraft::kernel {
namespace {

std::optional<std::uint64_t> number_at(std::string_view text, std::size_t at) {
  std::uint64_t value = 0;
  if (at > text.size()) return {};
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value);
  if (error != std::errc()) return {};
  return value;
}

/// `\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;`
void read_field(std::string_view line, TraceFormat& format) {
  const std::size_t name_end = line.find(';');
  const std::size_t name = line.find_last_of(" *", name_end) + 1;
  const std::size_t offset = line.find("offset:");
  if (name_end == line.npos || offset == line.npos) return;
  if (const auto number = number_at(line, offset + 7))
    format.offsets.emplace(line.substr(name, name_end - name), *number);
}

/// `... __print_symbolic(REC->reason, { 2, "NOT_SPECIFIED" }, { 3, "NO_SOCKET" })`
void read_names(std::string_view line, TraceFormat& format) {
  for (std::size_t at = 0; (at = line.find("{ ", at)) != line.npos; at += 2) {
    const auto number = number_at(line, at + 2);
    const std::size_t begin = line.find('"', at), end = line.find('"', begin + 1);
    if (number && begin < line.find('}', at) && end != line.npos)
      format.print_names.emplace(*number, line.substr(begin + 1, end - begin - 1));
  }
}

}  // namespace

TraceFormat parse_trace_format(std::string_view text) {
  TraceFormat format;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.starts_with("ID: ")) format.id = number_at(line, 4);
    if (line.starts_with("\tfield:")) read_field(line, format);
    if (line.starts_with("print fmt:")) read_names(line, format);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return format;
}

}  // namespace tcpcraft::kernel
