#include <algorithm>

#include <gtest/gtest.h>

#include <tcpcraft/report/matrix_cell.hpp>

#include "matrix_fixture.hpp"

namespace tcpcraft::report {
namespace {

using namespace fixture;

TEST(MatrixCell, tells_the_exchange_the_rules_and_the_deviation) {
  CellResult result = known(established, rst_edge, {&model::deviations::right_edge});
  result.observation = exchange(rst_edge);
  result.observation.state = State::established;
  result.observation.delivered = wire::Bytes(4);
  EXPECT_EQ(format_matrix_cell(result, plain), R"(ESTABLISHED:rst_edge over IPv4: known deviation

  state     ESTABLISHED: opened by the peer
  sent      SEQ=RCV.NXT+RCV.WND CTL=RST LEN=0

  0.000000  peer    SYN      seq=0 win=65535
  0.000030  kernel  SYN-ACK  seq=0 ack=1 win=65535
  0.000060  peer    ACK      seq=1 ack=1 win=65535
> 0.000100  peer    RST      seq=65536 win=65535
  0.000112  kernel  ACK      seq=1 ack=1 win=65535

  expected  nothing, ESTABLISHED
            RFC 9293 3.10.7.4: a segment that is not acceptable draws an
            acknowledgement [synchronized.seq.drop]
  observed  ACK seq=SND.NXT ack=RCV.NXT, ESTABLISHED
            the application read 4 bytes
  differs   reply: ACK, not nothing
  verdict   known deviation
  D01       SEQ = RCV.NXT+RCV.WND counts as in the window
            tcp_sequence(), tcp_in_window(); deliberate; seen in 6.18
)");
}

TEST(MatrixCell, says_why_it_is_inconclusive) {
  EXPECT_EQ(format_matrix_cell(inconclusive(zero_window, data_tooold, true), plain),
            R"(ESTABLISHED/zwin:data_tooold over IPv6: inconclusive

  state     ESTABLISHED/zwin: the receive window is closed
  sent      SEQ=RCV.NXT ACK=SND.UNA-MAX.SND.WND-1 CTL=PSH-ACK LEN=4

  why       the barrier was lost
  verdict   inconclusive
)");
}

TEST(MatrixCell, marks_the_injected_segment_and_says_what_is_malformed) {
  CellResult result = cell(established, rst_edge, Verdict::conforms);
  result.observation = exchange(rst_edge);
  result.observation.injected = result.observation.trace[2].segment;  // an ACK as in the set-up, sent again
  result.observation.trace[3].segment = result.observation.injected;
  result.observation.deformity.bad_checksum = true;
  const std::string text = format_matrix_cell(result, plain);
  EXPECT_NE(text.find("  0.000060  peer    ACK      seq=1 ack=1 win=65535\n"), std::string::npos) << text;
  EXPECT_NE(text.find("> 0.000100  peer    ACK      seq=1 ack=1 win=65535 checksum=bad\n"), std::string::npos)
      << text;
}

TEST(MatrixCell, says_that_the_segment_was_not_sent) {
  CellResult result = inconclusive(established, rst_edge);
  result.observation.trace = exchange(rst_edge).trace;
  result.observation.trace.resize(3);
  result.observation.injected_at.reset();
  EXPECT_NE(format_matrix_cell(result, plain).find("(the segment itself was not sent)"), std::string::npos);
}

TEST(MatrixCell, numbers_are_relative_to_a_syn_that_comes_later) {
  CellResult result = cell(listen, syn_exact, Verdict::conforms);
  result.observation = exchange(syn_exact);
  result.observation.before = model::listening();
  EXPECT_NE(format_matrix_cell(result, plain).find("kernel  SYN-ACK  seq=0 ack=1"), std::string::npos);
}

TEST(MatrixCell, cuts_a_long_set_up) {
  CellResult result = cell(zero_window, rst_edge, Verdict::conforms);
  result.observation = exchange(rst_edge);
  auto& trace = result.observation.trace;
  trace.insert(trace.begin() + 3, 100, trace[2]);
  *result.observation.injected_at += 100;
  const std::string text = format_matrix_cell(result, plain);
  EXPECT_NE(text.find("\n  ... 79 more segments of the set-up\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\n> 0.000100"), std::string::npos);
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 50);
}

}  // namespace
}  // namespace tcpcraft::report
