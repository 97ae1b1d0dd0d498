// What every form of an explanation has in common.

#include <cstdio>
#include <ctime>

#include <tcpcraft/report/explanation.hpp>

namespace tcpcraft::report {
namespace {

std::string format_time(wire::Time time, const char* format) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t whole = seconds.time_since_epoch().count();
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  char text[64];
  std::strftime(text, sizeof text, format, &parts);
  return text;
}

}  // namespace

std::string format_moment(wire::Time time) {
  const auto rest = (time - std::chrono::floor<std::chrono::seconds>(time)).count();
  char text[32];
  if (rest % 1000 == 0)
    std::snprintf(text, sizeof text, ".%06lld", static_cast<long long>(rest / 1000));
  else
    std::snprintf(text, sizeof text, ".%09lld", static_cast<long long>(rest));
  return format_time(time, "%H:%M:%S") + text;
}

std::string format_day(wire::Time time) {
  return format_time(time, "%Y-%m-%d");
}

std::string format_states(const explain::Identity& connection, const std::array<model::State, 2>& states) {
  std::string text;
  for (std::size_t i : {0u, 1u})
    text += (i == 0 ? "" : ", ") + connection.names[i] + " " + std::string(to_string(states[i]));
  return text;
}

std::string format_condition(const capture::Packet& packet) {
  std::string text;
  if (packet.cut)
    text +=
        packet.data_size == 0 ? " (cut)" : " (cut: " + std::to_string(packet.data_size) + " bytes of data)";
  if (packet.fragments > 1) text += " (" + std::to_string(packet.fragments) + " fragments)";
  return text;
}

std::string format_ends(const explain::Identity& connection) {
  std::string text;
  for (std::size_t i : {0u, 1u}) {
    const std::string& name = connection.names[i];
    const std::string end = connection.ends[i].to_string();
    const bool says_it = name.ends_with(end) || name.starts_with(":");
    text += (i == 0 ? "" : ", ") + (says_it ? end : name + " " + end);
  }
  return text;
}

std::vector<std::string> remarks_on(const explain::Explained& first) {
  std::vector<std::string> remarks;
  if (!first.connection->from_the_start)
    remarks.emplace_back("the capture begins in the midst of it; what was agreed on before is not known");
  for (std::size_t i : {0u, 1u})
    if (first.foreseen.unseen[i])
      remarks.push_back("nothing of " + first.connection->names[i] + " was captured, and is checked");
  if (first.foreseen.holes) remarks.emplace_back("some of its segments are not in the capture");
  return remarks;
}

}  // namespace tcpcraft::report
