// What captures of somebody else's traffic are like, and what is made of it.

#include "talk.hpp"

namespace tcpcraft::record {
namespace {

TEST(Peculiar, numbers_that_wrap) {
  Talk talk;
  talk.pass("> SYN seq=4294967294")
      .pass("< SYN-ACK seq=4294967295 ack=4294967295")
      .pass("> ACK seq=4294967295 ack=0")
      .pass("> PSH-ACK seq=4294967295 ack=0 \"hello\"")
      .pass("< ACK seq=0 ack=4")
      .pass("< PSH-ACK seq=0 ack=4 \"you\"")
      .pass("> ACK seq=4 ack=3");
  EXPECT_NE(talk.recorded().text.find("\npeer:\n  iss: 4294967294\n"), std::string::npos)
      << talk.recorded().text;
  EXPECT_EQ(talk.steps(),
            "  - use:    handshake\n"
            "  - send:   PSH-ACK \"hello\"\n"
            "  - expect: ACK\n"
            "  - app:    read\n"
            "  - app:    write \"you\"\n"
            "  - expect: PSH-ACK \"you\"\n"
            "  - send:   ACK\n"
            "  - state:  ESTABLISHED\n");
}

/// A connection that opens with these options, and a question.
Talk opened_with(const std::string& client, const std::string& server, const std::string& from_client = "",
                 const std::string& from_server = "") {
  Talk talk;
  talk.pass("> SYN seq=1000" + client)
      .pass("< SYN-ACK seq=5000 ack=1001" + server)
      .pass("> ACK seq=1001 ack=5001 win=4" + from_client)
      .pass("> PSH-ACK seq=1001 ack=5001 win=4" + from_client + " \"hi\"")
      .pass("< ACK seq=5001 ack=1003" + from_server);
  return talk;
}

TEST(Peculiar, timestamps_on_and_off) {
  const std::string on =
      opened_with(" <mss 1460, ts 7:0>", " <mss 65495, ts 9:7>", " <ts 7:9>", " <ts 9:7>").recorded().text;
  EXPECT_NE(on.find("timestamps: true"), std::string::npos) << on;
  EXPECT_EQ(on.find("<ts"), std::string::npos) << "they are the scenario's own: " << on;
  EXPECT_EQ(on.find("sysctl"), std::string::npos) << on;
  const std::string refused = opened_with(" <mss 1460, ts 7:0>", " <mss 65495>").recorded().text;
  EXPECT_NE(refused.find("sysctl: {tcp_timestamps: 0}"), std::string::npos) << refused;
  const std::string off = opened_with(" <mss 1460>", " <mss 65495>").recorded().text;
  EXPECT_EQ(off.find("timestamps"), std::string::npos) << off;
}

TEST(Peculiar, a_window_that_is_scaled_by_fourteen) {
  Talk talk = opened_with(" <mss 1460, wscale 14>", " <mss 65495, wscale 10>");
  const std::string text = talk.pass("> PSH-ACK seq=1003 ack=5001 win=5 \"x\"").recorded().text;
  EXPECT_NE(text.find("wscale: 14"), std::string::npos) << text;
  EXPECT_NE(text.find("window: 4\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("win="), std::string::npos) << text;
}

TEST(Peculiar, blocks_of_sack_are_derived_of_the_kernel_and_kept_of_the_peer) {
  Talk talk = opened_with(" <mss 1460, sackok>", " <mss 65495, sackok>");
  talk.pass("> PSH-ACK seq=1006 ack=5001 win=4 \"later\"")
      .pass("< ACK seq=5001 ack=1003 <sack 1006:1011>")
      .pass("< PSH-ACK seq=5001 ack=1003 <sack 1006:1011> \"one\"")
      .pass("< PSH-ACK seq=5004 ack=1003 <sack 1006:1011> \"two\"")
      .pass("> ACK seq=1011 ack=5001 win=4 <sack 5004:5007>");
  const std::string steps = talk.steps();
  EXPECT_NE(steps.find("  - send:   PSH-ACK seq=6 \"later\"\n"
                       "  - expect: ACK\n"
                       "  - app:    read\n"
                       "  - app:    write \"one\"\n"
                       "  - expect: PSH-ACK \"one\"\n"),
            std::string::npos)
      << steps;
  EXPECT_NE(steps.find("  - send:   ACK ack=1 <sack 4:7>\n"), std::string::npos) << steps;
}

TEST(Peculiar, segments_of_the_peers_that_come_out_of_order_come_so_again) {
  EXPECT_EQ(Talk()
                .handshake()
                .pass("> PSH-ACK seq=1004 ack=5001 \"two\"")
                .pass("< ACK seq=5001 ack=1001")
                .pass("> ACK seq=1001 ack=5001 \"one\"")
                .pass("< ACK seq=5001 ack=1007")
                .steps(),
            "  - use:    handshake\n"
            "  - send:   PSH-ACK seq=4 \"two\"\n"
            "  - expect: ACK\n"
            "  - send:   ACK seq=1 \"one\"\n"
            "  - expect: ACK\n"
            "  - state:  ESTABLISHED\n");
}

/// The second of two segments of the kernel's is captured before the first, which is `late`.
std::string overtaken(const std::string& late, wire::Duration by = 100us) {
  return Talk()
      .handshake()
      .pass("< PSH-ACK seq=5004 ack=1001 <ts 10:1> \"two\"")
      .pass("> ACK seq=1001 ack=5001")
      .pass(late, by)
      .pass("> ACK seq=1001 ack=5007")
      .steps();
}

TEST(Peculiar, segments_of_the_kernels_that_were_captured_out_of_order_are_put_in_order) {
  const std::string steps = overtaken("< ACK seq=5001 ack=1001 <ts 10:1> \"one\"");
  EXPECT_NE(steps.find("  - expect: ACK <ts *:*> \"one\"\n"
                       "  - expect: PSH-ACK <ts *:*> \"two\"\n"
                       "  - send:   ACK ack=1\n"
                       "  - send:   ACK\n"),
            std::string::npos)
      << steps;
  for (const std::string& repeated : {overtaken("< ACK seq=5001 ack=1001 <ts 11:1> \"one\""),
                                      overtaken("< ACK seq=5001 ack=1001 <ts 10:1> \"one\"", 200ms)})
    EXPECT_LT(repeated.find("\"two\"\n"), repeated.find("\"one\"\n")) << repeated;
}

TEST(Peculiar, data_on_a_syn_was_written_before_it) {
  Talk talk;
  talk.pass("< SYN seq=5000 \"hello\"").pass("> SYN-ACK seq=1000 ack=5006").pass("< ACK seq=5006 ack=1001");
  EXPECT_NE(talk.recorded().text.find("tcp_fastopen: 5}"), std::string::npos) << talk.recorded().text;
  EXPECT_TRUE(
      talk.steps().starts_with("  - app:    set TCP_FASTOPEN_CONNECT 1\n"
                               "  - app:    connect -> ok\n"
                               "  - app:    write \"hello\"\n"
                               "  - expect: SYN \"hello\"\n"
                               "  - send:   SYN-ACK\n"
                               "  - expect: ACK\n"))
      << talk.steps();
}

TEST(Peculiar, data_on_a_syn_that_is_taken_is_accepted_and_read_before_the_handshake_ends) {
  Talk talk;
  talk.pass("> SYN seq=1000 \"hello\"")
      .pass("< SYN-ACK seq=5000 ack=1006")
      .pass("< PSH-ACK seq=5001 ack=1006 \"world\"")
      .pass("> ACK seq=1006 ack=5006");
  EXPECT_NE(talk.recorded().text.find("tcp_fastopen: 1538}"), std::string::npos) << talk.recorded().text;
  EXPECT_TRUE(
      talk.steps().starts_with("  - send:   SYN \"hello\"\n"
                               "  - expect: SYN-ACK ack=6\n"
                               "  - app:    accept\n"
                               "  - app:    read\n"
                               "  - app:    write \"world\"\n"
                               "  - expect: PSH-ACK \"world\"\n"))
      << talk.steps();
}

TEST(Peculiar, what_begins_in_the_midst_or_has_one_side_is_refused) {
  EXPECT_EQ(Talk().pass("> ACK seq=1001 ack=5001").pass("< ACK seq=5001 ack=1001").recorded().refused,
            "the capture begins in the midst of it, with packet 1: how it was opened is not known");
  EXPECT_EQ(Talk().pass("> SYN seq=1000").pass("> ACK seq=1001 ack=5001").recorded().refused,
            "nothing of 127.0.0.1:9877 was captured: there is nothing to expect of the kernel");
  EXPECT_EQ(Talk().pass("< SYN-ACK seq=5000 ack=1001").pass("< FIN-ACK seq=5001 ack=1001").recorded().refused,
            "nothing of 127.0.0.1:40000 was captured: what the peer is to send is not known");
}

}  // namespace
}  // namespace tcpcraft::record
