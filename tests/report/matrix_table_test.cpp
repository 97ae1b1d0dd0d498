#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include <tcpcraft/report/matrix_table.hpp>

#include "matrix_fixture.hpp"

namespace tcpcraft::report {
namespace {

using namespace fixture;

TEST(MatrixTable, shows_a_cell_in_two_characters_and_a_second_row_where_the_families_differ) {
  EXPECT_EQ(format_matrix_table(small(), plain),
            R"(Linux 6.18.44 over loopback, IPv4 and IPv6, profile linux, rate limits off
4 classes of segments in 3 states: 22 cells

SYN              LI ES ES
                        z
  syn_exact       .  .  a

RST              LI ES ES
                        z
  rst_exact       .  . !!
  rst_edge        . 01 01
    IPv6               !!

data             LI ES ES
                        z
  data_tooold        v  ?

. conforms   a allowed alternative   04 known deviation D04, or it and others
!! NEW deviation   v vanished deviation   ? inconclusive   blank: not played
LI LISTEN, ES ESTABLISHED, ESz ESTABLISHED/zwin
)");
}

TEST(MatrixTable, sums_up) {
  EXPECT_EQ(format_matrix_summary(small(), plain), R"(22 cells:
     10  conforms
      2  allowed alternative
      3  known deviation
      3  NEW deviation
      2  vanished deviation
      2  inconclusive

Known deviations:
      3  D01  SEQ = RCV.NXT+RCV.WND counts as in the window
      1  D05  once the peer has shrunk its window, ACKs carry SEQ =
              SND.UNA+SND.WND instead of SND.NXT
)");
}

TEST(MatrixTable, tells_every_finding_in_full) {
  EXPECT_EQ(format_matrix_findings(small(), plain), R"(2 NEW deviations: neither allowed nor known

  ESTABLISHED/zwin:rst_exact, IPv4 and IPv6
    sent      SEQ=RCV.NXT CTL=RST LEN=0
    expected  nothing, ESTABLISHED
              RFC 9293 3.10.7.4 [synchronized.seq.drop]
    or        ACK seq=SND.NXT ack=RCV.NXT, ESTABLISHED
              RFC 5961 3.2 [synchronized.rst.challenge]
    observed  RST seq=SEG.ACK, CLOSED
    differs   reply: RST, not nothing
    differs   state: CLOSED, not ESTABLISHED
    look      tcpcraft matrix --cell ESTABLISHED/zwin:rst_exact -v

  ESTABLISHED/zwin:rst_edge, IPv6
    sent      SEQ=RCV.NXT+RCV.WND CTL=RST LEN=0
    expected  nothing, ESTABLISHED
              RFC 9293 3.10.7.4 [synchronized.seq.drop]
    or        ACK seq=SND.NXT ack=RCV.NXT, ESTABLISHED
              RFC 5961 3.2 [synchronized.rst.challenge]
    observed  RST seq=SEG.ACK, CLOSED
    differs   reply: RST, not nothing
    differs   state: CLOSED, not ESTABLISHED
    look      tcpcraft matrix --cell ESTABLISHED/zwin:rst_edge -v

1 vanished deviation: conforms where the profile knows a deviation

  ESTABLISHED:data_tooold, IPv4 and IPv6
    sent      SEQ=RCV.NXT ACK=SND.UNA-MAX.SND.WND-1 CTL=PSH-ACK LEN=4
    expected  nothing, ESTABLISHED
              RFC 9293 3.10.7.4 [synchronized.seq.drop]
    observed  nothing, ESTABLISHED
    D04       header prediction delivers the data of a segment whose ACK is too
              old, and challenges the ACK afterwards (tcp_rcv_established();
              defect; seen in 6.18)
    look      tcpcraft matrix --cell ESTABLISHED:data_tooold -v

1 inconclusive cell: nothing could be told

  ESTABLISHED/zwin:data_tooold, IPv4 and IPv6
    sent      SEQ=RCV.NXT ACK=SND.UNA-MAX.SND.WND-1 CTL=PSH-ACK LEN=4
    why       the barrier was lost
    look      tcpcraft matrix --cell ESTABLISHED/zwin:data_tooold -v
)");
}

TEST(MatrixTable, is_all_three) {
  const MatrixResult result = small();
  EXPECT_EQ(format_matrix(result, plain), format_matrix_table(result, plain) + "\n" +
                                              format_matrix_summary(result, plain) + "\n" +
                                              format_matrix_findings(result, plain));
}

TEST(MatrixTable, has_no_findings_where_all_is_known) {
  const MatrixResult result{"Linux", "tun", "linux", true, {cell(listen, syn_exact, Verdict::conforms)}};
  EXPECT_EQ(format_matrix_findings(result, plain), "");
  EXPECT_EQ(format_matrix(result, plain), R"(Linux over tun, IPv4, profile linux, rate limits on
1 class of segments in 1 state: 1 cell

SYN              LI
  syn_exact       .

. conforms   a allowed alternative   04 known deviation D04, or it and others
!! NEW deviation   v vanished deviation   ? inconclusive   blank: not played
LI LISTEN

1 cell:
      1  conforms
)");
}

TEST(MatrixTable, keeps_the_order_of_the_classes_where_the_first_state_lacks_some) {
  MatrixResult result{"Linux", "tun", "linux", false, {}};
  result.cells = {cell(listen, rst_edge, Verdict::conforms), cell(established, syn_exact, Verdict::conforms),
                  cell(established, rst_exact, Verdict::conforms),
                  cell(established, rst_edge, Verdict::conforms)};
  const std::string text = format_matrix_table(result, plain);
  EXPECT_LT(text.find("syn_exact"), text.find("rst_exact"));
  EXPECT_LT(text.find("rst_exact"), text.find("rst_edge"));
}

/// Seventeen variants, as many as there are.
std::vector<StateVariant> seventeen() {
  std::vector<StateVariant> states;
  for (const char* name :
       {"CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED/passive", "SYN-RECEIVED/active", "ESTABLISHED",
        "ESTABLISHED/zwin", "FIN-WAIT-1", "FIN-WAIT-1/orphan", "FIN-WAIT-2", "FIN-WAIT-2/orphan",
        "CLOSE-WAIT", "CLOSING", "CLOSING/orphan", "LAST-ACK", "LAST-ACK/shut", "TIME-WAIT"}) {
    const std::string whole(name);
    states.push_back({name, *model::parse_state(whole.substr(0, whole.find('/'))), "", {}});
  }
  return states;
}

TEST(MatrixTable, fits_into_80_columns) {
  MatrixResult result{"Linux 6.18.44", "loopback", "linux", false, {}};
  const std::vector<StateVariant> states = seventeen();
  for (const StateVariant& state : states) result.cells.push_back(finding(state, data_tooold));
  const std::string text = format_matrix(result, plain);
  EXPECT_NE(text.find("data             CL LI SS SR SR ES ES F1 F1 F2 F2 CW CG CG LA LA TW\n"
                      "                           p  a     z     o     o        o     s\n"
                      "  data_tooold    !! !! !! !! !! !! !! !! !! !! !! !! !! !! !! !! !!\n"),
            std::string::npos)
      << text;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
}

TEST(MatrixTable, colours_only_where_asked_to_and_says_the_same) {
  std::string text = format_matrix(small(), Style(true));
  EXPECT_NE(text.find("\033[1;31m!!\033[0m"), std::string::npos);
  for (std::size_t at = 0; (at = text.find('\033')) != text.npos;)
    text.erase(at, text.find('m', at) + 1 - at);
  EXPECT_EQ(text, format_matrix(small(), plain));
}

TEST(MatrixTable, lets_no_control_character_out) {
  MatrixResult result = small();
  result.kernel = "Linux\033[2J";
  result.link = "\r";
  for (CellResult& cell : result.cells) {
    cell.observed = "ACK\033]0;x\a";
    cell.differences = {"a\nb\x9b"};
    if (!cell.observation.inconclusive.empty()) cell.observation.inconclusive = "\b\xff";
  }
  const std::string text = format_matrix(result, plain);
  EXPECT_TRUE(std::none_of(text.begin(), text.end(), [](char c) {
    return c != '\n' && static_cast<unsigned char>(c) < 0x20;
  })) << text;
  EXPECT_NE(text.find("a?b?"), std::string::npos);
}

}  // namespace
}  // namespace tcpcraft::report
