// Long transfers, however they were cut.

#include <gtest/gtest.h>

#include "talk.hpp"

namespace tcpcraft::record {
namespace {

/// So many segments of 1000 bytes from one side, each of which the other acknowledges.
Talk transfer(bool from_kernel, std::uint32_t segments) {
  const std::string data = "\"" + std::string(1000, 'x') + "\"";
  Talk talk = Talk().handshake();
  talk.pass("> PSH-ACK seq=1001 ack=5001 \"GET\"").pass("< ACK seq=5001 ack=1004");
  for (std::uint32_t i = 0; i < segments; ++i) {
    const std::string sent = std::to_string((from_kernel ? 5001 : 1004) + 1000 * i);
    const std::string next = std::to_string((from_kernel ? 5001 : 1004) + 1000 * (i + 1));
    const bool ends = i % 8 == 7 || i + 1 == segments;
    const std::string flags = ends ? "PSH-ACK" : "ACK";
    if (from_kernel)
      talk.pass("< " + flags + " seq=" + sent + " ack=1004 " + data).pass("> ACK seq=1004 ack=" + next);
    else
      talk.pass("> " + flags + " seq=" + sent + " ack=5001 " + data).pass("< ACK seq=5001 ack=" + next);
  }
  return talk;
}

TEST(Transfers, a_long_transfer_from_the_kernel_is_a_stream) {
  EXPECT_EQ(transfer(true, 20).steps("script"),
            "  - use:    handshake\n"
            "  - send:   PSH-ACK \"GET\"\n"
            "  - expect: ACK\n"
            "  - app:    read\n"
            "  - app:    start write len=20000\n"
            "  - expect: stream len=20000\n"
            "  - send:   ACK\n"
            "  - app:    finish\n"
            "  - state:  ESTABLISHED\n");
}

TEST(Transfers, a_long_transfer_to_the_kernel_is_a_stream) {
  EXPECT_EQ(transfer(false, 20).steps("script"),
            "  - use:      handshake\n"
            "  - send:     PSH-ACK \"GET\"\n"
            "  - expect:   ACK\n"
            "  - app:      start read len=20003\n"
            "  - send:     stream len=20000\n"
            "  - app:      finish\n"
            "  - optional: ACK\n"
            "  - state:    ESTABLISHED\n");
}

TEST(Transfers, a_short_transfer_is_its_segments_until_they_do_not_pass) {
  const Talk talk = transfer(true, 3);
  EXPECT_EQ(talk.steps("script").find("stream"), std::string::npos);
  using enum Approach::Cut;
  EXPECT_NE(talk.steps("script", {.script = true, .cut = open}).find("expect: stream len=3000"),
            std::string::npos);
  EXPECT_EQ(transfer(true, 20).steps("script", {.script = true, .cut = captured}).find("stream"),
            std::string::npos);
}

TEST(Transfers, no_two_servers_cut_alike) {
  EXPECT_EQ(transfer(true, 3).steps("external"),
            "  - use:    handshake\n"
            "  - send:   PSH-ACK \"GET\"\n"
            "  - expect: ACK\n"
            "  - expect: stream len=3000\n"
            "  - send:   ACK\n"
            "  - state:  ESTABLISHED\n");
}

TEST(Transfers, of_a_server_that_may_close_first_the_ack_of_the_fin_may_come) {
  Talk talk = Talk().handshake().pass("> FIN-ACK seq=1001 ack=5001").pass("< FIN-ACK seq=5001 ack=1002");
  EXPECT_EQ(talk.pass("> ACK seq=1002 ack=5002").steps("external"),
            "  - use:      handshake\n"
            "  - send:     FIN-ACK\n"
            "  - expect:   FIN-ACK\n"
            "  - optional: ACK\n"
            "  - send:     ACK\n");
}

/// A transfer of which a segment was sent again, while the peer had no room.
Talk repaired() {
  const std::string data = "\"" + std::string(1000, 'x') + "\"";
  Talk talk = Talk().handshake();
  for (const char* seq : {"5001", "6001", "7001"})
    talk.pass("< ACK seq=" + std::string(seq) + " ack=1001 " + data);
  talk.pass("> ACK seq=1001 ack=8001 win=0").pass("< PSH-ACK seq=7001 ack=1001 " + data, 5ms);
  talk.pass("> ACK seq=1001 ack=8001 win=65535").pass("< PSH-ACK seq=8001 ack=1001 " + data);
  return talk.pass("> ACK seq=1001 ack=9001");
}

TEST(Transfers, what_was_lost_of_a_transfer_is_left_out_at_last) {
  using enum Approach::Cut;
  EXPECT_EQ(repaired().steps("script", {.script = true, .cut = open}),
            "  - use:    handshake\n"
            "  - app:    start write len=4000\n"
            "  - expect: stream len=4000\n"
            "  - send:   ACK\n"
            "  - app:    finish\n");
  EXPECT_NE(repaired().steps("script").find("  - send:   ACK win=0\n"), std::string::npos);
}

TEST(Transfers, what_is_sent_to_the_server_itself_is_sent_to_the_byte) {
  Talk talk = Talk().handshake();
  talk.pass("> ACK seq=1001 ack=5001 \"abc\"").pass("> ACK seq=1004 ack=5001 \"def\"");
  talk.pass("> ACK seq=1004 ack=5001 \"def\"").pass("> PSH-ACK seq=1007 ack=5001 \"g\"");
  talk.pass("< ACK seq=5001 ack=1008");
  EXPECT_EQ(talk.steps("external"),
            "  - use:   handshake\n"
            "  - send:  stream \"abcdefg\"\n"
            "  - state: ESTABLISHED\n");
}

TEST(Transfers, what_is_said_of_a_segment_in_a_transfer_keeps_it_apart) {
  Talk talk = transfer(true, 20);
  talk.pass("> ACK seq=1004 ack=25001 win=0");
  const std::string steps = talk.steps("script");
  EXPECT_NE(steps.find("  - app:    finish\n  - send:   ACK win=0\n"), std::string::npos) << steps;
}

}  // namespace
}  // namespace tcpcraft::record
