#include <gtest/gtest.h>

#include <tcpcraft/report/matrix_baseline.hpp>

#include "matrix_fixture.hpp"

namespace tcpcraft::report {
namespace {

using namespace fixture;

RecordedMatrix earlier() {
  RecordedMatrix matrix = record(small());
  matrix.kernel = "Linux 6.12.117";
  return matrix;
}

TEST(MatrixBaseline, nothing_changed) {
  const MatrixComparison comparison = compare(earlier(), small());
  EXPECT_TRUE(comparison.unchanged());
  EXPECT_EQ(comparison.compared, 20u);
  EXPECT_EQ(format_comparison(comparison, plain), R"(Linux 6.12.117 -> Linux 6.18.44: no change of 20 compared

2 cells could not be compared, being inconclusive
    in        ESTABLISHED/zwin:data_tooold
)");
}

TEST(MatrixBaseline, cells_that_changed_alike_are_told_together_and_findings_first) {
  MatrixResult now = small();
  now.cells[3] = cell(established, syn_exact, Verdict::alternative);
  now.cells[14] = finding(established, syn_exact, true);
  now.cells[4] = known(established, rst_exact, {&model::deviations::right_edge});
  now.cells[15] = known(established, rst_exact, {&model::deviations::right_edge}, true);
  now.cells[0] = known(listen, syn_exact, {&model::deviations::right_edge});
  now.cells[0].observation.state = State::established;
  const MatrixComparison comparison = compare(earlier(), now);
  EXPECT_FALSE(comparison.unchanged());
  EXPECT_EQ(format_comparison(comparison, plain),
            R"(Linux 6.12.117 -> Linux 6.18.44: 5 cells changed of 20 compared

  1 cell: conforms -> NEW deviation
    was       nothing, ESTABLISHED
    is        RST seq=SEG.ACK, CLOSED
    in        ESTABLISHED:syn_exact (IPv6)

  1 cell: conforms -> known deviation D01
    was       nothing, LISTEN
    is        ACK seq=SND.NXT ack=RCV.NXT, ESTABLISHED
    in        LISTEN:syn_exact (IPv4)

  1 cell: conforms -> allowed alternative
    observed  nothing, ESTABLISHED, in both
    in        ESTABLISHED:syn_exact (IPv4)

  2 cells: conforms -> known deviation D01
    was       nothing, ESTABLISHED
    is        ACK seq=SND.NXT ack=RCV.NXT, ESTABLISHED
    in        ESTABLISHED:rst_exact

2 cells could not be compared, being inconclusive
    in        ESTABLISHED/zwin:data_tooold
)");
}

TEST(MatrixBaseline, says_what_is_in_one_of_them_only_and_what_was_measured_otherwise) {
  RecordedMatrix before = earlier();
  before.link = "tun";
  before.rate_limits = true;
  before.cells.erase(before.cells.begin() + 2);
  MatrixResult now = small();
  now.cells.erase(now.cells.begin() + 20, now.cells.end());
  now.cells.erase(now.cells.begin());
  EXPECT_EQ(format_comparison(compare(before, now), plain),
            R"(Linux 6.12.117 -> Linux 6.18.44: no change of 17 compared
  note: link: tun -> loopback
  note: rate limits: on -> off

1 cell could not be compared, being inconclusive
    in        ESTABLISHED/zwin:data_tooold (IPv4)

1 cell not in the baseline
    in        LISTEN:rst_edge (IPv4)

3 cells only in the baseline
    in        LISTEN:syn_exact (IPv4), ESTABLISHED/zwin:rst_edge (IPv6),
              ESTABLISHED/zwin:data_tooold (IPv6)
)");
}

TEST(MatrixBaseline, tells_many_cells_by_their_classes) {
  RecordedMatrix before = earlier();
  for (int i = 0; i < 41; ++i) {
    before.cells.push_back(before.cells[0]);
    before.cells.back().state = "S" + std::to_string(i);
    if (i > 30) before.cells.back().segment = "other";
  }
  EXPECT_NE(
      format_comparison(compare(before, small()), plain)
          .find("41 cells only in the baseline\n    classes   syn_exact in 31 cells, other in 10 cells\n"),
      std::string::npos);
}

TEST(MatrixBaseline, lets_no_control_character_out) {
  RecordedMatrix before = earlier();
  before.kernel = "\033[2J";
  before.link = "\a";
  before.cells[0].observed = "\033";
  before.cells[0].deviations = {"\b"};
  before.cells[1].state = "\r\x9b";
  for (const char c : format_comparison(compare(before, small()), plain))
    EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

}  // namespace
}  // namespace tcpcraft::report
