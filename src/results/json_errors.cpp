#include <algorithm>

#include <tcpcraft/results/json_errors.hpp>

namespace tcpcraft::results::json {

std::string place_of(std::string_view text, std::size_t read) {
  const std::string_view before = text.substr(0, std::min(read > 0 ? read - 1 : 0, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
  return std::to_string(line) + ":" + std::to_string(before.size() - start + 1);
}

std::string plain_message(std::string message) {
  if (const std::size_t at = message.find("] "); message.starts_with('[') && at != message.npos)
    message.erase(0, at + 2);
  if (const std::size_t at = message.find(": "); message.starts_with("parse error at") && at != message.npos)
    message.erase(0, at + 2);
  return message;
}

}  // namespace tcpcraft::results::json
