// The calls of an application that nobody saw, from what its kernel sent.

#include "talk.hpp"

namespace tcpcraft::record {
namespace {

Talk open() {
  return Talk().handshake();
}

TEST(Application, small_segments_that_do_not_wait_are_those_of_nodelay) {
  const Talk talk =
      open().pass("< PSH-ACK seq=5001 ack=1001 \"one\"").pass("< PSH-ACK seq=5004 ack=1001 \"two\"");
  EXPECT_EQ(talk.steps(),
            "  - use:    handshake\n"
            "  - app:    write \"one\"\n"
            "  - expect: PSH-ACK \"one\"\n"
            "  - app:    set TCP_NODELAY on\n"
            "  - app:    write \"two\"\n"
            "  - expect: PSH-ACK \"two\"\n"
            "  - state:  ESTABLISHED\n");
  const Talk waits = open()
                         .pass("< PSH-ACK seq=5001 ack=1001 \"one\"")
                         .pass("> ACK seq=1001 ack=5004")
                         .pass("< PSH-ACK seq=5004 ack=1001 \"two\"");
  EXPECT_EQ(waits.steps().find("TCP_NODELAY"), std::string::npos);
}

TEST(Application, what_the_peer_says_is_written_by_its_length_where_it_is_long_and_nobody_looks_at_it) {
  const auto asks = [](std::size_t size) {
    return open()
        .pass("> PSH-ACK seq=1001 ack=5001 \"" + std::string(size, 'x') + "\"")
        .pass("< PSH-ACK seq=5001 ack=" + std::to_string(1001 + size) + " \"answer\"")
        .steps();
  };
  EXPECT_NE(asks(201).find("  - send:   PSH-ACK len=201\n"), std::string::npos) << asks(201);
  EXPECT_NE(asks(200).find("  - send:   PSH-ACK \"xxx"), std::string::npos) << asks(200);
  const std::string long_line(300, 'x');
  const std::string echoed = open()
                                 .pass("> PSH-ACK seq=1001 ack=5001 \"" + long_line + "\"")
                                 .pass("< PSH-ACK seq=5001 ack=1301 \"" + long_line + "\"")
                                 .steps();
  EXPECT_NE(echoed.find("  - send:   PSH-ACK \"xxx"), std::string::npos) << "an echo server does: " << echoed;
}

TEST(Application, keep_alives_are_asked_for_before_the_silence_and_give_up_in_the_end) {
  const Talk talk = open()
                        .pass("< ACK seq=5000 ack=1001", 2s)
                        .pass("> ACK seq=1001 ack=5001")
                        .pass("< ACK seq=5000 ack=1001", 2s)
                        .pass("< ACK seq=5000 ack=1001", 1s)
                        .pass("< RST-ACK seq=5001 ack=1001", 1s);
  const std::string steps = talk.steps();
  EXPECT_TRUE(
      steps.starts_with("  - use:    handshake\n"
                        "  - app:    set TCP_KEEPIDLE 2\n"
                        "  - app:    set TCP_KEEPINTVL 2\n"
                        "  - app:    set SO_KEEPALIVE on\n"
                        "  - expect: ACK seq=0 in 990ms..4.1s\n"
                        "  - send:   ACK\n"))
      << steps;
  const Talk dies = open()
                        .pass("< ACK seq=5000 ack=1001", 3s)
                        .pass("< ACK seq=5000 ack=1001", 1s)
                        .pass("< RST-ACK seq=5001 ack=1001", 1s);
  EXPECT_NE(dies.steps().find("set TCP_KEEPIDLE 3\n"
                              "  - app:    set TCP_KEEPINTVL 1\n"
                              "  - app:    set TCP_KEEPCNT 2\n"
                              "  - app:    set SO_KEEPALIVE on\n"),
            std::string::npos)
      << dies.steps();
  EXPECT_EQ(dies.steps().find("close"), std::string::npos) << "it is the kernel that gives up";
}

TEST(Application, what_a_closed_window_holds_back_was_written_before_the_probe) {
  const Talk talk = open()
                        .pass("> ACK seq=1001 ack=5001 win=0")
                        .pass("< ACK seq=5000 ack=1001", 200ms)
                        .pass("> ACK seq=1001 ack=5001")
                        .pass("< PSH-ACK seq=5001 ack=1001 \"late\"");
  EXPECT_EQ(talk.steps(),
            "  - use:    handshake\n"
            "  - send:   ACK win=0\n"
            "  - app:    write \"late\"\n"
            "  - expect: ACK seq=0 in 96ms..430ms\n"
            "  - send:   ACK win=65535\n"
            "  - expect: PSH-ACK \"late\"\n");
  const Talk never = open().pass("> ACK seq=1001 ack=5001 win=0").pass("< ACK seq=5000 ack=1001", 200ms);
  EXPECT_NE(never.steps().find("- app:    write len=1\n"), std::string::npos) << never.steps();
}

TEST(Application, a_half_that_is_shut_still_receives) {
  const Talk talk = open()
                        .pass("< FIN-ACK seq=5001 ack=1001")
                        .pass("> PSH-ACK seq=1001 ack=5002 \"more\"")
                        .pass("< ACK seq=5002 ack=1005")
                        .pass("< RST-ACK seq=5002 ack=1005");
  EXPECT_EQ(talk.steps(),
            "  - use:    handshake\n"
            "  - app:    shutdown write\n"
            "  - expect: FIN-ACK\n"
            "  - send:   PSH-ACK \"more\"\n"
            "  - expect: ACK\n"
            "  - app:    close\n"
            "  - expect: RST-ACK\n");
  const Talk whole = open()
                         .pass("< FIN-ACK seq=5001 ack=1001")
                         .pass("> PSH-ACK seq=1001 ack=5002 \"more\"")
                         .pass("< RST seq=5002");
  EXPECT_EQ(whole.steps(),
            "  - use:    handshake\n"
            "  - app:    close\n"
            "  - expect: FIN-ACK\n"
            "  - send:   PSH-ACK \"more\"\n"
            "  - expect: RST\n");
}

TEST(Application, a_reset_of_its_own_accord_is_a_close_over_what_is_unread_or_one_that_does_not_linger) {
  const Talk unread = open()
                          .pass("> PSH-ACK seq=1001 ack=5001 \"x\"")
                          .pass("< ACK seq=5001 ack=1002")
                          .pass("< RST-ACK seq=5001 ack=1002");
  EXPECT_NE(unread.steps().find("- expect: ACK\n  - app:    close\n  - expect: RST-ACK\n"),
            std::string::npos);
  const Talk lingers = open().pass("< RST-ACK seq=5001 ack=1001");
  EXPECT_NE(lingers.steps().find("- app:    set SO_LINGER on 0\n  - app:    close\n  - expect: RST-ACK\n"),
            std::string::npos)
      << lingers.steps();
}

TEST(Application, what_lies_behind_a_gap_is_not_read) {
  const Talk talk = open()
                        .pass("> PSH-ACK seq=1011 ack=5001 \"later\"")
                        .pass("< ACK seq=5001 ack=1001")
                        .pass("< FIN-ACK seq=5001 ack=1001");
  EXPECT_EQ(talk.steps().find("read"), std::string::npos) << talk.steps();
}

TEST(Application, it_accepts_what_was_opened) {
  const Talk talk = Talk()
                        .pass("> SYN seq=1000")
                        .pass("< SYN-ACK seq=5000 ack=1001")
                        .pass("> ACK seq=1001 ack=9000")
                        .pass("< RST seq=9000")
                        .pass("> ACK seq=1001 ack=5001");
  EXPECT_EQ(talk.steps(),
            "  - send:   SYN\n"
            "  - expect: SYN-ACK\n"
            "  - send:   ACK ack=4000\n"
            "  - expect: RST\n"
            "  - send:   ACK\n"
            "  - app:    accept\n");
}

TEST(Application, a_small_buffer_that_filled_is_set) {
  const Talk talk = Talk()
                        .pass("> SYN seq=1000")
                        .pass("< SYN-ACK seq=5000 ack=1001 win=4")
                        .pass("> ACK seq=1001 ack=5001")
                        .pass("> PSH-ACK seq=1001 ack=5001 \"1234\"")
                        .pass("< ACK seq=5001 ack=1005 win=0")
                        .pass("< ACK seq=5001 ack=1005 win=4", 1s);
  EXPECT_EQ(talk.steps(),
            "  - app:      set SO_RCVBUF 4\n"
            "  - use:      handshake\n"
            "  - send:     PSH-ACK \"1234\"\n"
            "  - expect:   ACK\n"
            "  - app:      read\n"
            "  - optional: ACK\n"
            "  - state:    ESTABLISHED\n");
}

TEST(Application, what_is_written_by_its_length_is_expected_so) {
  const std::string half(150, 'x');
  const Talk talk = open()
                        .pass("< ACK seq=5001 ack=1001 \"" + half + "\"")
                        .pass("< PSH-ACK seq=5151 ack=1001 \"" + half + "\"");
  EXPECT_EQ(talk.steps(),
            "  - use:    handshake\n"
            "  - app:    write len=300\n"
            "  - expect: ACK len=150\n"
            "  - expect: PSH-ACK len=150\n"
            "  - state:  ESTABLISHED\n");
}

TEST(Application, a_byte_that_is_urgent_is_written_out_of_band) {
  const Talk talk = open().pass("< PSH-ACK-URG seq=5001 ack=1001 urg=3 \"abc\"");
  EXPECT_NE(talk.steps().find("- app:    write \"abc\" oob\n"), std::string::npos) << talk.steps();
}

TEST(Application, a_fin_behind_a_full_window_was_waiting) {
  Talk talk;
  talk.pass("> SYN seq=1000 win=4").pass("< SYN-ACK seq=5000 ack=1001").pass("> ACK seq=1001 ack=5001 win=4");
  talk.pass("< PSH-ACK seq=5001 ack=1001 \"1234\"")
      .pass("> ACK seq=1001 ack=5005 win=4")
      .pass("< FIN-PSH-ACK seq=5005 ack=1001 \"56\"");
  const std::string steps = talk.steps();
  EXPECT_NE(steps.find("- app:    write \"56\"\n  - app:    close\n  - send:   ACK"), std::string::npos)
      << steps;
  EXPECT_EQ(steps.find("TCP_CORK"), std::string::npos);
}

TEST(Application, a_server_that_takes_its_time_is_none_of_the_known_ones) {
  const Talk prompt = open().pass("> FIN-ACK seq=1001 ack=5001").pass("< FIN-ACK seq=5001 ack=1002");
  EXPECT_EQ(prompt.recorded().text.find("discard"), std::string::npos)
      << "nothing was sent that it could discard";
  Talk data = open();
  data.pass("> PSH-ACK seq=1001 ack=5001 \"x\"")
      .pass("< ACK seq=5001 ack=1002")
      .pass("> FIN-ACK seq=1002 ack=5001");
  Talk waits = data;
  EXPECT_NE(data.pass("< FIN-ACK seq=5001 ack=1003").recorded().text.find("app: discard"), std::string::npos);
  waits.pass("< ACK seq=5001 ack=1003", 40ms).pass("< FIN-ACK seq=5001 ack=1003");
  EXPECT_NE(waits.recorded().text.find("app: script"), std::string::npos) << waits.recorded().text;
}

TEST(Application, of_several_ways_each_is_another_text) {
  Talk talk = open();
  talk.pass("> PSH-ACK seq=1001 ack=5001 \"x\"", 50ms)
      .pass("< PSH-ACK seq=5001 ack=1002 \"x\"", 10ms)
      .pass("> ACK seq=1002 ack=5002");
  EXPECT_EQ(talk.steps("", {}),
            "  - use:    handshake\n"
            "  - send:   PSH-ACK \"x\"\n"
            "  - expect: PSH-ACK \"x\"\n"
            "  - send:   ACK\n"
            "  - state:  ESTABLISHED\n");
  EXPECT_EQ(talk.steps("", {.script = true, .pauses = true}),
            "  - use:    handshake\n"
            "  - wait:   50ms\n"
            "  - send:   PSH-ACK \"x\"\n"
            "  - wait:   10ms\n"
            "  - app:    read\n"
            "  - app:    write \"x\"\n"
            "  - expect: PSH-ACK \"x\"\n"
            "  - send:   ACK\n"
            "  - state:  ESTABLISHED\n");
}

}  // namespace
}  // namespace tcpcraft::record
