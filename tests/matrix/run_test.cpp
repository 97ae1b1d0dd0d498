// The whole matrix on the real kernel, over each of the wires.

#include <tcpcraft/matrix/run.hpp>
#include <tcpcraft/os/system_error.hpp>

#include "matrix/support.hpp"

namespace tcpcraft::matrix::test {
namespace {

Plan everything(LinkKind link = LinkKind::loopback) {
  Plan plan;
  plan.link = link;
  for (const StateVariant& state : state_variants()) plan.states.push_back(&state);
  for (const SegmentClass& segment : segment_classes()) plan.segments.push_back(&segment);
  return plan;
}

std::string show(const CellResult& cell) {
  std::string text = std::string(cell.cell.state->name) + ":" + std::string(cell.cell.segment->name) +
                     (cell.cell.v6 ? " IPv6 " : " IPv4 ") + std::string(to_string(cell.verdict)) + " " +
                     cell.observed;
  for (const std::string& difference : cell.differences) text += "\n  " + difference;
  return text;
}

bool is_finding(const CellResult& cell) {
  return cell.verdict == Verdict::new_deviation || cell.verdict == Verdict::vanished ||
         cell.verdict == Verdict::inconclusive;
}

class MatrixRunTest : public tcpcraft::test::PrivateNetwork {};

TEST_F(MatrixRunTest, OnThisKernel_HasNoFinding) {
  const MatrixResult result = run(everything());
  EXPECT_GT(result.cells.size(), 2 * 17u * 100u);
  EXPECT_EQ(result.link, "loopback");
  EXPECT_EQ(result.profile, "linux");
  EXPECT_EQ(result.kernel.rfind("Linux ", 0), 0u);
  for (const CellResult& cell : result.cells) EXPECT_FALSE(is_finding(cell)) << show(cell);
}

TEST_F(MatrixRunTest, TheCommonClasses_AreTheTablesCells) {
  Plan plan = everything();
  std::erase_if(plan.segments, [](const SegmentClass* segment) { return !segment->common; });
  plan.v6 = false;
  EXPECT_EQ(run(plan).cells.size(), 806u);
}

/// The same, cell by cell, wherever something could be told.
void expect_equal(const MatrixResult& one, const MatrixResult& other) {
  ASSERT_EQ(one.cells.size(), other.cells.size());
  for (std::size_t i = 0; i < one.cells.size(); ++i) {
    EXPECT_EQ(one.cells[i].verdict, other.cells[i].verdict) << show(one.cells[i]) << "\n"
                                                            << show(other.cells[i]);
    EXPECT_EQ(one.cells[i].deviations, other.cells[i].deviations) << show(one.cells[i]);
  }
}

TEST_F(MatrixRunTest, TheSink_GivesTheSameTable) {
  const MatrixResult loopback = run(everything());
  expect_equal(loopback, run(everything(LinkKind::sink)));
}

TEST_F(MatrixRunTest, Tun_GivesTheSameTable) {
  const MatrixResult loopback = run(everything());
  try {
    expect_equal(loopback, run(everything(LinkKind::tun)));
  } catch (const os::SystemError& error) {
    GTEST_SKIP() << error.what();
  }
}

TEST_F(MatrixRunTest, RateLimitsKept_GiveTheSameTable) {
  const MatrixResult without = run(everything());
  Plan plan = everything();
  plan.keep_rate_limits = true;
  MatrixResult with = run(plan);
  EXPECT_TRUE(with.rate_limits);
  expect_equal(without, with);
}

TEST_F(MatrixRunTest, TheLettersProfile_KnowsNoDeviation) {
  Plan plan = everything();
  plan.profile = &model::rfc9293;
  plan.v6 = false;
  std::size_t findings = 0, deviations = 0;
  for (const CellResult& cell : run(plan).cells) {
    findings += cell.verdict == Verdict::new_deviation;
    deviations += cell.verdict == Verdict::deviation || cell.verdict == Verdict::vanished;
  }
  EXPECT_GT(findings, 200u);
  EXPECT_EQ(deviations, 0u);
}

TEST_F(MatrixRunTest, Stop_EndsItBetweenTwoCells) {
  int asked = 0;
  EXPECT_EQ(run(everything(), [&] { return ++asked > 10; }).cells.size(), 10u);
}

TEST_F(MatrixRunTest, ATakenPort_IsInconclusiveNotAVerdict) {
  const auto address = tcpcraft::test::loopback(false, 9877);
  const os::RstGuard taken(os::SocketAddress::from(address.address.data(), address.address.size(), 9877));
  Plan plan = everything();
  plan.v6 = false;
  plan.states = {find_state_variant("ESTABLISHED")};
  plan.segments = {find_segment_class("rst_exact")};
  const MatrixResult result = run(plan);
  ASSERT_EQ(result.cells.size(), 1u);
  EXPECT_EQ(result.cells[0].verdict, Verdict::inconclusive);
  EXPECT_NE(result.cells[0].differences.at(0).find("ddress already in use"), std::string::npos)
      << result.cells[0].differences[0];
}

}  // namespace
}  // namespace tcpcraft::matrix::test
