#include "notes.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include <tcpcraft/wire/notation.hpp>

namespace tcpcraft::record {
namespace {

/// What stands behind `key`, where the text begins so.
std::optional<std::string> behind(const std::string& text, std::string_view key) {
  if (!text.starts_with(key)) return {};
  return text.substr(key.size());
}

bool parse_kernel(const std::string& map, Conditions& conditions) {
  const std::string begin = "{app: ";
  if (!map.starts_with(begin) || !map.ends_with('}')) return false;
  const std::size_t end = std::min(map.find(','), map.size() - 1);
  conditions.app = map.substr(begin.size(), end - begin.size());
  conditions.kernel = map.substr(end, map.size() - 1 - end);
  return true;
}

bool parse_peer(const std::string& text, Conversation& conversation) {
  const std::size_t at = text.rfind("at ");
  if (at == text.npos) return false;
  const auto end = wire::Endpoint::parse(text.substr(at + 3));
  if (!end) return false;
  conversation.peers.push_back(*end);
  if (at > 0) conversation.conditions->names.push_back(text.substr(0, at - 1));
  return true;
}

std::optional<Streamed> parse_stream(const std::string& text) {
  const auto sent = behind(text, "send: stream "), expected = behind(text, "expect: stream ");
  if (!sent && !expected) return {};
  std::string payload = sent ? *sent : *expected;
  Streamed result{sent.has_value(), "stream " + payload};
  result.fin = payload == "FIN" || payload.starts_with("FIN ");
  if (result.fin) payload.erase(0, std::string_view("FIN ").size());
  if (payload.empty()) return result;
  constexpr std::uint32_t most = 1 << 24;
  const wire::ParsedPayload parsed = wire::parse_payload(payload, most);
  if (!parsed.errors.empty()) return {};
  result.bytes = parsed.bytes.size();
  return result;
}

/// Whether a `write` took all that it was given.
bool took_all(const std::string& call, const std::string& result) {
  constexpr std::uint32_t most = 1 << 30;
  std::string data = call.substr(std::string("write ").size());
  if (data.ends_with(" oob")) data.resize(data.size() - 4);
  const std::size_t size = wire::parse_payload(data, most).bytes.size();
  return result.starts_with(std::to_string(size) + " byte");
}

/// Without a result that goes without saying.
std::string shortened(const std::string& text) {
  const std::size_t arrow = text.rfind(" -> ");
  if (arrow == text.npos) return text;
  const std::string call = text.substr(0, arrow), result = text.substr(arrow + 4);
  if (result == "ok" || (call == "connect" && result == "EINPROGRESS")) return call;
  if (call.starts_with("write ") && took_all(call, result)) return call;
  return text;
}

}  // namespace

std::optional<Conversation> parse_section(const std::string& comment) {
  Conversation result;
  result.conditions.emplace();
  Conditions& conditions = *result.conditions;
  std::istringstream lines(comment);
  std::string line;
  std::getline(lines, line);
  const auto title = behind(line, "tcpcraft run: ");
  if (!title) return {};
  conditions.title = *title;
  std::getline(lines, line);
  const auto kernel = behind(line, "kernel: ");
  std::getline(lines, line);
  const auto at = behind(line, "kernel at ");
  const auto end = at ? wire::Endpoint::parse(*at) : std::nullopt;
  if (!kernel || !end || !parse_kernel(*kernel, conditions)) return {};
  result.kernel = *end;
  while (std::getline(lines, line)) {
    const auto peer = behind(line, "peer ");
    if (!peer || !parse_peer(*peer, result)) return {};
  }
  // Only one alone needs no name.
  const std::size_t names = conditions.names.size(), peers = result.peers.size();
  if (peers == 0 || (names != peers && (names != 0 || peers != 1))) return {};
  return result;
}

std::optional<Event> parse_note(const std::string& comment, wire::Time time, const Conditions& conditions) {
  const std::size_t open = comment.rfind("  (");
  if (open == comment.npos) return {};
  std::string text = comment.substr(0, open);
  Event event;
  if (const std::size_t at = std::min(text.find('@'), text.size()); at < text.find(' ')) {
    const auto found = std::find(conditions.names.begin(), conditions.names.end(), text.substr(0, at));
    if (found == conditions.names.end()) return {};
    event.peer = static_cast<std::size_t>(found - conditions.names.begin());
    text.erase(0, at + 1);
  }
  const double seconds = std::strtod(comment.c_str() + open + 3, nullptr);
  constexpr double a_day = 86400;  // no run lasts one
  if (!(seconds >= 0 && seconds < a_day)) return {};
  const auto distance = wire::Duration(std::llround(seconds * 1e9));
  event.time = comment.ends_with("later)") ? time + distance : time - distance;
  if (const auto call = behind(text, "app: ")) {
    event.what = Call{shortened(*call), false};
    return event;
  }
  if (auto stream = parse_stream(text)) {
    event.what = std::move(*stream);
    return event;
  }
  const auto silence = behind(text, "expect: nothing for "), wait = behind(text, "wait: ");
  const auto duration = wire::parse_duration(silence ? *silence : wait.value_or(""));
  if (!duration) return {};
  event.what = Pause{*duration, silence.has_value()};
  return event;
}

}  // namespace tcpcraft::record
