// Captures taken apart: what is kept in memory, and what somebody else's capture may lack.

#include <gtest/gtest.h>

#include <tcpcraft/record/recorder.hpp>
#include <tcpcraft/record/split.hpp>

namespace tcpcraft::record {
namespace {

using namespace std::chrono_literals;
using wire::Flag;

capture::Packet packet(std::uint16_t port, bool to_server, wire::Flags flags, wire::Duration at,
                       std::size_t data = 0) {
  capture::Packet result;
  result.time = wire::Time(1700000000s) + at;
  const wire::Endpoint client = *wire::Endpoint::parse("127.0.0.1:" + std::to_string(port));
  const wire::Endpoint server = *wire::Endpoint::parse("127.0.0.1:80");
  result.segment.source = to_server ? client : server;
  result.segment.destination = to_server ? server : client;
  result.segment.flags = flags;
  result.segment.payload.resize(data);
  return result;
}

/// A connection that both sides close.
void add_whole(Splitter& splitter, std::uint16_t port, wire::Duration at) {
  splitter.add(packet(port, true, {Flag::syn}, at));
  splitter.add(packet(port, false, {Flag::syn, Flag::ack}, at));
  splitter.add(packet(port, true, {Flag::fin, Flag::ack}, at));
  splitter.add(packet(port, false, {Flag::fin, Flag::ack}, at));
}

std::vector<Conversation> asked_often(Splitter& splitter) {
  std::vector<Conversation> all;
  for (int i = 0; i < 5000; ++i)
    for (Conversation& one : splitter.finished()) all.push_back(std::move(one));
  return all;
}

TEST(Splitter, what_is_over_is_given_away_while_the_capture_goes_on) {
  Splitter splitter(Side::client);
  add_whole(splitter, 1001, 0s);
  splitter.add(packet(1002, true, {Flag::syn}, 1s));
  EXPECT_TRUE(asked_often(splitter).empty()) << "somebody may still send a segment twice";
  add_whole(splitter, 1003, 70s);
  const std::vector<Conversation> over = asked_often(splitter);
  ASSERT_EQ(over.size(), 1u) << "the second is open, the third has just closed";
  EXPECT_EQ(over[0].peers[0].port, 1001);
  EXPECT_EQ(over[0].number, 1u);
  EXPECT_EQ(over[0].events.size(), 4u);
  const std::vector<Conversation> rest = splitter.take();
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(rest[0].number, 2u);
  EXPECT_EQ(rest[1].number, 3u);
  EXPECT_EQ(splitter.count(), 3u);
}

TEST(Splitter, of_too_many_that_are_open_the_longest_silent_are_over) {
  Limits limits;
  limits.open = 2;
  Splitter splitter(Side::client, {}, limits);
  for (std::uint16_t i = 0; i < 4; ++i) splitter.add(packet(1001 + i, true, {Flag::syn}, i * 1s));
  splitter.add(packet(1001, true, {Flag::ack}, 5s));
  const std::vector<Conversation> over = asked_often(splitter);
  ASSERT_EQ(over.size(), 2u);
  EXPECT_EQ(over[0].peers[0].port, 1002);
  EXPECT_EQ(over[1].peers[0].port, 1003);
  EXPECT_EQ(splitter.take().size(), 2u);
}

TEST(Splitter, what_is_over_is_given_away_soon_where_memory_is_short) {
  Limits limits;
  limits.all_bytes = 1u << 20u;
  Splitter splitter(Side::client, {}, limits);
  add_whole(splitter, 1001, 0s);
  splitter.add(packet(1002, true, {Flag::syn}, 1s));
  add_whole(splitter, 1003, 2s);
  EXPECT_TRUE(asked_often(splitter).empty());
  for (int i = 0; i < 20; ++i) splitter.add(packet(1002, true, {Flag::ack}, 2s, 30000));
  const std::vector<Conversation> over = asked_often(splitter);
  ASSERT_EQ(over.size(), 1u);
  EXPECT_EQ(over[0].peers[0].port, 1001);
}

TEST(Splitter, a_fin_said_twice_is_one) {
  Splitter splitter(Side::client);
  splitter.add(packet(1001, true, {Flag::syn}, 0s));
  for (int i = 0; i < 2; ++i) splitter.add(packet(1001, true, {Flag::fin, Flag::ack}, 1s));
  splitter.add(packet(1002, true, {Flag::syn}, 90s));
  EXPECT_TRUE(asked_often(splitter).empty());
}

TEST(Splitter, a_connection_beyond_its_bounds_is_refused_alone) {
  Limits limits;
  limits.segments = 10;
  limits.bytes = 1u << 20u;
  Splitter splitter(Side::client, {}, limits);
  splitter.add(packet(1001, true, {Flag::syn}, 0s));
  splitter.add(packet(1002, true, {Flag::syn}, 0s));
  splitter.add(packet(1003, true, {Flag::syn}, 0s));
  for (int i = 0; i < 20; ++i) splitter.add(packet(1001, false, {Flag::ack}, 1s));
  for (int i = 0; i < 9; ++i) splitter.add(packet(1002, false, {Flag::ack}, 1s, 200000));
  const std::vector<Conversation> all = splitter.take();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(record(all[0]).refused,
            "more than 10 segments are no scenario that anybody reads: replay plays it again");
  EXPECT_TRUE(record(all[1]).refused.starts_with("more than 1 MiB of data are no scenario"));
  EXPECT_EQ(all[2].too_much, "");
  EXPECT_EQ(all[0].kernel.port, 80) << "who is who is still known";
  EXPECT_EQ(all[0].events.size(), 1u) << "and no more";
}

/// That the kernel's segment did not arrive.
capture::Message message_about(std::uint16_t port) {
  const auto high = static_cast<std::uint8_t>(port >> 8u), low = static_cast<std::uint8_t>(port);
  return {0, {}, {0x45, 0,  0,    56,  0, 0, 0, 0, 64, 1, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1,  // IP
                  3,    1,  0,    0,   0, 0, 0, 0,                                           // ICMP
                  0x45, 0,  0,    40,  0, 0, 0, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1,  // of the segment
                  0,    80, high, low, 0, 0, 0, 0}};
}

TEST(Splitter, a_message_is_of_the_connection_that_it_is_about_and_else_nobodys) {
  Splitter splitter(Side::client);
  splitter.add(packet(1001, true, {Flag::syn}, 0s));
  splitter.add(message_about(1001));
  splitter.add(message_about(1002));
  EXPECT_EQ(splitter.count(), 1u);
  const std::vector<Conversation> all = splitter.take();
  ASSERT_EQ(all.size(), 1u);
  ASSERT_EQ(all[0].events.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<Message>(all[0].events[1].what));
}

TEST(Splitter, messages_count_among_what_is_in_memory) {
  Limits limits;
  limits.all_bytes = 1u << 20u;
  Splitter splitter(Side::client, {}, limits);
  splitter.add(packet(1001, true, {Flag::syn}, 0s));
  for (int i = 0; i < 20000; ++i) splitter.add(message_about(1001));
  EXPECT_NE(splitter.take().at(0).too_much, "");
}

TEST(Splitter, of_all_that_is_open_the_largest_goes) {
  Limits limits;
  limits.all_bytes = 1u << 20u;
  Splitter splitter(Side::client, {}, limits);
  for (std::uint16_t port = 1001; port < 1005; ++port) splitter.add(packet(port, true, {Flag::syn}, 0s));
  for (int i = 0; i < 30; ++i) splitter.add(packet(1002, false, {Flag::ack}, 1s, 30000));
  for (int i = 0; i < 20; ++i) splitter.add(packet(1003, false, {Flag::ack}, 1s, 30000));
  const std::vector<Conversation> all = splitter.take();
  EXPECT_TRUE(record(all[1]).refused.starts_with("too many connections go on at its time"));
  EXPECT_EQ(all[2].too_much, "") << "there is room again";
}

}  // namespace
}  // namespace tcpcraft::record
