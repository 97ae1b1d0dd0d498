#include <algorithm>

#include <gtest/gtest.h>

#include <tcpcraft/report/ladder.hpp>

namespace tcpcraft::report {
namespace {

using namespace std::chrono_literals;
using results::Event;
using results::Record;

Event event(Event::Kind kind, wire::Duration at, const std::string& text, const std::string& state = "") {
  Event result;
  result.kind = kind;
  result.at = at;
  result.text = text;
  result.state = state;
  return result;
}

Event from_kernel(wire::Duration at, const std::string& text, const std::string& state = "") {
  Event result = event(Event::Kind::segment, at, text, state);
  result.from = engine::Party::kernel;
  return result;
}

/// One of everything.
Record everything() {
  Record record;
  record.kernel_address = "127.0.0.1:9877";
  record.kernel_state = "LISTEN";
  record.peers = {{"", "127.0.0.1:40000"}};
  record.events = {event(Event::Kind::segment, 149us, "SYN seq=0 win=65535", "SYN-RECEIVED"),
                   from_kernel(174us, "SYN-ACK seq=0 ack=1 win=65495 <mss 65495, sackok>"),
                   event(Event::Kind::call, 200us, "accept"),
                   event(Event::Kind::note, 210us, "The path is narrow."),
                   event(Event::Kind::icmp, 220us, "ICMP frag-needed mtu=500"),
                   event(Event::Kind::silence, 240us, ""),
                   event(Event::Kind::wait, 200ms, ""),
                   event(Event::Kind::check, 200ms, "state: ESTABLISHED"),
                   from_kernel(420ms, "FIN-ACK seq=1 ack=1", "FIN-WAIT-1"),
                   event(Event::Kind::missing, 1420ms, "ACK ack=2")};
  record.events[2].result = "ok";
  record.events[6].length = 200ms;
  record.events[8].failed = true;
  record.failure.emplace().expected = "ACK seq=1 ack=2";
  record.events[9].failed = true;
  return record;
}

TEST(LadderText, draws_everything) {
  EXPECT_EQ("\n" + format_ladder(everything(), {76, true}, Style()), R"(
        ms  peer 127.0.0.1:40000                     kernel 127.0.0.1:9877
            │                                          │ LISTEN
     0.149  ├── SYN seq=0 win=65535 ──────────────────▶│ SYN-RECEIVED
     0.174  │  SYN-ACK seq=0 ack=1 win=65495 <mss      │
            │  65495, sackok>                          │
            │◀─────────────────────────────────────────┤
     0.200  │                                          │ app accept → ok
     0.210  │  The path is narrow.                     │
     0.220  ├══ ICMP frag-needed mtu=500 ═════════════▶│
     0.240  ┊                 silence                  ┊
   200.000  ┊               wait 200 ms                ┊
   200.000  │                                          │ ✓ state:
            │                                          │ ESTABLISHED
            ┊               220 ms later               ┊
   420.000  │◀────────────────── FIN-ACK seq=1 ack=1 ──┤ ✗ FIN-WAIT-1
            │   expected ACK seq=1 ack=2               │
            ┊                1 s later                 ┊
  1420.000  │◀╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ no ACK ack=2 ╌╌│ ✗
            │                                          │
)");
}

TEST(LadderText, makes_do_with_ascii) {
  EXPECT_EQ("\n" + format_ladder(everything(), {76, false}, Style()), R"(
        ms  peer 127.0.0.1:40000                     kernel 127.0.0.1:9877
            |                                          | LISTEN
     0.149  |-- SYN seq=0 win=65535 ------------------>| SYN-RECEIVED
     0.174  |  SYN-ACK seq=0 ack=1 win=65495 <mss      |
            |  65495, sackok>                          |
            |<-----------------------------------------|
     0.200  |                                          | app accept -> ok
     0.210  |  The path is narrow.                     |
     0.220  |== ICMP frag-needed mtu=500 =============>|
     0.240  :                 silence                  :
   200.000  :               wait 200 ms                :
   200.000  |                                          | ok state:
            |                                          | ESTABLISHED
            :               220 ms later               :
   420.000  |<------------------ FIN-ACK seq=1 ack=1 --| x FIN-WAIT-1
            |   expected ACK seq=1 ack=2               |
            :                1 s later                 :
  1420.000  |<......................... no ACK ack=2 ..| x
            |                                          |
)");
}

/// How many columns each line takes.
std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0, width = 0;
  for (const char c : text) {
    if (c == '\n')
      width = 0;
    else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80)
      widest = std::max(widest, ++width);
  }
  return widest;
}

TEST(LadderText, keeps_to_the_width_of_the_paper) {
  Record record = everything();
  record.peers = {{"a peer with a name that is far too long", "x"}, {"b", "y"}};
  for (Event& one : record.events) {
    one.peer = record.peers[0].name;
    one.state = "A-STATE-THAT-THERE-IS-NOT-IN-ANY-STANDARD";
    one.result = std::string(300, 'r');
  }
  record.events.push_back(event(Event::Kind::note, wire::Duration::max(), std::string(3000, 'n')));
  record.kernel_address = record.kernel_state = std::string(300, 'k');
  for (const std::size_t columns : {0, 20, 60, 80, 100, 200, 100000}) {
    const std::size_t widest = widest_line(format_ladder(record, {columns, true}, Style()));
    EXPECT_LE(widest, std::clamp<std::size_t>(columns, 60, 200));
    EXPECT_GE(widest, 55u);
  }
}

TEST(LadderText, shows_nothing_of_another_kind_than_text) {
  Record record = everything();
  for (Event& one : record.events) one.text = one.result = one.state = "\033[2J\xff\xe2\x80\xae\nx";
  record.kernel_state = record.kernel_address = record.peers[0].address = "\033c\n";
  for (const bool utf8 : {true, false}) {
    const std::string text = format_ladder(record, {80, utf8}, Style());
    EXPECT_EQ(text.find_first_of("\033\xff"), std::string::npos);
    EXPECT_EQ(text.find("\xe2\x80\xae"), std::string::npos);
  }
  const std::string ascii = format_ladder(record, {80, false}, Style());
  EXPECT_TRUE(
      std::all_of(ascii.begin(), ascii.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
}

TEST(LadderText, names_the_peers_where_there_are_several) {
  Record record;
  record.peers = {{"a", ""}, {"bee", ""}};
  record.events = {event(Event::Kind::segment, 1us, "SYN", "SYN-RECEIVED")};
  record.events[0].peer = "bee";
  const std::string text = format_ladder(record, {70, false}, Style());
  EXPECT_NE(text.find("  0.001  bee |-- SYN ----"), std::string::npos) << text;
}

TEST(LadderText, marks_in_red_what_failed) {
  const std::string text = format_ladder(everything(), {76, true}, Style(true));
  EXPECT_NE(text.find("\033[1;31m   expected ACK seq=1 ack=2"), std::string::npos) << text;
}

}  // namespace
}  // namespace tcpcraft::report
