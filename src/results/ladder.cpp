#include <algorithm>
#include <chrono>
#include <cstdio>

#include <tcpcraft/results/ladder.hpp>

namespace tcpcraft::results {
namespace {

using namespace std::chrono_literals;
using Kind = Event::Kind;
using Shape = LadderRow::Shape;

/// A pause that no step asked for is worth a row where it is longer than what answers take.
constexpr wire::Duration noticed = 5ms;

Shape shape_of(const Event& event) {
  switch (event.kind) {
    case Kind::segment:
      return event.from == engine::Party::peer ? Shape::to_right : Shape::to_left;
    case Kind::icmp:
      return Shape::to_right;
    case Kind::missing:
      return Shape::missing;
    case Kind::call:
    case Kind::check:
      return Shape::at_right;
    case Kind::silence:
    case Kind::wait:
      return Shape::pause;
    case Kind::note:
      break;
  }
  return Shape::note;
}

std::string text_of(const Event& event) {
  const bool long_one = event.length > wire::Duration{};
  switch (event.kind) {
    case Kind::silence:
      return long_one ? "silence, " + format_pause(event.length) : "silence";
    case Kind::wait:
      return "wait " + format_pause(event.length);
    case Kind::missing:
      return "no " + event.text;
    case Kind::segment:
    case Kind::icmp:
    case Kind::call:
    case Kind::note:
    case Kind::check:
      break;
  }
  return event.text;
}

/// Nothing where there is one peer, without a name.
std::optional<std::size_t> peer_of(const Record& record, const Event& event) {
  if (event.peer.empty()) return std::nullopt;
  const auto found = std::find_if(record.peers.begin(), record.peers.end(),
                                  [&](const Peer& peer) { return peer.name == event.peer; });
  if (found == record.peers.end()) return std::nullopt;
  return static_cast<std::size_t>(found - record.peers.begin());
}

std::string title_of(const Event& event) {
  std::string text = event.text;
  if (!event.result.empty()) text += " → " + event.result;
  if (event.rule) text += "\n" + event.rule->name + ": " + event.rule->says + "\n" + event.rule->section;
  return text;
}

LadderRow row_of(const Record& record, const Event& event) {
  LadderRow row;
  row.shape = shape_of(event);
  row.at = std::max(event.at, wire::Duration{});
  row.text = text_of(event);
  row.title = title_of(event);
  row.result = event.result;
  row.step = event.step;
  row.peer = peer_of(record, event);
  if (row.peer) row.name = event.peer;
  row.state = event.state;
  row.icmp = event.kind == Kind::icmp;
  row.call = event.kind == Kind::call;
  row.failed = event.failed;
  if (event.failed && event.kind == Kind::segment && record.failure) row.expected = record.failure->expected;
  return row;
}

LadderRow pause(wire::Duration at, std::string text) {
  LadderRow row;
  row.shape = Shape::pause;
  row.own = false;
  row.at = at;
  row.text = std::move(text);
  return row;
}

}  // namespace

std::string format_milliseconds(wire::Duration time) {
  char text[40];
  std::snprintf(text, sizeof text, "%.3f",
                std::chrono::duration<double, std::milli>(std::max(time, wire::Duration{})).count());
  return text;
}

std::string format_pause(wire::Duration duration) {
  const double micro =
      std::chrono::duration<double, std::micro>(std::max(duration, wire::Duration{})).count();
  const int unit = micro >= 999.5e3 ? 2 : micro >= 999.5 ? 1 : 0;
  constexpr double sizes[] = {1, 1e3, 1e6};
  constexpr const char* names[] = {" us", " ms", " s"};
  const double value = micro / sizes[unit];
  char text[40];
  std::snprintf(text, sizeof text, value >= 99.95 ? "%.0f%s" : "%.3g%s", value, names[unit]);
  return text;
}

Ladder lay_out(const Record& record, std::size_t max_rows) {
  Ladder ladder;
  const bool one = record.peers.size() == 1;
  ladder.title = record.title.empty() ? record.name : record.title;
  ladder.left = {record.peers.size() > 1 ? "peers" : "peer", one ? record.peers.front().address : "", ""};
  ladder.right = {"kernel", record.kernel_address, record.kernel_state};
  for (const Peer& peer : record.peers) ladder.peers.push_back(peer.name);
  const std::size_t total = record.events.size();
  const std::size_t left_out = total > max_rows ? total - max_rows : 0;
  const std::size_t first_left_out = max_rows / 2;
  wire::Duration before{};
  for (std::size_t i = 0; i < total; ++i) {
    if (left_out && i == first_left_out) {
      i += left_out;
      before = std::max(record.events[i - 1].at, wire::Duration{});
      ladder.rows.push_back(pause(before, std::to_string(left_out) + " more are left out here"));
      if (i == total) break;
    }
    LadderRow row = row_of(record, record.events[i]);
    const bool explained = row.shape == Shape::pause && record.events[i].length > wire::Duration{};
    if (!ladder.rows.empty() && !explained && row.at - before > noticed)
      ladder.rows.push_back(pause(row.at, format_pause(row.at - before) + " later"));
    before = row.at;
    ladder.rows.push_back(std::move(row));
  }
  return ladder;
}

}  // namespace tcpcraft::results
