#include "explanation_rows.hpp"

namespace tcpcraft::report {
namespace {

using results::Ladder;
using results::LadderRow;

/// Longer than what answers take.
constexpr auto noticed = std::chrono::milliseconds(5);

std::string cited(const model::Rule& rule) {
  return std::string(rule.section) + ": " + std::string(rule.says);
}

LadderRow pause(wire::Duration at, wire::Duration length) {
  LadderRow row;
  row.shape = LadderRow::Shape::pause;
  row.own = false;
  row.at = at;
  row.text = results::format_pause(length) + " later";
  return row;
}

}  // namespace

Ladder LadderRows::ladder_of(const explain::Explained& first) {
  const explain::Identity& connection = *first.connection;
  const auto side = [&](std::size_t i) {
    const std::string end = connection.ends[i].to_string();
    const bool says_it = connection.names[i] == end || connection.names[i].starts_with(":");
    return Ladder::Side{says_it ? "" : connection.names[i], end, ""};
  };
  Ladder ladder;
  ladder.title = "connection " + std::to_string(connection.number);
  ladder.left = side(0);
  ladder.right = side(1);
  if (connection.from_the_start) ladder.right.state = "LISTEN";
  if (connection.from_the_start) ladder.left.state = "CLOSED";
  ladder.left_has_states = true;
  return ladder;
}

std::vector<LadderRow> LadderRows::rows_of(const capture::Packet& packet,
                                           const explain::Explained& explained) {
  Course& course =
      courses_.try_emplace(explained.connection->number, Course{packet.time, packet.time, {}}).first->second;
  const wire::Duration since = packet.time - course.last;
  course.last = packet.time;
  const wire::Duration at = std::max(packet.time - course.begin, wire::Duration{});
  std::vector<LadderRow> rows;
  if (since > noticed) rows.push_back(pause(at, since));
  LadderRow row;
  row.shape = explained.side == 0 ? LadderRow::Shape::to_right : LadderRow::Shape::to_left;
  row.at = at;
  row.text = explained.segment + format_condition(packet);
  row.title =
      "packet " + std::to_string(packet.number) + ", " + format_moment(packet.time) + " UTC\n" + row.text;
  if (explained.rule != nullptr)
    row.title += "\n" + std::string(explained.rule->name) + ": " + cited(*explained.rule);
  std::string meaning;
  for (const std::string& one : explained.meanings) meaning += (meaning.empty() ? "" : "; ") + one;
  if (!meaning.empty()) row.below.push_back(meaning);
  for (const std::string& wrong : wrongs_of(explained, true)) row.below.push_back("WRONG: " + wrong);
  row.failed = !explained.faults.empty();
  const auto changed = [&](std::size_t i) {
    const bool stays = course.states[i] == explained.states[i];
    course.states[i] = explained.states[i];
    return stays ? std::string() : std::string(to_string(explained.states[i]));
  };
  row.left_state = changed(0);
  row.state = changed(1);
  rows.push_back(std::move(row));
  return rows;
}

std::vector<std::string> wrongs_of(const explain::Explained& explained, bool live) {
  std::vector<std::string> texts;
  for (const explain::Fault& fault : explained.faults)
    texts.push_back(fault.says + " (" + cited(*fault.rule) + ")");
  if (live)
    for (const explain::LateFault& late : explained.late)
      texts.push_back("now it shows that " + explained.connection->names[late.side] + "'s segment of " +
                      format_moment(late.time) + " " + late.fault.says + " (" + cited(*late.fault.rule) +
                      ")");
  return texts;
}

}  // namespace tcpcraft::report
