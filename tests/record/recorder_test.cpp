#include <gtest/gtest.h>

#include <tcpcraft/scenario/format.hpp>

#include "talk.hpp"

namespace tcpcraft::record {
namespace {

TEST(Record, numbers_that_are_derived_are_left_out) {
  const Talk talk = Talk()
                        .handshake()
                        .pass("> PSH-ACK seq=1001 ack=5001 \"hi\"")
                        .pass("< ACK seq=5001 ack=1003")
                        .pass("> ACK seq=1001 ack=5001 \"hi\"")
                        .pass("< ACK seq=5001 ack=1003");
  EXPECT_EQ(talk.steps(),
            "  - use:    handshake\n"
            "  - send:   PSH-ACK \"hi\"\n"
            "  - expect: ACK\n"
            "  - send:   ACK seq=1 \"hi\"\n"
            "  - expect: ACK\n"
            "  - state:  ESTABLISHED\n");
}

TEST(Record, what_the_kernel_sends_of_its_own_accord_is_a_call) {
  const Talk talk = Talk()
                        .handshake()
                        .pass("> PSH-ACK seq=1001 ack=5001 \"GET\"")
                        .pass("< ACK seq=5001 ack=1004")
                        .pass("< ACK seq=5001 ack=1004 \"answ\"")
                        .pass("< PSH-ACK seq=5005 ack=1004 \"er\"")
                        .pass("< FIN-ACK seq=5007 ack=1004")
                        .pass("> ACK seq=1004 ack=5008");
  EXPECT_EQ(talk.steps(),
            "  - use:    handshake\n"
            "  - send:   PSH-ACK \"GET\"\n"
            "  - expect: ACK\n"
            "  - app:    read\n"
            "  - app:    write \"answer\"\n"
            "  - expect: ACK \"answ\"\n"
            "  - expect: PSH-ACK \"er\"\n"
            "  - app:    close\n"
            "  - expect: FIN-ACK\n"
            "  - send:   ACK\n"
            "  - state:  FIN-WAIT-2\n");
}

TEST(Record, only_the_times_of_timers_are_written) {
  const Talk talk = Talk()
                        .handshake()
                        .pass("> PSH-ACK seq=1001 ack=5001 \"x\"", 5s)
                        .pass("< PSH-ACK seq=5001 ack=1002 \"x\"", 2ms)
                        .pass("< PSH-ACK seq=5001 ack=1002 \"x\"", 200ms)
                        .pass("> ACK seq=1002 ack=5002", 10ms)
                        .pass("> RST seq=1002", 5s);
  EXPECT_EQ(talk.steps("echo"),
            "  - use:    handshake\n"
            "  - send:   PSH-ACK \"x\"\n"
            "  - expect: PSH-ACK \"x\"\n"
            "  - expect: PSH-ACK seq=1 \"x\" in 96ms..430ms\n"
            "  - wait:   10ms\n"
            "  - send:   ACK\n"
            "  - send:   RST\n");
}

TEST(Record, what_is_hostile_is_only_text) {
  const Talk talk =
      Talk().handshake().pass("> PSH-ACK seq=1001 ack=5001 \"a: b # \\x00\\xff\\n'\\\"${x}\\x1b[2J\"");
  const Recorded recorded = talk.recorded("discard");
  ASSERT_EQ(recorded.refused, "");
  const scenario::Reading reading = scenario::read({"x.scn", recorded.text}, {});
  ASSERT_EQ(reading.scenarios.size(), 1u) << recorded.text;
  const auto& send = std::get<scenario::Send>(reading.scenarios[0].steps[3].action);
  const std::string data("a: b # \x00\xff\n'\"${x}\x1b[2J", 20);
  EXPECT_EQ(std::get<wire::Bytes>(send.segment.spec.payload), wire::Bytes(data.begin(), data.end()));
  for (const char c : recorded.text) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~'));
}

TEST(Record, what_cannot_be_played_is_refused) {
  EXPECT_NE(
      Talk().pass("> ACK seq=1001 ack=5001").pass("< RST seq=5001").recorded().refused.find("in the midst"),
      std::string::npos);
  EXPECT_NE(Talk().pass("> SYN seq=1000").recorded().refused.find("nothing of 127.0.0.1:9877"),
            std::string::npos);
  EXPECT_NE(Talk().pass("< SYN-ACK seq=1 ack=2").recorded().refused.find("nothing of 127.0.0.1:40000"),
            std::string::npos);
}

TEST(Record, no_state_is_stated_where_the_kernel_acknowledged_something_else_than_it_should_have) {
  Talk talk = Talk().handshake();
  talk.pass("> FIN-ACK seq=1001 ack=5001");
  EXPECT_NE(Talk(talk).pass("< ACK seq=5001 ack=1002").steps().find("state:"), std::string::npos);
  const std::string other = Talk(talk).pass("< ACK seq=5001 ack=1001").steps();
  EXPECT_NE(other.find("  - expect: ACK ack=1\n"), std::string::npos) << other;
  EXPECT_EQ(other.find("state:"), std::string::npos) << other;
}

TEST(Record, an_mss_of_zero_is_none) {
  Talk talk;
  talk.pass("> SYN seq=1000 <mss 0>").pass("< SYN-ACK seq=5000 ack=1001").pass("> ACK seq=1001 ack=5001");
  const std::string sent = "\"" + std::string(536, 'x') + "\"";
  EXPECT_NE(talk.pass("< PSH-ACK seq=5001 ack=1001 " + sent).steps().find("  - expect: PSH-ACK len=536\n"),
            std::string::npos)
      << talk.steps();
}

TEST(Record, holes_are_refused) {
  const Talk ours = Talk().handshake().pass("< ACK seq=5001 ack=1005");
  EXPECT_EQ(
      ours.recorded().refused,
      "packet 4 acknowledges what 127.0.0.1:40000 is not seen to send: some of it is not in the capture");
  const Talk theirs = Talk().handshake().pass("> ACK seq=1001 ack=5003");
  EXPECT_NE(theirs.recorded().refused.find("acknowledges what 127.0.0.1:9877"), std::string::npos);
  const Talk whole = Talk()
                         .handshake()
                         .pass("> ACK seq=1003 ack=5001 \"b\"")
                         .pass("< ACK seq=5001 ack=1001")
                         .pass("> ACK seq=1001 ack=5001 \"aa\"")
                         .pass("< ACK seq=5001 ack=1004");
  EXPECT_EQ(whole.recorded().refused, "");
}

TEST(Record, what_crossed_stands_in_the_order_in_which_the_kernel_saw_it) {
  const Talk talk = Talk()
                        .handshake()
                        .pass("> FIN-ACK seq=1001 ack=5001")
                        .pass("< PSH-ACK seq=5001 ack=1001 \"hi\"")
                        .pass("< ACK seq=5003 ack=1002");
  EXPECT_EQ(talk.steps(),
            "  - use:    handshake\n"
            "  - app:    write \"hi\"\n"
            "  - expect: PSH-ACK \"hi\"\n"
            "  - send:   FIN-ACK ack=1\n"
            "  - expect: ACK\n"
            "  - state:  CLOSE-WAIT\n");
}

TEST(Record, what_a_device_cuts_is_expected_in_pieces) {
  Talk talk;
  talk.pass("> SYN seq=1000 <mss 100>")
      .pass("< SYN-ACK seq=5000 ack=1001 <mss 1460>")
      .pass("> ACK seq=1001 ack=5001");
  talk.pass("< FIN-PSH-ACK seq=5001 ack=1001 \"" + std::string(250, 'x') + "\"");
  EXPECT_EQ(talk.steps(),
            "  - use:    handshake\n"
            "  - app:    set TCP_CORK on\n"
            "  - app:    write len=250\n"
            "  - expect: ACK len=100\n"
            "  - expect: ACK len=100\n"
            "  - app:    close\n"
            "  - expect: FIN-PSH-ACK len=50\n"
            "  - state:  FIN-WAIT-1\n");
}

TEST(Record, data_that_was_cut_is_told_by_its_length) {
  Talk talk = Talk().handshake();
  talk.pass("> PSH-ACK seq=1001 ack=5001 \"GET\"").cut_to(1);
  talk.pass("< PSH-ACK seq=5001 ack=1004 \"answer\"").cut_to(2);
  EXPECT_EQ(talk.steps(),
            "  - use:    handshake\n"
            "  - send:   PSH-ACK len=3  # of its data, 2 bytes are not in the capture\n"
            "  - app:    read\n"
            "  - app:    write len=6\n"
            "  - expect: PSH-ACK len=6  # of its data, 4 bytes are not in the capture\n"
            "  - state:  ESTABLISHED\n");
}

TEST(Record, messages_about_what_the_kernel_sent_are_sent_again) {
  const Talk talk = Talk()
                        .handshake()
                        .pass("< PSH-ACK seq=5001 ack=1001 \"x\"")
                        .report({"host-unreachable", {}, {}, {}})
                        .pass("> ACK seq=1001 ack=5002");
  EXPECT_NE(talk.steps().find("  - expect: PSH-ACK \"x\"\n"
                              "  - send:   ICMP host-unreachable\n"
                              "  - send:   ACK\n"),
            std::string::npos)
      << talk.steps();
}

TEST(Record, data_that_overtakes_its_end_is_no_hole) {
  const Talk talk = Talk()
                        .handshake()
                        .pass("> FIN-ACK seq=1003 ack=5001 \"b\"")
                        .pass("< ACK seq=5001 ack=1001")
                        .pass("> ACK seq=1001 ack=5001 \"aa\"")
                        .pass("< ACK seq=5001 ack=1005");
  EXPECT_EQ(talk.recorded().refused, "");
}

TEST(Record, an_acknowledgement_of_what_was_never_sent_is_no_hole) {
  Talk talk = Talk().handshake().pass("> ACK seq=1001 ack=6001");
  EXPECT_NE(talk.recorded().refused, "") << "it may have been sent";
  talk.pass("< ACK seq=5001 ack=1001");
  EXPECT_EQ(talk.steps(),
            "  - use:    handshake\n"
            "  - send:   ACK ack=1001\n"
            "  - expect: ACK\n"
            "  - state:  ESTABLISHED\n");
}

TEST(Record, windows_that_tell_acknowledgements_apart_are_written) {
  Talk talk = Talk().handshake();
  talk.pass("< PSH-ACK seq=5001 ack=1001 \"x\"")
      .pass("> ACK seq=1001 ack=5001 win=30000")
      .pass("> ACK seq=1001 ack=5001 win=40000")
      .pass("> ACK seq=1001 ack=5001 win=40000");
  EXPECT_NE(talk.steps().find("  - send:   ACK ack=1 win=30000\n"
                              "  - send:   ACK ack=1 win=40000\n"
                              "  - send:   ACK ack=1 win=40000\n"),
            std::string::npos)
      << talk.steps();
}

TEST(Record, a_clock_that_goes_back_is_written) {
  Talk talk;
  talk.pass("> SYN seq=1000 <ts 100:0>")
      .pass("< SYN-ACK seq=5000 ack=1001 <ts 900:100>")
      .pass("> ACK seq=1001 ack=5001 <ts 101:900>")
      .pass("> PSH-ACK seq=1001 ack=5001 <ts 60:900> \"old\"")
      .pass("< ACK seq=5001 ack=1001 <ts 901:101>");
  EXPECT_NE(talk.steps().find("- send:   PSH-ACK <ts now-41:echo> \"old\"\n  - expect: ACK\n"),
            std::string::npos)
      << talk.steps();
}

TEST(Record, what_says_nothing_new_came_behind_what_drew_it) {
  const Talk talk =
      Talk().handshake().pass("> PSH-ACK seq=1001 ack=5001 \"x\"").pass("< ACK seq=5001 ack=1001");
  EXPECT_EQ(talk.steps(),
            "  - use:    handshake\n"
            "  - send:   PSH-ACK \"x\"\n"
            "  - expect: ACK ack=1\n"
            "  - state:  ESTABLISHED\n");
}

TEST(Record, the_order_of_the_capture_can_be_kept) {
  const Talk talk =
      Talk().handshake().pass("> FIN-ACK seq=1001 ack=5001").pass("< PSH-ACK seq=5001 ack=1001 \"hi\"");
  EXPECT_NE(talk.steps("", {.script = true}).find("\"hi\"\n  - send:   FIN-ACK"), std::string::npos);
  EXPECT_NE(talk.steps("", {.script = true, .as_captured = true}).find("FIN-ACK\n  - app:    write \"hi\""),
            std::string::npos);
}

TEST(Record, whether_an_acknowledgement_comes_alone_can_be_left_open) {
  const Talk talk = Talk()
                        .handshake()
                        .pass("> PSH-ACK seq=1001 ack=5001 \"x\"")
                        .pass("< ACK seq=5001 ack=1002", 40ms)
                        .pass("< PSH-ACK seq=5001 ack=1002 \"y\"");
  EXPECT_EQ(talk.steps("", {.script = true, .lone_acks = true}),
            "  - use:      handshake\n"
            "  - send:     PSH-ACK \"x\"\n"
            "  - optional: ACK\n"
            "  - app:      read\n"
            "  - optional: ACK\n"
            "  - app:      write \"y\"\n"
            "  - expect:   PSH-ACK \"y\"\n"
            "  - state:    ESTABLISHED\n");
}

TEST(Record, each_segment_can_be_written_for_itself) {
  const Talk talk =
      Talk().handshake().pass("< ACK seq=5001 ack=1001 \"a\"").pass("< PSH-ACK seq=5002 ack=1001 \"b\"");
  EXPECT_EQ(talk.steps("", {.script = true, .pieces = true}).find("write \"ab\""), std::string::npos);
  EXPECT_NE(talk.steps("", {.script = true, .pieces = true})
                .find("  - app:    write \"a\"\n  - expect: PSH-ACK \"a\"\n"),
            std::string::npos);
}

TEST(Record, pauses_that_the_kernel_goes_by_are_kept_and_no_others) {
  Talk talk = Talk().handshake();
  talk.pass("> PSH-ACK seq=1001 ack=5001 \"x\"", 5s)
      .pass("< ACK seq=5001 ack=1002")
      .pass("< PSH-ACK seq=5001 ack=1002 \"y\"", 5ms)
      .pass("> ACK seq=1002 ack=5002", 40ms)
      .pass("> PSH-ACK seq=1002 ack=5002 \"x\"", 5s)
      .pass("< ACK seq=5002 ack=1003")
      .pass("< PSH-ACK seq=5002 ack=1003 \"z\"", 5ms);
  EXPECT_EQ(talk.steps(),
            "  - use:    handshake\n"
            "  - send:   PSH-ACK \"x\"\n"
            "  - expect: ACK\n"
            "  - app:    read\n"
            "  - app:    write \"y\"\n"
            "  - expect: PSH-ACK \"y\"\n"
            "  - send:   ACK\n"
            "  - wait:   600ms\n"
            "  - send:   PSH-ACK \"x\"\n"
            "  - expect: ACK\n"
            "  - app:    read\n"
            "  - app:    write \"z\"\n"
            "  - expect: PSH-ACK \"z\"\n"
            "  - state:  ESTABLISHED\n");
}

TEST(Record, probes_of_the_peer_come_no_sooner_than_the_kernel_answers_them) {
  Talk talk = Talk().handshake();
  for (int i = 0; i < 2; ++i) talk.pass("> ACK seq=1000 ack=5001", 10s).pass("< ACK seq=5001 ack=1001");
  EXPECT_NE(talk.steps().find("  - wait:   600ms\n  - send:   ACK seq=0\n  - expect: ACK\n"
                              "  - wait:   600ms\n  - send:   ACK seq=0\n  - expect: ACK\n"),
            std::string::npos)
      << talk.steps();
  EXPECT_EQ(talk.recorded().text.find("sysctl"), std::string::npos);
}

TEST(Record, a_kernel_that_answers_too_often_has_no_limit) {
  Talk talk = Talk().handshake();
  for (int i = 0; i < 3; ++i) talk.pass("> ACK seq=1000 ack=5001").pass("< ACK seq=5001 ack=1001");
  EXPECT_NE(talk.recorded().text.find("sysctl: {tcp_invalid_ratelimit: 0}"), std::string::npos)
      << talk.recorded().text;
}

TEST(Record, a_line_is_marked_in_the_layout_of_fmt) {
  const std::string text = Talk().handshake().pass("> RST seq=1001").recorded().text;
  const std::size_t line = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  const std::string marked = with_comment(text, line, "why: # not");
  EXPECT_TRUE(marked.ends_with("  - send: RST  # why: # not\n")) << marked;
  EXPECT_EQ(scenario::format({"x.scn", marked}, {}).text, marked);
  EXPECT_EQ(with_comment(text, line + 5, "beyond"), text);
}

TEST(Record, the_layout_is_that_of_fmt) {
  const Recorded recorded = Talk().handshake().pass("> RST seq=1001").recorded();
  EXPECT_EQ(scenario::format({"x.scn", recorded.text}, {}).text, recorded.text);
}

}  // namespace
}  // namespace tcpcraft::record
