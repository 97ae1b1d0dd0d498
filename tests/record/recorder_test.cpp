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

TEST(Record, the_layout_is_that_of_fmt) {
  const Recorded recorded = Talk().handshake().pass("> RST seq=1001").recorded();
  EXPECT_EQ(scenario::format({"x.scn", recorded.text}, {}).text, recorded.text);
}

}  // namespace
}  // namespace tcpcraft::record
