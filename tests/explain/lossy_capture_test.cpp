#include <gtest/gtest.h>

#include "written_capture.hpp"

namespace tcpcraft::explain {
namespace {

/// Both number their IP packets: the client's next is 3, the server's 51.
Capture numbered() {
  Capture open = Capture().client(syn, 0).stamped(100, 0).id(1).option(wire::Mss{1460});
  open.server(syn_ack, 0, 1).stamped(900, 100).option(wire::Mss{1460});
  open.client(ack, 1, 1).stamped(101, 900).id(2);
  return open.server(ack, 1, 1).stamped(901, 101).id(50);
}

TEST(LossyCapture, an_ack_beyond_its_own_window_after_a_burst_that_was_lost) {
  const auto last = [](std::uint16_t id) {
    return numbered().server(ack, 1, 5000).stamped(901, 101).id(id).faults();
  };
  EXPECT_EQ(last(60), Faults{}) << "ACKs are missing that have moved the window";
  EXPECT_EQ(last(51), Faults{"5 ack.rcv_nxt"}) << "none is";
  Capture holes = numbered().client(ack, 1, 1, 10).stamped(102, 901).id(3).lost().server(ack, 1, 11);
  holes.stamped(902, 102).id(51).client(ack, 11, 1, 10).stamped(103, 902).id(4);
  EXPECT_EQ(Capture(holes).server(ack, 1, 5000).stamped(903, 103).id(52).faults(), Faults{"8 ack.rcv_nxt"});
  EXPECT_EQ(Capture(holes).server(ack, 1, 5000).stamped(903, 103).id(53).faults(), Faults{});
}

TEST(LossyCapture, without_numbers_acks_beyond_the_window_are_wrong_where_one_is_alone) {
  const Capture open = Capture().handshake().client(ack, 1, 1, 10);
  EXPECT_EQ(Capture(open).server(ack, 1, 5000).faults(), Faults{"5 ack.rcv_nxt"});
  Capture two = Capture(open).server(ack, 1, 5000).server(ack, 1, 5500);
  EXPECT_EQ(two.faults(), Faults{}) << "they agree that something is missing";
  EXPECT_TRUE(two.stories[0].has_holes);
  Capture stamped = Capture().client(syn, 0).stamped(100, 0).server(syn_ack, 0, 1).stamped(900, 100);
  stamped.client(ack, 1, 1).stamped(101, 900);
  EXPECT_EQ(Capture(stamped).server(ack, 1, 5000).stamped(901, 101).faults(), Faults{"4 ack.rcv_nxt"});
  EXPECT_EQ(Capture(stamped).server(ack, 1, 5000).stamped(901, 150).faults(), Faults{})
      << "its echo is of what is missing, too";
}

/// The window ends at 1001; what leaves a gap up to 1100 goes beyond it.
TEST(LossyCapture, data_beyond_a_window_that_grew_by_an_ack_that_is_missing) {
  const auto beyond = [](std::uint32_t echo, std::uint16_t id) {
    Capture capture = numbered().client(ack, 1, 1, 100).stamped(102, 901).id(3);
    capture.client(ack, 1050, 1, 50).stamped(103, echo).id(5);
    return capture.server(ack, 1, 101).stamped(905, 103).id(id).faults();
  };
  EXPECT_EQ(beyond(901, 52), Faults{}) << "an ACK of the server is missing";
  EXPECT_EQ(beyond(901, 51), Faults{"6 window.right_edge"}) << "none is";
}

TEST(LossyCapture, data_beyond_the_window_shows_by_its_echo_where_segments_are_missing) {
  const auto beyond = [](std::uint32_t echo, std::uint16_t id) {
    Capture holes = numbered().client(ack, 1, 1, 10).stamped(102, 901).id(3).lost();
    holes.server(ack, 1, 11).stamped(902, 102).id(51).client(ack, 11, 1, 10).stamped(103, 902).id(4);
    holes.client(ack, 1050, 1, 50).stamped(103, echo).id(5);
    return holes.server(ack, 1, 111).stamped(905, 103).id(id).faults();
  };
  EXPECT_EQ(beyond(902, 52), Faults{"8 window.right_edge"}) << "sent before the window grew";
  EXPECT_EQ(beyond(905, 52), Faults{}) << "captured the other way round";
  EXPECT_EQ(beyond(902, 53), Faults{});
}

TEST(LossyCapture, an_echo_where_bare_acks_are_missing) {
  const auto echo = [](std::uint16_t id, bool holes) {
    Capture open = numbered().client(ack, 1, 1).stamped(150, 901).id(id);
    if (holes)
      open.client(ack, 1, 1, 10).stamped(151, 901).lost().server(ack, 1, 11).stamped(950, 151).id(51);
    if (holes) open.client(ack, 11, 1, 10).stamped(152, 950);
    return open.server(ack, 1, 1).stamped(951, 120).faults();
  };
  EXPECT_EQ(echo(3, false), Faults{"6 timestamps.echo"});
  EXPECT_EQ(echo(4, false), Faults{});
  Faults with_holes = echo(3, true);
  EXPECT_EQ(std::count(with_holes.begin(), with_holes.end(), "9 timestamps.echo"), 1)
      << "between these none is missing";
}

/// A whole packet of data has one number, also where nobody knows what the receiver takes.
TEST(LossyCapture, the_numbers_tell_in_a_capture_that_starts_in_the_middle) {
  const auto echo = [](std::uint16_t id) {
    Capture open = Capture().client(ack, 1, 1, 1400).stamped(100, 900).id(1);
    open.server(ack, 1, 1401).stamped(901, 100).client(ack, 1401, 1, 10).stamped(110, 901).id(id);
    return open.server(ack, 1, 1401).stamped(902, 105).faults();
  };
  EXPECT_EQ(echo(4), Faults{}) << "two are missing";
  EXPECT_EQ(echo(2), Faults{"4 timestamps.echo"});
}

TEST(LossyCapture, a_timestamp_that_was_not_captured_and_is_echoed_again_was_sent) {
  Capture open = Capture().client(syn, 0).stamped(100, 0).server(syn_ack, 0, 1).stamped(900, 100);
  open.client(ack, 1, 1).stamped(101, 900).client(ack, 1, 1).stamped(110, 900);
  Capture once = Capture(open).server(ack, 1, 1, 5).stamped(901, 105);
  EXPECT_EQ(once.faults(), Faults{"5 timestamps.echo"});
  EXPECT_EQ(Capture(once).server(ack, 6, 1, 5).stamped(902, 105).faults(), Faults{});
}

TEST(LossyCapture, an_ack_that_two_others_take_back_was_wrong) {
  Capture sent = numbered().client(ack, 1, 1, 100).stamped(102, 901).id(3);
  sent.server(ack, 1, 61).stamped(902, 102).id(51).server(ack, 1, 1).stamped(902, 102).id(52);
  EXPECT_EQ(sent.faults(), Faults{"7 ack.rcv_nxt"});
  EXPECT_EQ(sent.server(ack, 1, 1).stamped(903, 102).id(53).faults(), Faults{"6 ack.rcv_nxt"});
}

}  // namespace
}  // namespace tcpcraft::explain
