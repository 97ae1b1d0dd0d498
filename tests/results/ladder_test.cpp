#include <gtest/gtest.h>

#include <tcpcraft/results/ladder.hpp>

namespace tcpcraft::results {
namespace {

using namespace std::chrono_literals;
using Shape = LadderRow::Shape;

Event event(Event::Kind kind, wire::Duration at, const std::string& text = "x") {
  Event result;
  result.kind = kind;
  result.at = at;
  result.text = text;
  return result;
}

std::vector<std::string> texts(const Ladder& ladder) {
  std::vector<std::string> result;
  for (const LadderRow& row : ladder.rows) result.push_back(row.text);
  return result;
}

TEST(LadderLayout, shows_time_that_nothing_else_explains) {
  Record record;
  record.events = {event(Event::Kind::segment, 1ms, "a"), event(Event::Kind::segment, 201ms, "b"),
                   event(Event::Kind::wait, 401ms), event(Event::Kind::segment, 402ms, "c")};
  record.events[2].length = 200ms;
  EXPECT_EQ(texts(lay_out(record)), (std::vector<std::string>{"a", "200 ms later", "b", "wait 200 ms", "c"}));
}

TEST(LadderLayout, leaves_out_the_middle_of_what_is_too_long) {
  Record record;
  for (int i = 0; i < 10; ++i)
    record.events.push_back(event(Event::Kind::segment, i * 1s, std::to_string(i)));
  EXPECT_EQ(texts(lay_out(record, 4)),
            (std::vector<std::string>{"0", "1 s later", "1", "6 more are left out here", "1 s later", "8",
                                      "1 s later", "9"}));
}

TEST(LadderLayout, says_what_was_expected_of_the_segment_that_failed) {
  Record record;
  record.events = {event(Event::Kind::segment, 0ms), event(Event::Kind::missing, 1ms, "ACK ack=3")};
  record.events[0].failed = true;
  record.failure.emplace().expected = "ACK ack=2";
  const Ladder ladder = lay_out(record);
  EXPECT_EQ(ladder.rows[0].expected, "ACK ack=2");
  EXPECT_EQ(ladder.rows[1].shape, Shape::missing);
  EXPECT_EQ(ladder.rows[1].text, "no ACK ack=3");
}

TEST(LadderLayout, finds_the_peer_and_takes_none_on_trust) {
  Record record;
  record.peers = {{"a", ""}, {"b", ""}};
  record.events = {event(Event::Kind::segment, -5ms), event(Event::Kind::segment, 0ms)};
  record.events[0].peer = "b";
  record.events[1].peer = "nobody";
  const Ladder ladder = lay_out(record);
  EXPECT_EQ(ladder.rows[0].peer, 1u);
  EXPECT_EQ(ladder.rows[0].at, 0ms);
  EXPECT_FALSE(ladder.rows[1].peer);
  EXPECT_TRUE(lay_out(Record()).peers.empty());
}

TEST(LadderLayout, durations_are_rounded_for_reading) {
  EXPECT_EQ(format_pause(40us), "40 us");
  EXPECT_EQ(format_pause(1500us), "1.5 ms");
  EXPECT_EQ(format_pause(200ms), "200 ms");
  EXPECT_EQ(format_pause(999999us), "1 s");
  EXPECT_EQ(format_pause(64s), "64 s");
  EXPECT_EQ(format_pause(-1s), "0 us");
  EXPECT_EQ(format_milliseconds(149us), "0.149");
  EXPECT_EQ(format_milliseconds(-1s), "0.000");
}

}  // namespace
}  // namespace tcpcraft::results
