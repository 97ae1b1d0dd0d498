#include <filesystem>

#include <gtest/gtest.h>

#include <tcpcraft/capture/reader.hpp>

#include "written_capture.hpp"

namespace tcpcraft::explain {
namespace {

using model::State;

TEST(Explainer, the_article_leaves_its_connection_half_closed) {
  capture::Reader reader(std::filesystem::path(TCPCRAFT_SOURCE_DIR) / "captures/article.pcap");
  Explainer explainer;
  while (const auto packet = reader.next()) EXPECT_TRUE(explainer.explain(*packet).faults.empty());
  const std::vector<Story> stories = explainer.finish();
  ASSERT_EQ(stories.size(), 1u);
  EXPECT_EQ(stories[0].states, (std::array{State::close_wait, State::fin_wait_2}));
  EXPECT_EQ(stories[0].ending, "left half-closed, not closed: server has sent its FIN, client has not");
  EXPECT_EQ(stories[0].sent, (std::array<std::uint64_t, 2>{2, 2}));
}

TEST(Explainer, says_what_segments_do) {
  EXPECT_EQ(Capture().client(syn, 0).last(), "handshake: asks for a connection");
  EXPECT_EQ(Capture().client(syn, 0).client(syn, 0).last(), "handshake: the SYN again");
  EXPECT_EQ(Capture().handshake().last(), "handshake: complete; acknowledges the SYN");
  Capture data = Capture().handshake().client(ack, 1, 1, 10);
  EXPECT_EQ(data.last(), "10 bytes of data");
  EXPECT_EQ(Capture(data).client(ack, 1, 1, 10).last(), "retransmission: 10 bytes of data");
  EXPECT_EQ(Capture(data).client(ack, 21, 1, 10).last(),
            "10 bytes of data, out of order: 10 bytes before it not seen yet");
  EXPECT_EQ(Capture(data).client(ack, 21, 1, 10).client(ack, 11, 1, 10).last(),
            "10 bytes of data, out of order: from before what was seen already");
  EXPECT_EQ(Capture(data).server(ack, 1, 11).last(), "acknowledges 10 bytes");
  EXPECT_EQ(Capture(data).server(ack, 1, 11).window(0).last(),
            "acknowledges 10 bytes; zero window: nothing more can be taken");
  EXPECT_EQ(Capture(data).server(ack, 1, 11).window(0).server(ack, 1, 11).last(),
            "window update: it is open again");
  EXPECT_EQ(Capture(data).server(ack, 1, 1).last(), "duplicate ACK 1");
  EXPECT_EQ(Capture(data).server(ack, 1, 11).client(ack, 10, 1).last(), "keep-alive");
  EXPECT_EQ(Capture(data).server(ack, 1, 11).client(ack, 10, 1).server(ack, 1, 11).last(),
            "answers the probe");
  EXPECT_EQ(Capture(data).server(ack, 1, 11).window(0).client(ack, 10, 1).last(), "window probe");
  EXPECT_EQ(Capture(data).server(syn_ack, 0, 1).last(), "handshake: the SYN-ACK again");
}

TEST(Explainer, knows_how_it_ends) {
  Capture both = Capture().handshake().client(fin_ack, 1, 1).server(fin_ack, 1, 2).client(ack, 2, 2);
  EXPECT_EQ(both.last(), "acknowledges the FIN");
  EXPECT_EQ(both.stories[0].ending, "closed by both");
  EXPECT_EQ(both.stories[0].states, (std::array{State::time_wait, State::closed}));
  Capture reset = Capture().handshake().server(rst, 1);
  reset.explain();
  EXPECT_EQ(reset.stories[0].ending, "reset by server");
  Capture silence = Capture().client(syn, 0);
  silence.explain();
  EXPECT_EQ(silence.stories[0].ending, "never answered");
}

TEST(Explainer, a_new_syn_is_a_new_connection_when_the_old_one_is_over) {
  Capture twice = Capture().handshake().server(rst, 1).client(syn, 500);
  EXPECT_EQ(twice.faults(), Faults{});
  EXPECT_EQ(twice.stories.size(), 2u);
  Capture accepted = Capture().handshake().client(syn, 500).server(syn_ack, 900, 501);
  EXPECT_EQ(accepted.faults(), Faults{});
  EXPECT_EQ(accepted.stories.size(), 2u);
}

TEST(Faults, an_ack_of_what_was_never_sent) {
  const Capture data = Capture().handshake().client(ack, 1, 1, 10);
  EXPECT_EQ(Capture(data).server(ack, 1, 5000).faults(), Faults{"5 ack.rcv_nxt"})
      << "outside of its own window";
  EXPECT_EQ(Capture(data).server(ack, 1, 100).client(ack, 11, 1).faults(), Faults{"5 ack.rcv_nxt"});
  EXPECT_EQ(Capture().handshake().client(fin_ack, 1, 1).server(ack, 1, 3).faults(), Faults{"5 ack.rcv_nxt"});
}

TEST(Faults, an_ack_that_nothing_bears_out_where_the_sender_ends_before_it) {
  const Capture data = Capture().handshake().client(ack, 1, 1, 10);
  EXPECT_EQ(Capture(data).server(ack, 1, 100).client(fin_ack, 1, 1, 20).faults(), Faults{"5 ack.rcv_nxt"});
  EXPECT_EQ(Capture().client(syn, 0).server(ack, 1, 0).faults(), Faults{"2 ack.rcv_nxt"})
      << "not even the SYN";
}

TEST(Faults, an_ack_that_moves_back) {
  const Capture sent = Capture().handshake().client(ack, 1, 1, 10).client(ack, 11, 1, 10);
  Capture back = Capture(sent).server(ack, 1, 21).server(ack, 1, 11);
  EXPECT_EQ(back.faults(), Faults{}) << "overtaken";
  EXPECT_EQ(Capture(sent).server(ack, 1, 21).server(ack, 1, 11, 5).faults(), Faults{"7 ack.rcv_nxt"});
  EXPECT_EQ(Capture(sent).server(ack, 1, 21, 5).server(ack, 6, 11, 5).faults(), Faults{"7 ack.rcv_nxt"});
  EXPECT_EQ(Capture(sent).server(ack, 1, 21, 5).server(ack, 6, 11).faults(), Faults{"7 ack.rcv_nxt"});
  EXPECT_EQ(Capture(sent).server(ack, 6, 21, 5).server(ack, 1, 11, 5).faults(), Faults{}) << "out of order";
  // What nothing bears out is wrong, not those that take it back.
  Capture ahead = Capture(sent).server(ack, 1, 22, 5).server(ack, 6, 21, 5).server(ack, 11, 21, 5);
  EXPECT_EQ(ahead.faults(), Faults{"6 ack.rcv_nxt"});
}

TEST(Faults, an_ack_one_off_the_end_of_a_segment) {
  const auto mss = [](std::uint16_t size) {
    Capture open = Capture().client(syn, 0).server(syn_ack, 0, 1).option(wire::Mss{size});
    return open.window(60000).client(ack, 1, 1);
  };
  const auto acked = [&](std::uint32_t length, std::uint32_t by) {
    return mss(1460).client(ack, 1, 1, length).client(ack, 1 + length, 1, 700).server(ack, 1, by).faults();
  };
  EXPECT_EQ(acked(1000, 1001), Faults{});
  EXPECT_EQ(acked(1000, 1000), Faults{"6 ack.rcv_nxt"});
  EXPECT_EQ(acked(1000, 1002), Faults{"6 ack.rcv_nxt"});
  EXPECT_EQ(acked(1000, 901), Faults{}) << "a device may have cut it";
  // One that is too large for the other side will be cut, but not so that a byte is left in front.
  EXPECT_EQ(acked(2921, 2), Faults{"6 ack.rcv_nxt"});
  EXPECT_EQ(acked(2921, 1461), Faults{});
  EXPECT_EQ(acked(2921, 2921), Faults{}) << "two of 1460, and a byte";
  EXPECT_EQ(acked(1462, 1462), Faults{"6 ack.rcv_nxt"}) << "in no two pieces of one size and a byte";
}

TEST(Faults, an_ack_of_what_was_not_captured_is_none) {
  Capture gap = Capture().handshake().client(ack, 1, 1, 10).lost().server(ack, 1, 11).client(ack, 11, 1, 10);
  EXPECT_EQ(gap.faults(), Faults{});
  EXPECT_TRUE(gap.stories[0].has_holes);
  Capture last = Capture().handshake().client(ack, 1, 1, 10).lost().server(ack, 1, 11);
  EXPECT_EQ(last.faults(), Faults{});
  EXPECT_EQ(last.stories[0].doubtful, std::vector<std::uint64_t>{5});
  EXPECT_EQ(Capture().client(ack, 50, 70, 10).lost().server(ack, 70, 60).client(ack, 60, 70).faults(),
            Faults{});
}

TEST(Faults, data_beyond_the_window) {
  const Capture sent = Capture().handshake().client(ack, 1, 1, 1100);
  EXPECT_EQ(Capture(sent).server(ack, 1, 1).faults(), Faults{"4 window.right_edge"});
  EXPECT_EQ(Capture().handshake().client(ack, 1, 1, 1001).server(ack, 1, 1).faults(), Faults{}) << "a probe";
  EXPECT_EQ(Capture(sent).server(ack, 1, 1101).faults(), Faults{}) << "a window update may be missing";
  EXPECT_EQ(Capture(sent).faults(), Faults{}) << "nothing tells";
  EXPECT_EQ(Capture().server(syn_ack, 0, 1).client(ack, 1, 1, 1100).server(ack, 1, 1).faults(), Faults{})
      << "the scale is not known";
}

TEST(Faults, data_beyond_the_window_out_of_place) {
  // The window ends at 1001, and has moved on when the next ACK comes.
  const Capture open = Capture().handshake().client(ack, 1, 1, 90);
  const auto then = [&](std::uint32_t seq, std::uint32_t next) {
    Capture capture = Capture(open).client(ack, seq, 1, 100).server(ack, 1, 91).client(ack, next, 1, 100);
    return capture.server(ack, 1, next + 100);
  };
  EXPECT_EQ(then(950, 91).faults(), Faults{"5 window.right_edge"}) << "nothing is missing";
  EXPECT_EQ(then(950, 191).faults(), Faults{"5 window.right_edge"}) << "what should be there is missing";
  EXPECT_EQ(then(991, 191).faults(), Faults{}) << "one of a row of segments that are missing";
  Capture update =
      Capture().handshake().client(ack, 1, 1, 1000).client(ack, 1001, 1, 100).server(ack, 1, 1101);
  EXPECT_EQ(update.faults(), Faults{}) << "it goes on: a window update may be missing";
}

TEST(Faults, data_within_a_scaled_window) {
  Capture scaled = Capture().client(syn, 0).option(wire::WindowScale{7}).server(syn_ack, 0, 1);
  scaled.option(wire::WindowScale{7})
      .client(ack, 1, 1)
      .server(ack, 1, 1)
      .client(ack, 1, 1, 60000)
      .server(ack, 1, 1);
  EXPECT_EQ(scaled.faults(), Faults{});
}

TEST(Faults, data_within_a_window_that_is_scaled_by_fourteen) {
  const auto sent = [](std::uint32_t length) {
    Capture capture = Capture().client(syn, 0).option(wire::WindowScale{14}).server(syn_ack, 0, 1);
    capture.option(wire::WindowScale{14}).client(ack, 1, 1).server(ack, 1, 1).window(3);
    return capture.client(ack, 1, 1, length).server(ack, 1, 1).window(3).faults();
  };
  EXPECT_EQ(sent(3 << 14), Faults{});
  EXPECT_EQ(sent((3 << 14) + 1000), Faults{"5 window.right_edge"});
}

TEST(Explainer, numbers_may_wrap) {
  for (const std::uint32_t iss : {4294967290u, 4294967294u, 4294967295u}) {
    const Capture said = Capture(iss, iss - 1).handshake().client(ack, 1, 1, 10).server(ack, 1, 11, 10);
    Capture closed = Capture(said).client(fin_ack, 11, 11).server(fin_ack, 11, 12).client(ack, 12, 12);
    EXPECT_EQ(closed.faults(), Faults{});
    EXPECT_EQ(closed.stories[0].ending, "closed by both");
    EXPECT_EQ(closed.stories[0].sent, (std::array<std::uint64_t, 2>{10, 10}));
    EXPECT_EQ(Capture(said).client(ack, 21, 11, 10).last(),
              "10 bytes of data, out of order: 10 bytes before it not seen yet; acknowledges 10 bytes");
    EXPECT_NE(Capture(said).client(ack, 11, 12).client(ack, 11, 12).server(ack, 11, 11, 10).faults(),
              Faults{});
  }
}

TEST(Faults, a_fin_at_two_numbers) {
  const Capture closed = Capture().handshake().client(fin_ack, 1, 1);
  EXPECT_EQ(Capture(closed).client(fin_ack, 3, 1).faults(), Faults{"5 seq.fin.kept"});
  EXPECT_EQ(Capture(closed).client(fin_ack, 1, 1).faults(), Faults{});
  EXPECT_EQ(Capture(closed).client(ack, 2, 1, 5).faults(), Faults{"5 close.last"});
  EXPECT_EQ(Capture().handshake().client(fin_ack, 1, 1, 5).client(fin_ack, 6, 1).faults(), Faults{});
}

TEST(Faults, a_syn_behind_a_fin) {
  const Capture closed = Capture().handshake().client(fin_ack, 1, 1).server(ack, 1, 2);
  EXPECT_EQ(Capture(closed).client(syn, 7000).faults(), Faults{"6 open.already_exists"});
  EXPECT_EQ(Capture(closed).client(syn, 0).faults(), Faults{}) << "an old one";
  EXPECT_EQ(Capture(closed).client(syn, 7000).after(std::chrono::minutes(2)).faults(), Faults{})
      << "given up";
}

Capture stamped_connection() {
  Capture open = Capture().client(syn, 0).stamped(100, 0).server(syn_ack, 0, 1).stamped(900, 100);
  return open.client(ack, 1, 1).stamped(101, 900).client(ack, 1, 1, 5).stamped(105, 900);
}

TEST(Faults, an_echo_of_a_timestamp_never_sent) {
  const Capture open = stamped_connection();
  EXPECT_EQ(Capture(open).server(ack, 1, 6).stamped(901, 105).faults(), Faults{});
  EXPECT_EQ(Capture(open).server(ack, 1, 6).stamped(901, 90).faults(), Faults{"5 timestamps.echo"});
  for (const std::uint32_t wrong : {102u, 104u, 106u, 5000u}) {
    Capture last = Capture(open).server(ack, 1, 6).stamped(901, wrong);
    EXPECT_EQ(last.faults(), wrong < 105 ? Faults{"5 timestamps.echo"} : Faults{}) << wrong;
    EXPECT_EQ(last.client(ack, 6, 1, 5).stamped(5001, 901).faults(), Faults{"5 timestamps.echo"}) << wrong;
  }
  EXPECT_EQ(Capture(open).server(ack, 1, 6).stamped(901, 2'000'105).faults(), Faults{"5 timestamps.echo"})
      << "no clock is that fast";
  Capture late = Capture(open).server(ack, 1, 6).stamped(901, 106).client(ack, 6, 1, 5).stamped(106, 900);
  EXPECT_EQ(late.faults(), Faults{}) << "captured the other way round";
  Capture opening = Capture().client(syn, 0).stamped(100, 0).server(syn_ack, 0, 1).stamped(900, 101);
  EXPECT_EQ(opening.client(ack, 1, 1).stamped(102, 900).faults(), Faults{"2 timestamps.echo"});
  Capture reused = Capture().client(syn, 0).stamped(100, 0).server(ack, 9, 9).stamped(900, 7);
  EXPECT_EQ(reused.faults(), Faults{}) << "TIME-WAIT speaks of another connection";
}

TEST(Faults, an_echo_of_what_may_not_have_been_captured_is_none) {
  const Capture open = stamped_connection();
  const auto after_hole = [&](std::uint32_t echo, std::uint32_t then) {
    Capture capture = Capture(open).client(ack, 6, 1, 5).stamped(110, 900).lost();
    return capture.server(ack, 1, 11).stamped(901, echo).client(ack, 11, 1, 5).stamped(then, 901);
  };
  EXPECT_EQ(after_hole(110, 111).faults(), Faults{});
  EXPECT_EQ(after_hole(108, 5000).faults(), Faults{});
  EXPECT_EQ(after_hole(5000, 111).faults(), Faults{"6 timestamps.echo"}) << "it did not go so far";
  EXPECT_EQ(after_hole(90, 111).faults(), Faults{"6 timestamps.echo"}) << "it began behind that";
  Capture cut = Capture(open).client(ack, 6, 1, 5).cut().server(ack, 1, 11).stamped(901, 110);
  EXPECT_EQ(cut.faults(), Faults{}) << "of what was cut the timestamp is not known";
}

TEST(Faults, an_echo_of_a_bare_ack_that_was_not_captured_is_none) {
  const auto numbered = [](std::uint16_t step) {
    Capture open = Capture().client(syn, 0).stamped(100, 0).server(syn_ack, 0, 1).stamped(900, 100);
    open.client(ack, 1, 1).stamped(101, 900).id(7).server(ack, 1, 1, 5).stamped(901, 101);
    open.client(ack, 1, 6).stamped(105, 901).id(8).lost().server(ack, 6, 1, 5).stamped(950, 105);
    return open.client(ack, 1, 11).stamped(150, 950).id(static_cast<std::uint16_t>(7 + step)).faults();
  };
  EXPECT_EQ(numbered(2), Faults{}) << "the packets are numbered, and one is missing";
  EXPECT_EQ(numbered(1), Faults{"6 timestamps.echo"}) << "none is missing";
}

TEST(Faults, an_echo_that_moves_back) {
  // Segments of 5 bytes, each a tick later, and their ACKs.
  Capture open = stamped_connection();
  open.client(ack, 6, 1, 5).stamped(106, 900).client(ack, 11, 1, 5).stamped(107, 900);
  Capture back = Capture(open).server(ack, 1, 11).stamped(901, 106).server(ack, 1, 16).stamped(902, 105);
  EXPECT_EQ(Capture(back).server(ack, 1, 16).stamped(903, 107).faults(), Faults{"8 timestamps.echo"});
  EXPECT_EQ(Capture(back).faults(), Faults{"8 timestamps.echo"});
  Capture ahead = Capture(open).server(ack, 1, 6).stamped(901, 107).server(ack, 1, 11).stamped(902, 106);
  EXPECT_EQ(ahead.server(ack, 1, 11).stamped(903, 106).faults(), Faults{"7 timestamps.echo"});
  Capture overtaken = Capture(open).server(ack, 1, 16).stamped(902, 107).server(ack, 1, 11).stamped(901, 106);
  EXPECT_EQ(overtaken.server(ack, 1, 16).stamped(903, 107).faults(), Faults{});
  Capture data =
      Capture(open).server(ack, 1, 11, 5).stamped(901, 106).server(ack, 6, 11, 5).stamped(901, 105);
  EXPECT_EQ(data.server(ack, 11, 16).stamped(902, 107).faults(), Faults{"8 timestamps.echo"})
      << "of one tick, but new data";
}

TEST(Faults, options_that_were_not_agreed_on) {
  const Capture open = Capture().handshake();
  EXPECT_EQ(Capture(open).client(ack, 1, 1).stamped(1, 1).faults(), Faults{"4 timestamps.forbidden"});
  EXPECT_EQ(Capture(open).client(ack, 1, 1).option(wire::Sack{{{SeqNum(1), SeqNum(2)}}}).faults(),
            Faults{"4 sack.forbidden"});
  EXPECT_EQ(Capture(open).client(ack, 1, 1).option(wire::Mss{1460}).faults(), Faults{"4 option.syn_only"});
  EXPECT_EQ(Capture().client(ack, 1, 1).stamped(1, 1).server(ack, 1, 1).stamped(1, 1).faults(), Faults{});
}

TEST(Faults, a_wrong_checksum_where_others_are_right) {
  using capture::Checksum;
  Capture open =
      Capture().handshake().checksum(Checksum::right).client(ack, 1, 1, 5).checksum(Checksum::wrong);
  EXPECT_EQ(Capture(open).client(ack, 1, 1, 5).server(ack, 1, 6).faults(), Faults{"4 checksum.bad.drop"});
  EXPECT_EQ(Capture().handshake().client(ack, 1, 1, 5).checksum(Checksum::wrong).faults(), Faults{})
      << "left to a device";
}

TEST(Faults, a_segment_without_flags) {
  EXPECT_EQ(Capture().handshake().client(Flags{Flag::psh}, 1, 0, 3).faults(), Faults{"4 ack.always"});
}

TEST(Explainer, options_of_a_syn_that_were_cut_are_not_known) {
  Capture open = Capture().client(syn, 0).cut().server(syn_ack, 0, 1).stamped(900, 100).client(ack, 1, 1);
  open.stamped(101, 900).server(ack, 1, 1).stamped(901, 101).client(ack, 1, 1, 1500).stamped(102, 901);
  EXPECT_EQ(open.server(ack, 1, 1).stamped(902, 102).faults(), Faults{});
}

TEST(Explainer, follows_one_side_alone_and_data_that_was_cut) {
  Capture one = Capture().handshake().client(ack, 1, 1, 300).cut().client(ack, 301, 1, 300).cut();
  EXPECT_EQ(one.faults(), Faults{});
  EXPECT_EQ(one.stories[0].sent[0], 600u);
  Capture alone = Capture().client(ack, 1, 1, 300).client(ack, 301, 1, 300).client(fin_ack, 601, 5);
  EXPECT_EQ(alone.faults(), Faults{});
  EXPECT_FALSE(alone.stories[0].seen[1]);
  EXPECT_FALSE(alone.stories[0].from_the_start);
  EXPECT_EQ(alone.stories[0].ending, ":40000 has sent its FIN");
}

TEST(Explainer, a_side_that_was_not_captured_has_received_what_came_before) {
  Capture alone = Capture().client(ack, 1, 1, 10).client(ack, 11, 1, 10).lost();
  EXPECT_EQ(alone.client(ack, 21, 1, 10).client(fin_ack, 31, 1).faults(), Faults{});
  EXPECT_EQ(alone.stories[0].states[1], State::close_wait);
}

}  // namespace
}  // namespace tcpcraft::explain
