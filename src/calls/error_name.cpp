#include <cerrno>
#include <cstring>

#include <tcpcraft/calls/error_name.hpp>

namespace tcpcraft::calls {
namespace {

constexpr int largest_error = 133;  // EHWPOISON

}  // namespace

std::string error_name(int error) {
  const char* name = ::strerrorname_np(error);
  return name ? name : std::to_string(error);
}

const std::vector<std::string_view>& error_names() {
  static const std::vector<std::string_view> all = [] {
    std::vector<std::string_view> names;
    for (int error = 1; error <= largest_error; ++error)
      if (const char* name = ::strerrorname_np(error)) names.push_back(name);
    return names;
  }();
  return all;
}

std::optional<int> error_number(std::string_view name) {
  if (name == "EWOULDBLOCK") return EAGAIN;
  for (int error = 1; error <= largest_error; ++error)
    if (const char* known = ::strerrorname_np(error); known && name == known) return error;
  return std::nullopt;
}

}  // namespace tcpcraft::calls
